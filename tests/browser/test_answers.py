"""The pages behind a booking's link in a real browser: what scanners do, and what people do."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from surgeries.actions.answers import cancel_booking, next_time_instead, say_coming
from surgeries.models import Booking, Surgery
from surgeries.states import BookingState, MessageKind, Outcome
from tests import factories
from tests.mailed import every_row, links_of, one_of_each, pages_behind
from tests.surgeries.views.visitor import coming, door, first_slot, last_slot

pytestmark = pytest.mark.django_db(transaction=True)

A_SCANNERS_PATIENCE = 10_000  # milliseconds
SMALLEST_TARGET = 48


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


def standings(series):
    """{a word: the address of the page} of a booking in every standing it can have."""
    now = timezone.now()
    surgery, full, off = coming(series, 6), coming(series, 8, places=(1, 1)), coming(series, 9)
    coming(series, 30, places=(4, 4))
    over = coming(series, -2)

    def amina(at, **fields):
        person = factories.create_attendee(
            series=series, contact=f"{Booking.objects.count()}@x.org"
        )
        return factories.create_booking(surgery=at, attendee=person, booked_at=now, **fields)

    party = amina(surgery)
    factories.create_booking(surgery=surgery, party=party.pk, party_number=2, booked_at=now)
    Booking.objects.filter(pk=party.pk).update(party=party.pk, party_number=1)
    yes = amina(surgery)
    say_coming(yes, now=now)
    gone = amina(off)
    cancel_booking(gone, now=now)
    waiting = amina(full, state=BookingState.WAITING)
    waiting.accepts.set(full.slots.all())
    bookings = {
        "a party": party,
        "coming": yes,
        "moved": next_time_instead(amina(off), on=surgery.on + timedelta(days=24), now=now),
        "waiting": waiting,
        "displaced": amina(full, state=BookingState.DISPLACED, slot=first_slot(full)),
        "cancelled": gone,
        "over": amina(over, outcome=Outcome.CAME),
        "of a cancelled surgery": amina(off),
    }
    Surgery.objects.filter(pk=off.pk).update(state="cancelled", cancelled_at=now)
    pages = {word: door("booking_detail", booking) for word, booking in bookings.items()}
    return pages | {
        "who cannot come": door("booking_cancel", party),
        "booked for two": door("booking_booked", party),
        "changing what waits": door("booking_change", waiting),
        "asking for a place": f"/s/{series.slug}/{full.on}/book/",
    }


# What a scanner does -------------------------------------------------------------------


def test_a_browser_that_opens_every_link_of_every_mail_changes_nothing(page, live_server):
    """T-LNK-03: as the scanners of some mail providers do, with scripts, and with time."""
    mails = one_of_each()
    others = standings(factories.create_series()).values()
    before = every_row()
    addresses = {link for message in mails.values() for link in links_of(message)} | {*others}
    for kind in (MessageKind.CONFIRMATION, MessageKind.HELPING_ADDED):
        addresses.update(pages_behind(Client(), links_of(mails[kind])))
    files = {address for address in addresses if address.endswith(".ics")}
    tabs = [page.context.new_page() for _address in addresses - files]
    for tab, address in zip(tabs, addresses - files, strict=True):
        assert tab.goto(address).status == 200
        tab.mouse.wheel(0, 4000)
    page.wait_for_timeout(A_SCANNERS_PATIENCE)
    assert every_row() == before
    for tab in tabs:
        tab.close()


def test_a_page_that_sent_itself_would_be_found(page, series):
    """T-LNK-03, negative control: one script that sends the form, and a row changes."""
    booking = factories.create_booking(surgery=coming(series))
    before = every_row()
    page.goto(door("booking_detail", booking))
    with page.expect_navigation():
        page.evaluate("document.querySelector('[value=no]').click()")
    assert every_row() != before


def test_her_secret_goes_nowhere_with_a_link_to_another_site(page, series):
    """T-LNK-05: seen from the other site."""
    booking = factories.create_booking(surgery=coming(series), booked_at=timezone.now())
    asked, hosts = [], set()
    page.on("request", lambda request: hosts.add(re.match(r"https?://([^/:]+)", request.url)[1]))
    page.route("https://wa.me/**", lambda route: (asked.append(route.request), route.abort()))
    page.goto(door("booking_booked", booking))
    assert hosts == {"localhost"}
    page.get_by_role("link", name="By WhatsApp").click()
    page.wait_for_timeout(300)
    assert len(asked) == 1
    assert "referer" not in asked[0].headers


def test_a_link_that_told_everything_would_be_found(page, series):
    """T-LNK-05, negative control: with "unsafe-url" the other site reads the whole address."""
    booking = factories.create_booking(surgery=coming(series), booked_at=timezone.now())
    asked = []
    page.route("https://wa.me/**", lambda route: (asked.append(route.request), route.abort()))
    page.goto(door("booking_booked", booking))
    link = page.get_by_role("link", name="By WhatsApp")
    link.evaluate("link => { link.rel = ''; link.referrerPolicy = 'unsafe-url' }")
    link.click()
    page.wait_for_timeout(300)
    assert booking.secret in asked[0].headers["referer"]


# What people do ------------------------------------------------------------------------


def test_every_standing_fits_every_screen(page, series, no_axe_violations):
    for word, address in standings(series).items():
        assert page.goto(address).status == 200, word
        assert page.locator("h1").count() == 1, word
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (word, width)
            for button in page.locator("main .button:visible").all():
                assert button.bounding_box()["height"] >= SMALLEST_TARGET, (word, width)
            no_axe_violations()
        page.emulate_media(color_scheme="dark")
        no_axe_violations()
        page.emulate_media(color_scheme="light")


@pytest.fixture
def an_old_phone(browser, base_url):
    """Small, and without scripts."""
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": 320, "height": 640},
        java_script_enabled=False,
        timezone_id="Europe/London",
    )
    yield context.new_page()
    context.close()


def test_all_three_answers_and_the_way_back_without_scripts_or_cookies(an_old_phone, series):
    page, surgery = an_old_phone, coming(series)
    following = coming(series, 35)
    booking = factories.create_booking(surgery=surgery, booked_at=timezone.now())
    page.goto(door("booking_detail", booking))
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Still able to come?")
    yes = page.get_by_role("button", name="I’ll be there")
    assert yes.bounding_box()["y"] + yes.bounding_box()["height"] <= 640
    yes.click()
    expect(heading).to_contain_text("You will be there.")

    page.get_by_label("What time will you set off?").fill("17:00")
    page.get_by_role("button", name="Keep this in mind for me").click()
    expect(page.get_by_text("You plan to set off at 5pm.")).to_be_visible()

    page.get_by_role("button", name="I can’t come").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you for telling us.")
    page.get_by_role("button", name="I can come after all").click()
    expect(heading).to_contain_text("Still able to come?")

    page.get_by_role("button", name="Next time instead").click()
    expect(page.get_by_role("status")).to_contain_text("You come next time instead.")
    assert Booking.objects.get(surgery=following).moved_from == booking
    page.get_by_role("button", name="Go back to").click()
    assert Booking.objects.filter(surgery=surgery, state=BookingState.BOOKED).count() == 1
    assert page.context.cookies() == []


def test_bringing_somebody_opens_with_a_key_and_asks_who(page, series):
    surgery = coming(series, places=(3,))
    page.goto(f"/s/{series.slug}/{surgery.on}/book/")
    assert not page.get_by_label("Name of the second person").is_visible()
    page.get_by_text("Bringing somebody?").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name of the second person").fill("Basil")
    page.get_by_label("Not sure yet").check()
    page.get_by_label("Your name").fill("Amina O’Neill")
    page.get_by_label("Your phone number or email").fill("amina@example.org")
    page.get_by_role("button", name="Book my place").click()
    expect(page.get_by_text("Your 2 places are booked, Amina")).to_be_visible()
    page.get_by_role("link", name="See, change or cancel your booking").click()
    page.get_by_role("link", name="Somebody can’t come").click()
    page.get_by_label("Amina").uncheck()
    page.get_by_role("button", name="They can’t come").click()
    expect(page.get_by_text("Basil is not coming.")).to_be_visible()
    states = Booking.objects.order_by("party_number").values_list("state", flat=True)
    assert list(states) == ["booked", "cancelled"]


def test_asking_to_wait_keeps_what_was_typed(page, series):
    surgery = coming(series, places=(1, 1))
    factories.create_booking(slot=last_slot(surgery))
    page.goto(f"/s/{series.slug}/{surgery.on}/book/")
    page.get_by_label("Not sure yet").check()
    page.get_by_label("Your name").fill("Amina O’Neill")
    page.get_by_label("Your phone number or email").fill("amina@example.org")
    page.get_by_role("button", name="None of these times?").click()
    expect(page.get_by_label("Your name")).to_have_value("Amina O’Neill")
    page.get_by_label(re.compile("^6:15pm")).check()
    page.get_by_label(re.compile("^5:30pm")).uncheck()
    page.get_by_role("button", name="Ask for a place").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are first in the queue")
