"""Every constraint, gone round the action and stopped by name."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from surgeries.models import Attendee, Booking, Place
from surgeries.states import BookingState, Outcome
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(2, 1))


@pytest.fixture
def booking(surgery):
    return factories.create_booking(surgery=surgery)


def stopped(change, *args, **kwargs):
    """The message of the database that stopped it."""
    with pytest.raises(IntegrityError) as stop, transaction.atomic():
        change(*args, **kwargs)
    return str(stop.value)


def update(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


def test_a_place_is_given_once(surgery, booking):
    text = stopped(
        Booking.objects.create,
        surgery=surgery,
        attendee=booking.attendee,
        slot=booking.slot,
        place=booking.place,
    )
    assert "surgeries_booking_place_id_key" in text


def test_a_booking_without_a_place_is_not_booked(surgery, booking):
    assert "a_place_is_held_exactly_while_booked" in stopped(update, booking, place=None)


@pytest.mark.parametrize("state", [s for s in BookingState if s != BookingState.BOOKED])
def test_only_who_is_booked_holds_a_place(booking, state):
    assert "a_place_is_held_exactly_while_booked" in stopped(update, booking, state=state)


@pytest.mark.parametrize("mark", ["walked_in", "imported"])
def test_walk_ins_and_imports_hold_no_place(booking, mark):
    assert "a_place_is_held_exactly_while_booked" in stopped(update, booking, **{mark: True})


def test_a_place_of_another_surgery_is_refused(booking):
    other = factories.create_surgery().places.first()
    assert "a_place_is_of_the_same_surgery" in stopped(update, booking, place=other)


def test_a_state_and_an_outcome_have_known_words(booking):
    assert "booking_state_is_known" in stopped(update, booking, state="maybe", place=None)
    assert "booking_outcome_is_known" in stopped(update, booking, outcome="maybe")


def test_a_walk_in_came(surgery):
    walked_in = factories.create_booking(surgery=surgery, walked_in=True)
    text = stopped(update, walked_in, outcome=Outcome.DID_NOT_COME)
    assert "a_walk_in_came" in text


def test_one_form_makes_one_booking(surgery, booking):
    key = uuid.uuid4()
    update(booking, request_key=key)
    other = factories.create_booking(surgery=surgery)
    assert "one_booking_per_form" in stopped(update, other, request_key=key)


def test_a_link_opens_one_booking(surgery, booking):
    other = factories.create_booking(surgery=surgery)
    assert "one_booking_per_link" in stopped(update, other, link_hash=booking.link_hash)


def test_the_same_name_and_contact_is_one_person(surgery):
    factories.create_attendee(series=surgery.series, name="Amina O’Neill")
    text = stopped(factories.create_attendee, series=surgery.series, name="AMINA  o’neill")
    assert "one_attendee_per_name_and_contact" in text


def test_the_same_person_may_be_known_to_two_series(surgery):
    factories.create_attendee(series=surgery.series)
    factories.create_attendee(series=factories.create_series())
    assert Attendee.objects.count() == 2


def test_no_contact_is_null(surgery):
    text = stopped(factories.create_attendee, series=surgery.series, contact="")
    assert "no_contact_is_null" in text


def test_access_needs_are_kept_only_with_a_tick(surgery):
    text = stopped(factories.create_attendee, series=surgery.series, access_needs="A chair")
    assert "access_needs_are_kept_only_with_a_tick" in text


def test_a_taken_place_is_not_removed(surgery, booking):
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("DELETE FROM surgeries_place WHERE id = %s", [booking.place_id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Place.objects.filter(pk=booking.place_id).exists()


def test_a_secret_opens_only_its_own_booking(surgery, booking):
    other = factories.create_booking(surgery=surgery)
    assert Booking.objects.by_secret(booking.secret).get() == booking
    assert Booking.objects.by_secret(other.secret).get() == other
    assert not Booking.objects.by_secret(booking.secret + "x").exists()


def test_a_raised_version_ends_the_old_secret(booking):
    old = booking.secret
    booking.link_version += 1
    booking.seal()
    booking.save()
    assert not Booking.objects.by_secret(old).exists()
    assert Booking.objects.by_secret(booking.secret).exists()


def test_who_is_live_expected_and_counted(surgery, booking):
    gone = factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    waiting = factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    assert set(Booking.objects.live()) == {booking, waiting}
    assert set(Booking.objects.expected()) == {booking}
    assert set(Booking.objects.counted(NOW)) == set()
    assert set(Booking.objects.counted(surgery.starts_at)) == {booking, waiting}
    assert gone not in Booking.objects.live()
