"""The register on bad wifi: a tap stays visibly unsaved, survives a reload and is sent again."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from surgeries.models import Booking
from surgeries.states import Outcome
from tests import factories


@pytest.fixture
def surgery(transactional_db):
    now = timezone.now()
    olu = factories.create_user(email="olu@example.org", name="Olu Adé")
    series = factories.create_series(organiser=olu)
    surgery = factories.create_surgery(
        series=series,
        on=now.astimezone(series.zone).date(),
        starts_at=now - timedelta(hours=1),
        places=(3, 2),
    )
    for number, name in enumerate(("Harpreet", "Joyce O’Neill", "Winston")):
        attendee = factories.create_attendee(series=series, name=name, contact=None)
        slot = surgery.slots.all()[number // 2]
        factories.create_booking(slot=slot, attendee=attendee, goal="news")
    return surgery


@pytest.fixture
def register(page, surgery, client, live_server):
    """Olu's phone, with the register open."""
    olu = surgery.series.started_by
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(reverse("register", args=[surgery.series.slug, surgery.pk]))
    return page


def row(page, name):
    return page.locator("li.tap", has=page.get_by_role("heading", name=name))


def in_the_room(page, number):
    expect(page.locator("#in-the-room")).to_have_text(re.compile(rf"^{number}\s"))


def came():
    names = Booking.objects.came().values_list("attendee__name", flat=True)
    return sorted(names)


def test_a_tap_is_saved_without_leaving_the_page(register):
    row(register, "Joyce").get_by_role("button", name="Came").tap()
    expect(row(register, "Joyce").locator(".mark--came")).to_be_visible()
    in_the_room(register, 1)
    expect(register.locator(".mark--unsent")).to_have_count(0)
    assert came() == ["Joyce O’Neill"]
    row(register, "Joyce").get_by_role("button", name="Undo").tap()
    expect(row(register, "Joyce").get_by_role("button", name="Came")).to_be_visible()
    in_the_room(register, 0)
    expect(register.locator(".mark--unsent")).to_have_count(0)
    assert came() == []


def test_taps_without_wifi_are_seen_to_be_unsaved_and_saved_later(register, no_axe_violations):
    register.context.set_offline(True)
    for name in ("Joyce", "Winston", "Harpreet"):
        row(register, name).get_by_role("button", name="Came").tap()
    row(register, "Harpreet").get_by_role("button", name="Undo").tap()
    expect(row(register, "Joyce")).to_contain_text("not saved yet")
    expect(register.get_by_text("Not saved yet: 3. We keep trying.")).to_be_visible()
    expect(register.get_by_role("link", name="That’s everyone")).to_be_hidden()
    in_the_room(register, 2)
    no_axe_violations()
    assert came() == []
    register.context.set_offline(False)
    expect(register.locator("#unsent")).to_be_hidden()
    expect(row(register, "Winston").locator(".mark--came")).to_be_visible()
    assert came() == ["Joyce O’Neill", "Winston"]


def test_unsaved_taps_survive_a_reload(register, surgery):
    def broken(route):
        route.abort() if route.request.method == "POST" else route.continue_()

    register.route("**/*", broken)
    row(register, "Joyce").get_by_role("button", name="Came").tap()
    register.get_by_label("First name").fill("Marcus")
    register.get_by_label("Who told them?").fill("the choir")
    register.get_by_role("button", name="Add").tap()
    expect(register.get_by_text("Not saved yet: 2. We keep trying.")).to_be_visible()
    register.reload()
    expect(row(register, "Marcus")).to_contain_text("not saved yet")
    expect(row(register, "Joyce")).to_contain_text("not saved yet")
    register.unroute("**/*", broken)
    register.evaluate("dispatchEvent(new Event('online'))")
    expect(row(register, "Marcus").locator(".mark--came")).to_be_visible()
    expect(row(register, "Marcus")).to_contain_text("Told by the choir")
    assert came() == ["Joyce O’Neill", "Marcus"]


def test_a_walk_in_whose_answer_was_lost_is_still_one_person(register, surgery):
    lost = []

    def lose_the_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    register.route("**/walk-in/", lose_the_answer)
    register.get_by_label("First name").fill("Marcus")
    register.get_by_role("button", name="Add").tap()
    expect(row(register, "Marcus").locator(".mark--came")).to_be_visible()
    assert lost == [302]
    assert came() == ["Marcus"]
    expect(register.get_by_label("First name")).to_have_value("")
    register.get_by_label("First name").fill("Marcus")
    register.get_by_role("button", name="Add").tap()
    expect(register.locator(".mark--came")).to_have_count(2)
    assert came() == ["Marcus", "Marcus"]


def test_whoever_is_signed_out_keeps_her_taps(register, surgery, client, live_server):
    cookies = register.context.cookies()
    register.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    row(register, "Joyce").get_by_role("button", name="Came").tap()
    expect(register.get_by_role("link", name="Sign in again")).to_be_visible()
    assert came() == []
    register.context.add_cookies(cookies)
    register.evaluate("dispatchEvent(new Event('online'))")
    expect(row(register, "Joyce").locator(".mark--came")).to_be_visible()
    assert came() == ["Joyce O’Neill"]


def test_a_refused_tap_is_not_kept_and_says_why(register, surgery):
    Booking.objects.filter(attendee__name="Winston").update(state="cancelled", place=None)
    row(register, "Winston").get_by_role("button", name="Came").tap()
    expect(register.get_by_text("Add the name as somebody who walked in.")).to_be_visible()
    expect(row(register, "Winston")).to_have_count(0)
    assert register.evaluate("Object.values(localStorage)") == ["[]"]


def test_everyone_is_said_once_nothing_is_unsaved(register, surgery):
    row(register, "Joyce").get_by_role("button", name="Came").tap()
    expect(row(register, "Joyce").locator(".mark--came")).to_be_visible()
    register.get_by_role("link", name="That’s everyone").tap()
    register.get_by_role("button", name="Yes, these did not come").tap()
    expect(row(register, "Winston")).to_contain_text("did not come")
    outcomes = Booking.objects.order_by("attendee__name").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.DID_NOT_COME, Outcome.CAME, Outcome.DID_NOT_COME]
    register.get_by_role("button", name="Undo “That’s everyone”").tap()
    expect(row(register, "Winston").get_by_role("button", name="Came")).to_be_visible()
    assert came() == ["Joyce O’Neill"]
