"""Every kind of text: what it says, that it costs one, and what it can never be made to do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.messages.facts import with_person
from surgeries.messages.text import NoSuchNumber, text_for
from surgeries.models import Message
from surgeries.rules.texts import is_narrow, parts_of
from surgeries.states import BookingState, Channel, MessageKind
from tests import factories
from tests.factories import NOW
from tests.surgeries.messages.test_email import FOR_BOOKINGS, STATES

pytestmark = pytest.mark.django_db

LONG_SITE = "https://surgeries.bathandnortheast.example.org"
LINK = re.compile(r"https?://\S+")
SAID = {
    MessageKind.CONFIRMATION: "You are booked for Wed 11 Nov, 5:30pm, Canal Street Hall. "
    "Can't come? Reply NO.",
    MessageKind.WAITING: "You are on the waiting list for Wed 11 Nov, 5:30pm. "
    "You are first in the queue.",
    MessageKind.PLACE_FOUND: "A place is yours: Wed 11 Nov, 5:30pm, Canal Street Hall. "
    "Can't come? Reply NO.",
    MessageKind.COME_ALONG: "No place came free. Come all the same: Wed 11 Nov, 5:30pm, "
    "Canal Street Hall.",
    MessageKind.DISPLACED: "Sorry, no chair is sure for you on Wed 11 Nov, 5:30pm. "
    "You are first in the queue.",
    MessageKind.NEXT_TIME: "Your booking is now Wed 11 Nov, 5:30pm, Canal Street Hall. "
    "Can't come? Reply NO.",
    MessageKind.REMINDER_EARLY: "Still able to come on Wed 11 Nov, 5:30pm, Canal Street Hall? "
    "If not, reply NO.",
    MessageKind.REMINDER_FIRST: "Still able to come on Wed 11 Nov, 5:30pm, Canal Street Hall? "
    "If not, reply NO.",
    MessageKind.REMINDER_LAST: "See you on Wed 11 Nov, 5:30pm, Canal Street Hall. Late is fine. "
    "Can't come? Reply NO.",
    MessageKind.BOOKING_CHANGED: "Your new time is Wed 11 Nov, 5:30pm, Canal Street Hall. "
    "Cross out the old one.",
    MessageKind.BOOKING_CANCELLED: "You are no longer booked for Wed 11 Nov, 5:30pm. Thank you.",
    MessageKind.SURGERY_MOVED: "It is now on Wed 11 Nov, 5:30pm, Canal Street Hall. "
    "Cross out the old time.",
    MessageKind.SURGERY_CANCELLED: "Sorry, Wed 11 Nov, 5:30pm is cancelled. Please cross it out.",
    MessageKind.LINK_AGAIN: "Your link for Wed 11 Nov, 5:30pm. Keep it to yourself.",
}


@pytest.fixture(autouse=True)
def _a_usual_site(settings):
    settings.SITE_URL = "https://surgeries.example.org"
    settings.TEXTS_FROM = "+447900123456"


@pytest.fixture
def series():
    return factories.create_series(name="Moseley")


def text_of(kind, series, *, now=NOW, **attendee):
    """A text of any kind to Winston, who has only a phone."""
    attendee = {"name": "Winston Clarke", "contact": "+447400123457"} | attendee
    venue = factories.create_venue(series=series, name="Canal Street Hall")
    surgery = factories.create_surgery(series=series, venue=venue)
    winston = factories.create_attendee(series=series, **attendee)
    state = STATES.get(kind, BookingState.BOOKED)
    slot = None if state == BookingState.WAITING else surgery.slots.first()
    booking = factories.create_booking(surgery=surgery, slot=slot, attendee=winston, state=state)
    message = factories.create_message(booking=booking, kind=kind, channel=Channel.TEXT)
    return text_for(with_person(Message.objects.filter(pk=message.pk)).get(), now), booking


@pytest.mark.parametrize("kind", FOR_BOOKINGS)
def test_it_says_whose_it_is_and_when_and_ends_with_our_link(kind, series):
    text, booking = text_of(kind, series)

    link = f"https://surgeries.example.org/b/{booking.secret}/"
    assert text.body == f"Moseley: {SAID[kind]} {link}"
    assert (text.recipient, text.parts) == ("+447400123457", 1)


@pytest.mark.parametrize("kind", FOR_BOOKINGS)
def test_with_a_long_name_at_a_long_address_it_still_costs_one(kind, settings):
    settings.SITE_URL = LONG_SITE
    series = factories.create_series(name="Wolverhampton & Black Country Social Media Surgery")

    text, booking = text_of(kind, series)

    assert text.parts == 1
    assert text.body.startswith("Wolverhampto")
    assert "Wed 11 Nov, 5:30pm" in text.body
    assert text.body.endswith(f" {LONG_SITE}/b/{booking.secret}/")


def test_what_cannot_be_shorter_is_charged_twice(settings, series):
    settings.SITE_URL = f"https://{'very-' * 8}long.example.org"

    text, _booking = text_of(MessageKind.REMINDER_LAST, series)

    assert len(text.body) > 160
    assert text.parts == 2
    assert "Canal Street" not in text.body


@pytest.mark.parametrize("kind", FOR_BOOKINGS)
def test_a_sender_nobody_can_answer_asks_for_no_answer(kind, series, settings):
    settings.TEXTS_FROM = "Surgery"

    text, booking = text_of(kind, series)

    said = SAID[kind].replace("Reply NO.", "Tap:").replace("reply NO.", "tap:")
    assert text.body == f"Moseley: {said} https://surgeries.example.org/b/{booking.secret}/"


def test_a_party_is_asked_on_its_page(series):
    text, booking = text_of(MessageKind.REMINDER_LAST, series)
    booking.party, booking.party_number = booking.pk, 1
    booking.save()
    message = Message.objects.filter(booking=booking)

    body = text_for(with_person(message).get(), NOW).body

    assert "Reply NO." in text.body
    assert "Can't come? Tap: https" in body


# What strangers typed (T-INJ-13) ---------------------------------------------------------


@pytest.mark.parametrize("kind", FOR_BOOKINGS)
def test_no_person_is_named(kind, series):
    text, _booking = text_of(
        kind, series, name="Win £500 at win.example Bloggs", group="https://win.example"
    )

    assert "Win" not in text.body
    assert "Bloggs" not in text.body


@pytest.mark.parametrize(
    "name",
    ["win.example", "Prize: https://win.example/x", "Ring 0906 123 4567", "win．example", "黄记"],
)
def test_a_series_that_is_called_like_a_link_is_not_named(name, series):
    series.name = name
    series.save()

    text, _booking = text_of(MessageKind.CONFIRMATION, series)

    assert text.body.startswith("Your surgery: You are booked")
    assert len(LINK.findall(text.body)) == 1
    assert "win" not in text.body.casefold()


def test_a_place_that_is_called_like_a_link_is_not_named(series):
    text, booking = text_of(MessageKind.CONFIRMATION, series)
    booking.surgery.venue.name = "Hall, win.example"
    booking.surgery.venue.save()

    message = Message.objects.filter(booking=booking)
    body = text_for(with_person(message).get(), NOW).body

    assert "Canal Street Hall" in text.body
    assert "win" not in body


ANYTHING = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=120)


@given(ANYTHING, ANYTHING)
def test_whatever_is_typed_it_is_narrow_and_holds_only_our_link(series_name, person):
    series = factories.create_series(name=series_name)

    text, booking = text_of(MessageKind.CONFIRMATION, series, name=person)

    assert is_narrow(text.body)
    assert text.parts == parts_of(text.body) == 1
    assert text.body.count("/b/") == text.body.count("://") == 1
    before = text.body.removesuffix(f"https://surgeries.example.org/b/{booking.secret}/")
    assert not re.search(r"\w\.\w|://|www", before)


def test_without_the_cut_a_long_name_would_cost_two(monkeypatch):
    """Negative control of the long name."""
    monkeypatch.setattr("surgeries.messages.text.plain_name", lambda name, most: name)
    series = factories.create_series(name="Wolverhampton & Black Country Social Media Surgery")

    text, _booking = text_of(MessageKind.REMINDER_FIRST, series)

    assert text.parts == 2


# Whom it goes to (T-BIZ-08) --------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["+33612345678", "+449061234567", "+441212345678", "amina@example.org", None]
)
def test_no_text_goes_to_a_dear_or_foreign_number(number, series):
    with pytest.raises(NoSuchNumber):
        text_of(MessageKind.CONFIRMATION, series, contact=number)


def test_no_text_goes_to_somebody_who_said_stop(series):
    with pytest.raises(NoSuchNumber):
        text_of(MessageKind.CONFIRMATION, series, no_messages_from=NOW)
