import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from surgeries.actions import register as actions
from surgeries.actions.answers import cancel_booking
from surgeries.models import Attendee, Booking, Message
from surgeries.refusals import Refused
from surgeries.states import BookingState, Outcome, OutcomeSource, SurgeryState
from tests import factories
from tests.factories import WEDNESDAY, at

pytestmark = pytest.mark.django_db

TONIGHT = at(WEDNESDAY, 17, 40)
DAY_BEFORE = at(WEDNESDAY - timedelta(days=1), 23, 59)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(3, 2))


def outcome_of(booking):
    booking.refresh_from_db()
    return booking.outcome, booking.outcome_source, booking.outcome_at


NOTHING = (Outcome.NOT_RECORDED, "", None)


def walk_in(surgery, olu, **changes):
    answers = {"name": "Marcus", "said": "", "request_key": uuid.uuid4(), "now": TONIGHT}
    return actions.walk_in(surgery, **answers | changes, by=olu)


def test_a_tap_says_that_she_came(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.record_came(booking, by=olu, now=TONIGHT)
    assert outcome_of(booking) == (Outcome.CAME, OutcomeSource.TAPPED, TONIGHT)
    assert Message.objects.count() == 0


def test_tapping_twice_changes_nothing(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.record_came(booking, by=olu, now=TONIGHT)
    actions.record_came(booking, by=olu, now=TONIGHT + timedelta(minutes=1))
    assert outcome_of(booking) == (Outcome.CAME, OutcomeSource.TAPPED, TONIGHT)


def test_a_tap_can_be_taken_back_and_again(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.record_came(booking, by=olu, now=TONIGHT)
    for _twice in range(2):
        actions.take_back(booking, by=olu, now=TONIGHT)
        assert outcome_of(booking) == NOTHING
        assert (booking.state, booking.place_id is not None) == (BookingState.BOOKED, True)


def test_the_register_opens_at_midnight_of_its_day_where_the_surgery_is(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    with pytest.raises(Refused, match="opens on Wednesday 11 November"):
        actions.record_came(booking, by=olu, now=DAY_BEFORE)
    assert outcome_of(booking) == NOTHING
    midnight = DAY_BEFORE + timedelta(minutes=1)
    actions.record_came(booking, by=olu, now=midnight)
    assert outcome_of(booking)[0] == Outcome.CAME


def test_the_register_stays_open_for_entering_later(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    surgery.state = SurgeryState.CLOSED
    surgery.save()
    actions.record_came(booking, by=olu, now=TONIGHT + timedelta(days=90))
    assert outcome_of(booking)[0] == Outcome.CAME


def test_a_cancelled_surgery_has_no_register(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    for act in (
        lambda: actions.record_came(booking, by=olu, now=TONIGHT),
        lambda: actions.take_back(booking, by=olu, now=TONIGHT),
        lambda: actions.mark_everyone(surgery, seen=[booking.pk], by=olu, now=TONIGHT),
        lambda: actions.set_head_count(surgery, count=3, by=olu, now=TONIGHT),
        lambda: walk_in(surgery, olu),
    ):
        with pytest.raises(Refused, match="was cancelled"):
            act()
    assert outcome_of(booking) == NOTHING
    assert (Booking.objects.count(), Attendee.objects.count()) == (1, 1)


def test_somebody_who_cancelled_is_added_as_a_walk_in(surgery, olu):
    booking = factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    with pytest.raises(Refused, match="walked in"):
        actions.record_came(booking, by=olu, now=TONIGHT)
    assert outcome_of(booking) == NOTHING


@pytest.mark.django_db(transaction=True)
def test_a_tap_and_a_cancellation_at_the_same_moment_do_not_cross(surgery, olu):
    booking, refusals = factories.create_booking(surgery=surgery), []

    def cancel():
        try:
            cancel_booking(booking, now=TONIGHT)
        except Refused as refusal:
            refusals.append(refusal.sentence)
        finally:
            connection.close()

    cancelling = threading.Thread(target=cancel)
    with transaction.atomic():
        actions.record_came(booking, by=olu, now=TONIGHT)
        cancelling.start()
        cancelling.join(timeout=0.5)
    cancelling.join()
    assert refusals == ["You are here already, so there is nothing to cancel."]
    assert outcome_of(booking)[0] == Outcome.CAME
    assert booking.state == BookingState.BOOKED


def test_a_walk_in_is_credited_to_who_told_them(surgery, olu):
    choir = factories.create_network(series=surgery.series, name="Ladywood Choir")
    sharon = factories.create_connector(network=choir)
    booking = walk_in(surgery, olu, name="Zoë D’Arcy", said=" sharon ")
    booking.refresh_from_db()
    assert (booking.walked_in, booking.place, booking.slot) == (True, None, None)
    assert outcome_of(booking) == (Outcome.CAME, OutcomeSource.TAPPED, TONIGHT)
    assert (booking.said, booking.said_network, booking.credited_network) == (
        "sharon",
        choir,
        choir,
    )
    assert (booking.credited_connector, booking.booked_by) == (sharon, olu)
    assert (booking.attendee.name, booking.attendee.contact) == ("Zoë D’Arcy", None)
    assert booking.attendee.first_network == choir


def test_who_told_them_may_be_nobody_we_know(surgery, olu):
    booking = walk_in(surgery, olu, said="my neighbour")
    assert (booking.said, booking.credited_network) == ("my neighbour", None)


def test_a_walk_in_is_never_refused_because_it_is_full_or_over(surgery, olu):
    for _place in range(5):
        factories.create_booking(surgery=surgery)
    walk_in(surgery, olu)
    walk_in(surgery, olu, now=TONIGHT + timedelta(days=9))
    assert surgery.bookings.filter(walked_in=True).came().count() == 2


def test_two_walk_ins_of_one_name_are_two_people(surgery, olu):
    assert walk_in(surgery, olu).attendee != walk_in(surgery, olu).attendee


def test_one_press_is_one_walk_in_however_often_it_is_sent(surgery, olu):
    press = uuid.uuid4()
    first = walk_in(surgery, olu, request_key=press)
    assert walk_in(surgery, olu, request_key=press) == first
    actions.take_back(first, by=olu, now=TONIGHT)
    assert walk_in(surgery, olu, request_key=press) == first
    assert (Booking.objects.count(), Attendee.objects.count()) == (1, 1)
    assert surgery.bookings.live().count() == 0


def test_the_same_press_at_another_surgery_is_another_walk_in(surgery, olu):
    press = uuid.uuid4()
    other = factories.create_surgery(series=surgery.series, on=WEDNESDAY - timedelta(days=7))
    one = walk_in(surgery, olu, request_key=press)
    assert walk_in(other, olu, request_key=press) != one


def test_another_name_on_a_page_that_kept_its_key_is_another_person(surgery, olu):
    press = uuid.uuid4()
    assert walk_in(surgery, olu, request_key=press) != walk_in(
        surgery, olu, request_key=press, name="Joyce"
    )


@pytest.mark.django_db(transaction=True)
def test_one_press_sent_eight_times_at_once_is_one_walk_in(surgery, olu):
    press, start, errors = uuid.uuid4(), threading.Barrier(8), []

    def send():
        try:
            start.wait()
            walk_in(surgery, olu, request_key=press)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (Booking.objects.count(), Attendee.objects.count()) == (1, 1)


def test_a_walk_in_taken_back_was_never_here(surgery, olu):
    booking = walk_in(surgery, olu)
    actions.take_back(booking, by=olu, now=TONIGHT)
    assert outcome_of(booking) == NOTHING
    assert (booking.state, booking.cancelled_at) == (BookingState.CANCELLED, TONIGHT)
    assert list(surgery.bookings.for_register()) == []


def test_the_database_knows_that_a_walk_in_came(surgery, olu):
    booking = walk_in(surgery, olu)
    with pytest.raises(IntegrityError, match="a_walk_in_came"):
        Booking.objects.filter(pk=booking.pk).update(outcome=Outcome.DID_NOT_COME)


def test_everyone_marks_only_the_untouched_names_she_saw(surgery, olu):
    came, seen, late = (factories.create_booking(surgery=surgery) for _ in range(3))
    gone = factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    other = factories.create_booking()
    actions.record_came(came, by=olu, now=TONIGHT)
    said_yes = [came.pk, seen.pk, gone.pk, other.pk]
    assert actions.mark_everyone(surgery, seen=said_yes, by=olu, now=TONIGHT) == 1
    assert outcome_of(came)[0] == Outcome.CAME
    assert outcome_of(seen) == (Outcome.DID_NOT_COME, OutcomeSource.EVERYONE, TONIGHT)
    assert outcome_of(late) == outcome_of(gone) == outcome_of(other) == NOTHING
    surgery.refresh_from_db()
    assert surgery.everyone_at == TONIGHT


def test_everyone_waits_for_the_start(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    with pytest.raises(Refused, match="not started"):
        actions.mark_everyone(surgery, seen=[booking.pk], by=olu, now=at(WEDNESDAY, 17, 29))
    assert outcome_of(booking) == NOTHING


def test_a_tap_outranks_everyone(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.mark_everyone(surgery, seen=[booking.pk], by=olu, now=TONIGHT)
    actions.record_came(booking, by=olu, now=TONIGHT + timedelta(minutes=2))
    assert outcome_of(booking)[:2] == (Outcome.CAME, OutcomeSource.TAPPED)


def test_undoing_everyone_restores_exactly_those_it_marked(surgery, olu):
    marked, tapped_since, came = (factories.create_booking(surgery=surgery) for _ in range(3))
    imported = factories.create_booking(
        surgery=surgery,
        imported=True,
        outcome=Outcome.DID_NOT_COME,
        outcome_source=OutcomeSource.IMPORTED,
        outcome_at=TONIGHT,
    )
    actions.record_came(came, by=olu, now=TONIGHT)
    seen = [marked.pk, tapped_since.pk]
    actions.mark_everyone(surgery, seen=seen, by=olu, now=TONIGHT)
    actions.record_came(tapped_since, by=olu, now=TONIGHT)
    almost_seven_days = TONIGHT + timedelta(days=7, seconds=-1)
    assert actions.undo_everyone(surgery, by=olu, now=almost_seven_days) == 1
    assert outcome_of(marked) == NOTHING
    assert outcome_of(tapped_since)[0] == outcome_of(came)[0] == Outcome.CAME
    assert outcome_of(imported)[0] == Outcome.DID_NOT_COME
    surgery.refresh_from_db()
    assert surgery.everyone_at is None


def test_everyone_can_be_undone_for_seven_days_only(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.mark_everyone(surgery, seen=[booking.pk], by=olu, now=TONIGHT)
    with pytest.raises(Refused, match="seven days"):
        actions.undo_everyone(surgery, by=olu, now=TONIGHT + timedelta(days=7))
    assert outcome_of(booking)[0] == Outcome.DID_NOT_COME


def test_a_second_everyone_does_not_lengthen_the_first(surgery, olu):
    early, late = (factories.create_booking(surgery=surgery) for _ in range(2))
    actions.mark_everyone(surgery, seen=[early.pk], by=olu, now=TONIGHT)
    second = TONIGHT + timedelta(days=5)
    actions.mark_everyone(surgery, seen=[late.pk], by=olu, now=second)
    actions.undo_everyone(surgery, by=olu, now=second + timedelta(days=3))
    assert outcome_of(early)[0] == Outcome.DID_NOT_COME
    assert outcome_of(late) == NOTHING


def test_a_head_count_is_kept_and_taken_back_and_touches_no_name(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    for count in (12, 0, None):
        actions.set_head_count(surgery, count=count, by=olu, now=TONIGHT)
        surgery.refresh_from_db()
        assert surgery.head_count == count
    assert outcome_of(booking) == NOTHING


def test_there_is_no_head_count_before_the_day(surgery, olu):
    with pytest.raises(Refused, match="opens on"):
        actions.set_head_count(surgery, count=3, by=olu, now=DAY_BEFORE)
    surgery.refresh_from_db()
    assert surgery.head_count is None
