from datetime import timedelta

import pytest

from surgeries.actions.people import record_rung, take_back_rung
from surgeries.models import Attendee, Booking, Message
from surgeries.states import BookingState, MessageState, Outcome, Receipt, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

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


SOON = at(WEDNESDAY, 17, 30) - timedelta(hours=48)


def ring_list(now=SOON):
    return list(Booking.objects.ring_list(now))


def come_before(booking, outcome=Outcome.CAME):
    day = WEDNESDAY - timedelta(days=28 + Booking.objects.count())
    before = factories.create_surgery(series=booking.surgery.series, on=day, places=(9,))
    factories.create_booking(surgery=before, attendee=booking.attendee, outcome=outcome)


def test_people_whom_no_message_reaches_are_rung_in_the_last_48_hours(surgery):
    """R26."""
    phone, nothing, email = (book(surgery, c) for c in ("+447400123456", None, "joyce@example.org"))
    come_before(email)
    assert ring_list(SOON - timedelta(minutes=1)) == []
    assert set(ring_list()) == {phone, nothing}


def test_first_timers_and_who_missed_one_are_rung_unless_they_answered(surgery):
    """R26, R37: a miss raises care and blocks nothing."""
    first, regular, missed = (book(surgery, f"{n}@example.org") for n in range(3))
    come_before(regular)
    come_before(missed)
    come_before(missed, Outcome.DID_NOT_COME)
    assert set(ring_list()) == {first, missed}
    Booking.objects.filter(pk=first.pk).update(confirmed_at=NOW)
    assert ring_list() == [missed]


def test_somebody_who_asked_to_be_rung_is_rung(surgery):
    booking = book(surgery, "joyce@example.org")
    come_before(booking)
    assert ring_list() == []
    Attendee.objects.filter(pk=booking.attendee_id).update(no_messages_from=NOW)
    assert ring_list() == [booking]


def test_a_party_is_rung_once(surgery):
    lead = book(surgery, "joyce@example.org")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    other = book(surgery, "basil@example.org", party=lead.pk, party_number=2)
    assert ring_list() == [lead]
    lead.state, lead.place = BookingState.CANCELLED, None
    lead.save()
    assert ring_list() == [other]


def test_people_whose_message_did_not_arrive_are_rung(surgery):
    failed, doubt, sent = (book(surgery, f"{n}@example.org") for n in range(3))
    factories.create_message(booking=failed, state=MessageState.FAILED)
    factories.create_message(booking=doubt, state=MessageState.REVIEW)
    factories.create_message(booking=sent, state=MessageState.SENT, sent_at=NOW)
    assert set(ring_list(NOW)) == {failed, doubt}


def test_somebody_whose_mail_came_back_is_rung(surgery):
    bounced = book(surgery, "joyce@example.org")
    factories.create_message(
        booking=bounced, state=MessageState.SENT, sent_at=NOW, receipt=Receipt.UNDELIVERED
    )
    assert ring_list(NOW) == [bounced]


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
    assert ring_list(NOW) == [booking]
    record_rung(booking, by=olu, now=NOW + timedelta(hours=2))
    assert ring_list(NOW) == []
