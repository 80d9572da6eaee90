"""Olu passes a link on, Amina books without JavaScript, Hana helps, and the night is recorded."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from surgeries.models import Booking, Helping, Surgery
from surgeries.states import HelpingState, Outcome
from tests.factories import create_booking, create_series, create_surgery, create_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def olu():
    return create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def signed_in(page, client, olu, live_server):
    """Olu's own phone."""
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def a_strangers_phone(browser, base_url):
    """Contexts of other people: an old phone, without scripts unless asked for."""
    contexts = []

    def take(*, scripts=False):
        context = browser.new_context(
            base_url=base_url,
            viewport={"width": 320, "height": 640},
            java_script_enabled=scripts,
            timezone_id="Europe/London",
        )
        contexts.append(context)
        return context.new_page()

    yield take
    for context in contexts:
        context.close()


def test_from_an_invitation_to_a_place_and_a_helper(signed_in, olu, a_strangers_phone):
    page = signed_in
    series = create_series(organiser=olu)
    day = timezone.localdate() + timedelta(days=7)

    page.goto(f"/organise/{series.slug}/surgeries/new/")
    page.get_by_label("Where?").fill("Canal Street Hall")
    page.get_by_label("Which day?").fill(day.isoformat())
    page.get_by_role("button", name="Save and publish").click()
    surgery = Surgery.objects.get()
    assert surgery.places.count() == 2

    page.goto(f"/organise/{series.slug}/")
    page.get_by_label("Who are you sending this to?").fill("Sharon at Highgate Tenants")
    page.get_by_role("button", name="Make the text").click()
    page.get_by_label("Yes, Sharon agreed").check()
    page.get_by_role("button", name="Make the text").click()
    text = page.get_by_label("Text for WhatsApp").input_value()
    assert 80 <= len(text) <= 160
    link = re.search(r"https?://\S+", text)[0]

    amina = a_strangers_phone()
    amina.goto(link)
    expect(amina.get_by_role("heading", level=1)).to_contain_text("Free help")
    assert amina.context.cookies() == []
    amina.get_by_role("link", name="Book a time").first.click()
    amina.get_by_label("Not sure yet").check()
    amina.get_by_label(re.compile("^5:30pm")).check()
    amina.get_by_label("Your name").fill("Amina O’Neill")
    amina.get_by_role("button", name="Book my place").click()
    expect(amina.get_by_role("alert")).to_contain_text("Enter a phone number or an email address")
    expect(amina.get_by_label("Your name")).to_have_value("Amina O’Neill")
    amina.get_by_label("Your phone number or email").fill("07400 123456")
    amina.get_by_role("button", name="Book my place").click()
    expect(amina.get_by_role("heading", level=1)).to_contain_text("5:30pm")
    assert amina.context.cookies() == []
    booking = Booking.objects.get()
    assert booking.attendee.contact == "+447400123456"
    assert booking.credited_network.name == "Highgate Tenants"
    assert booking.credited_connector.name == "Sharon"

    hana = a_strangers_phone()
    hana.goto(f"/s/{series.slug}/{day}/")
    hana.get_by_role("link", name=re.compile("Can I help")).click()
    hana.get_by_label("Just this once").check()
    hana.get_by_label("Your name").fill("Hana Müller")
    hana.get_by_label("Your email address").fill("hana@example.org")
    hana.get_by_role("button", name="Count me in").click()
    assert surgery.places.count() == 2

    page.goto(f"/organise/{series.slug}/")
    page.get_by_role("button", name=re.compile("Say yes")).first.click()
    assert Helping.objects.get().state == HelpingState.CONFIRMED
    assert surgery.places.count() == 4


def test_a_tap_on_bad_wifi_stays_unsaved_and_is_sent_again(signed_in, olu):
    page = signed_in
    series = create_series(organiser=olu)
    surgery = create_surgery(series=series, on=timezone.localdate() - timedelta(days=1))
    booking = create_booking(surgery=surgery)
    page.goto(f"/organise/{series.slug}/surgeries/{surgery.pk}/register/")

    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("^Came")).click()
    expect(page.locator(".mark--unsent")).to_be_visible()
    expect(page.locator("#unsent")).to_contain_text("Not saved yet: 1")
    booking.refresh_from_db()
    assert booking.outcome == Outcome.NOT_RECORDED

    page.context.set_offline(False)
    expect(page.locator(".mark--came")).to_be_visible(timeout=15_000)
    booking.refresh_from_db()
    assert booking.outcome == Outcome.CAME
