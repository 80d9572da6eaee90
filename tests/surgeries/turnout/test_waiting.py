import datetime

import pytest

from surgeries.states import BookingState, Outcome
from surgeries.turnout.waiting import number_in_queue, waiting_parties
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(1, 1))


def waits(surgery, *, after=0, at=(0, 1), came=(), **fields):
    """Somebody waits since `after` minutes, for the times numbered `at`; she came on `came`."""
    fields.setdefault("state", BookingState.WAITING)
    booking = factories.create_booking(
        surgery=surgery, waiting_since=NOW + after * MINUTE, **fields
    )
    slots = list(surgery.slots.order_by("starts_at"))
    booking.accepts.set([slots[number] for number in at])
    for day in came:
        factories.create_booking(
            surgery=factories.create_surgery(series=surgery.series, on=day),
            attendee=booking.attendee,
            outcome=Outcome.CAME,
        )
    return booking


def numbers(*bookings):
    return [number_in_queue(booking, NOW) for booking in bookings]


def test_the_queue_is_in_the_order_of_asking(surgery):
    second, first = waits(surgery, after=1), waits(surgery)
    assert numbers(first, second) == [1, 2]


def test_who_was_never_here_goes_first_then_who_was_not_here_lately(surgery):
    lately = waits(surgery, came=[NOW.date() - datetime.timedelta(days=20)])
    long_ago = waits(surgery, after=1, came=[NOW.date() - datetime.timedelta(days=120)])
    new = waits(surgery, after=2)
    assert numbers(new, long_ago, lately) == [1, 2, 3]


def test_who_was_promised_a_place_goes_before_all(surgery):
    new = waits(surgery)
    undone = waits(surgery, after=1, goes_first=True)
    displaced = waits(surgery, after=2, state=BookingState.DISPLACED)
    assert numbers(undone, displaced, new) == [1, 2, 3]


def test_only_those_are_in_front_who_want_the_same_times(surgery):
    early, late = waits(surgery, at=[0]), waits(surgery, after=1, at=[1])
    both = waits(surgery, after=2)
    assert numbers(early, late, both) == [1, 1, 3]


def test_a_party_stands_in_the_queue_once(surgery):
    key = factories.create_booking(surgery=surgery).pk
    party = [waits(surgery, party=key, party_number=number) for number in (1, 2, 3)]
    after = waits(surgery, after=1)
    assert numbers(*party, after) == [1, 1, 1, 2]
    assert sorted(len(party) for party in waiting_parties(surgery, NOW).values()) == [1, 3]


def test_who_does_not_wait_has_no_number(surgery):
    assert numbers(factories.create_booking(surgery=surgery)) == [None]


@pytest.mark.parametrize("waiting", [1, 3])
def test_the_number_is_two_statements_however_many_wait(
    surgery, waiting, django_assert_num_queries
):
    bookings = [waits(surgery, after=number) for number in range(waiting)]
    with django_assert_num_queries(2):
        number_in_queue(bookings[0], NOW)
