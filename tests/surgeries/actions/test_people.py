from datetime import timedelta

import pytest

from surgeries.actions.people import record_rung, take_back_rung
from surgeries.models import Booking, Message
from surgeries.states import BookingState, MessageState, SurgeryState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(9,))


def book(surgery, contact, **fields):
    attendee = factories.create_attendee(
        series=surgery.series, name=f"Joyce {contact}", contact=contact
    )
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


def ring_list(now=NOW):
    return list(Booking.objects.ring_list(now))


def test_people_without_email_are_rung(surgery):
    phone, nothing = book(surgery, "+447400123456"), book(surgery, None)
    book(surgery, "joyce@example.org")
    assert set(ring_list()) == {phone, nothing}


def test_people_whose_message_did_not_arrive_are_rung(surgery):
    failed, doubt, sent = (book(surgery, f"{n}@example.org") for n in range(3))
    factories.create_message(booking=failed, state=MessageState.FAILED)
    factories.create_message(booking=doubt, state=MessageState.REVIEW)
    factories.create_message(booking=sent, state=MessageState.SENT, sent_at=NOW)
    assert set(ring_list()) == {failed, doubt}


def test_nobody_is_rung_about_what_has_begun_or_was_called_off(surgery):
    book(surgery, "+447400123456", state=BookingState.CANCELLED)
    book(surgery, "+447400123457")
    assert len(ring_list()) == 1
    assert ring_list(surgery.starts_at) == []


def test_one_tap_takes_her_off_the_list_and_another_puts_her_back(surgery, olu):
    booking = book(surgery, "+447400123456")
    record_rung(booking, by=olu, now=NOW)
    assert ring_list() == []
    assert list(Booking.objects.rung_since(NOW)) == [booking]
    take_back_rung(booking, by=olu, now=NOW)
    assert ring_list() == [booking]
    assert Message.objects.count() == 0


def test_she_is_rung_again_when_the_surgery_is_cancelled_afterwards(surgery, olu):
    booking = book(surgery, "+447400123456")
    record_rung(booking, by=olu, now=NOW)
    surgery.state, surgery.cancelled_at = SurgeryState.CANCELLED, NOW + timedelta(hours=1)
    surgery.save()
    assert ring_list() == [booking]
    record_rung(booking, by=olu, now=NOW + timedelta(hours=2))
    assert ring_list() == []
