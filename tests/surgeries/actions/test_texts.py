"""What a series wants of texts; how they leave is told in tests/outbox/test_texts.py."""

import uuid

import pytest

from surgeries.actions.bookings import book_slot
from surgeries.actions.changes import correct_contact
from surgeries.actions.outbox import owe
from surgeries.actions.replies import receive_text
from surgeries.actions.texts import set_texts
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Booking, Message
from surgeries.refusals import Refused
from surgeries.states import Channel, MessageKind, MessageState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

WINSTON = "+447400123457"


@pytest.fixture
def olu():
    return factories.create_user()


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture(autouse=True)
def provider(settings):
    settings.TEXTS_BY = "http"


def booked(surgery, name="Winston Clarke", contact=WINSTON):
    return book_slot(
        surgery.slots.first(), name=name, contact=contact, request_key=uuid.uuid4(), now=NOW
    )


def test_a_series_turns_texts_on_with_a_cap(series, olu):
    set_texts(series, on=True, a_month=50, by=olu, now=NOW)

    series.refresh_from_db()
    assert (series.sends_texts, series.texts_a_month) == (True, 50)


def test_where_nobody_sends_texts_they_stay_off(series, olu, settings):
    settings.TEXTS_BY = ""

    with pytest.raises(Refused) as refusal:
        set_texts(series, on=True, a_month=50, by=olu, now=NOW)

    assert refusal.value.field == "on"
    series.refresh_from_db()
    assert (series.sends_texts, series.texts_a_month) == (False, 200)
    set_texts(series, on=False, a_month=50, by=olu, now=NOW)


def test_with_texts_on_somebody_with_a_phone_only_is_texted(series):
    series.sends_texts = True
    series.save()

    booked(factories.create_surgery(series=series))

    assert Message.objects.get().channel == Channel.TEXT


def test_with_texts_on_somebody_with_an_email_gets_a_mail(series):
    series.sends_texts = True
    series.save()

    booked(factories.create_surgery(series=series), contact="amina@example.org")

    assert Message.objects.get().channel == Channel.EMAIL


@pytest.mark.parametrize("why", ["off", "no provider"])
def test_without_texts_she_is_on_the_ring_list_whatever_was_sent_before(why, series, settings):
    series.sends_texts = True
    series.save()
    surgery = factories.create_surgery(series=series)
    winston = factories.create_attendee(series=series, contact=WINSTON)
    before = factories.create_surgery(series=series, on=surgery.on.replace(day=1))
    factories.create_booking(surgery=before, attendee=winston, outcome="came")
    booking = factories.create_booking(surgery=surgery, attendee=winston)
    message = owe(MessageKind.CONFIRMATION, booking, now=NOW)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=NOW)
    the_day_before = surgery.starts_at.replace(day=surgery.starts_at.day - 1)
    assert list(Booking.objects.ring_list(the_day_before)) == []

    if why == "off":
        series.sends_texts = False
        series.save()
    else:
        settings.TEXTS_BY = ""

    assert list(Booking.objects.ring_list(the_day_before)) == [booking]


# STOP holds for the number ---------------------------------------------------------------


def stop():
    receive_text(WINSTON, "STOP", provider_ref=str(uuid.uuid4()), now=NOW)


def test_who_books_with_a_number_that_said_stop_is_rung(series):
    series.sends_texts = True
    series.save()
    surgery = factories.create_surgery(series=series, places=(3, 3))
    booked(surgery)
    stop()

    gloria = booked(surgery, name="Gloria Clarke")

    gloria.attendee.refresh_from_db()
    assert gloria.attendee.no_messages_from == NOW
    messages = with_person(Message.objects.filter(booking=gloria))
    assert [is_still_wanted(message) for message in messages] == [False]


def test_who_is_put_right_to_such_a_number_is_rung_too(series):
    surgery = factories.create_surgery(series=series, places=(3, 3))
    booked(surgery)
    stop()
    booking = booked(surgery, name="Gloria Clarke", contact="gloria@example.org")

    correct_contact(booking, contact=WINSTON, now=NOW)

    booking.attendee.refresh_from_db()
    assert booking.attendee.no_messages_from == NOW


def test_another_number_or_address_is_written_to(series):
    surgery = factories.create_surgery(series=series, places=(4, 1))
    booked(surgery)
    stop()

    for contact in ("+447400123458", "gloria@example.org", ""):
        booking = booked(surgery, name="Gloria", contact=contact)
        booking.attendee.refresh_from_db()
        assert booking.attendee.no_messages_from is None
