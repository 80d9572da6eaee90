"""Whoever is rung instead of written to, and written to again."""

from datetime import timedelta

import pytest

from surgeries.actions.attendees import write_or_ring
from surgeries.models import Attendee, Message
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def amina():
    return factories.create_attendee(series=factories.create_series())


def book(amina, days, **fields):
    surgery = factories.create_surgery(series=amina.series, on=WEDNESDAY + timedelta(days=days))
    return factories.create_booking(surgery=surgery, attendee=amina, **fields)


def owed():
    return sorted(Message.objects.values_list("kind", "booking"))


def test_whoever_is_written_to_again_is_told_how_each_booking_to_come_stands(amina):
    booked = book(amina, 0)
    waits = book(amina, 1, state="waiting")
    no_chair = book(amina, 2, state="displaced")
    gone = book(amina, 3, state="cancelled")
    moved_on = book(amina, 4, state="cancelled")
    there = book(amina, 5, moved_from=moved_on)
    off = book(amina, 6)
    off.surgery.state = "cancelled"
    off.surgery.save()
    book(amina, -20)

    write_or_ring(amina, write=False, now=NOW)
    assert owed() == []
    write_or_ring(amina, write=True, now=LATER)

    assert owed() == sorted(
        [
            ("confirmation", booked.pk),
            ("waiting", waits.pk),
            ("displaced", no_chair.pk),
            ("booking_cancelled", gone.pk),
            ("confirmation", there.pk),
            ("surgery_cancelled", off.pk),
        ]
    )


def test_whoever_was_written_to_all_the_time_is_told_nothing(amina):
    book(amina, 0)
    write_or_ring(amina, write=True, now=NOW)
    assert owed() == []


def test_it_goes_for_everybody_with_the_same_contact_and_for_no_other_series(amina):
    basil = factories.create_attendee(series=amina.series, name="Basil")
    stan = factories.create_attendee(series=factories.create_series())
    write_or_ring(amina, write=False, now=NOW)
    rung = Attendee.objects.exclude(no_messages_from=None)
    assert set(rung) == {amina, basil} and stan not in rung
