"""Next time instead, when two cross on their way or want the same place."""

import datetime
import time
from functools import partial

import pytest
from django.db import OperationalError, transaction

from surgeries.actions.answers import next_time_instead
from surgeries.models import Booking, Surgery
from surgeries.refusals import Refused
from tests import factories
from tests.factories import NOW, WEDNESDAY
from tests.races.crowd import all_at_once, broken

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = datetime.timedelta(weeks=1)
ROUNDS = 6


def evening(series, week, chairs=2):
    return factories.create_surgery(
        series=series, on=WEDNESDAY + week * WEEK, places=(chairs,), places_wanted=chairs
    )


def move(booking, to):
    return next_time_instead(booking, on=to.on, now=NOW)


def told_to_come_to(person):
    """The evenings at which somebody has a place."""
    held = Booking.objects.filter(attendee=person, state="booked")
    return [booking.surgery_id for booking in held]


def test_two_who_cross_between_two_evenings_both_arrive():
    for _round in range(ROUNDS):
        series = factories.create_series()
        here, there = evening(series, 0), evening(series, 1)
        amina = factories.create_booking(surgery=here)
        basil = factories.create_booking(surgery=there)
        answers = all_at_once(partial(move, amina, there), partial(move, basil, here))
        assert all(isinstance(answer, Booking) for answer in answers), answers
        assert told_to_come_to(amina.attendee) == [there.pk]
        assert told_to_come_to(basil.attendee) == [here.pk]


def test_two_who_want_the_last_place_of_another_evening_are_each_at_exactly_one():
    for _round in range(ROUNDS):
        series = factories.create_series()
        first, second, third = (evening(series, week, chairs=1) for week in range(3))
        people = [factories.create_booking(surgery=surgery) for surgery in (first, second)]
        answers = all_at_once(*(partial(move, booking, third) for booking in people))
        assert {type(answer) for answer in answers} == {Booking, Refused}
        for booking in people:
            assert len(told_to_come_to(booking.attendee)) == 1
        assert third.bookings.filter(state="booked").count() == 1


def test_one_who_moves_five_times_at_once_moves_once():
    series = factories.create_series()
    here, there = evening(series, 0), evening(series, 1, chairs=5)
    amina = factories.create_booking(surgery=here)
    answers = all_at_once(*[partial(move, amina, there)] * 5)
    assert {answer.pk for answer in answers} == {there.bookings.get().pk}
    assert "never_at_two_evenings" not in broken(NOW)


def test_whoever_holds_two_evenings_in_an_order_of_her_own_waits_for_ever():
    """The negative control: this is what the one order for everybody keeps away."""
    series = factories.create_series()
    both = [evening(series, 0), evening(series, 1)]

    def hold(surgeries):
        with transaction.atomic():
            for surgery in surgeries:
                Surgery.objects.locked().get(pk=surgery.pk)
                time.sleep(0.2)

    answers = all_at_once(partial(hold, both), partial(hold, both[::-1]))
    assert [str(a).split("\n")[0] for a in answers if isinstance(a, OperationalError)] == [
        "deadlock detected"
    ]
