"""One evening as its organiser sees it."""

from datetime import timedelta

import pytest

from surgeries.models import Booking
from surgeries.states import BookingState, Outcome
from surgeries.turnout.evening import evening_of
from surgeries.turnout.waiting import number_in_queue
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    return factories.create_surgery(series=factories.create_series(), places=(5, 4))


def book(surgery, name, **fields):
    attendee = factories.create_attendee(
        series=surgery.series, name=name, contact=f"{name.lower()}@example.org"
    )
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


def together(lead, *others):
    for number, booking in enumerate((lead, *others), 1):
        Booking.objects.filter(pk=booking.pk).update(party=lead.pk, party_number=number)


def names(parties):
    return [[booking.attendee.name for booking in party] for party in parties]


def test_people_stand_by_arrival_time_and_parties_together(surgery):
    first, second = surgery.slots.order_by("starts_at")
    joyce = book(surgery, "Joyce", slot=first, booked_at=NOW)
    book(surgery, "Winston", slot=first, booked_at=NOW + timedelta(minutes=1))
    basil = book(surgery, "Basil", slot=first, booked_at=NOW)
    late = book(surgery, "Paulette", slot=second)
    book(surgery, "Gone", slot=second, state=BookingState.CANCELLED)
    together(joyce, basil)
    evening = evening_of(surgery, NOW)
    early, later = evening.arrivals
    assert names(early.parties) == [["Joyce", "Basil"], ["Winston"]]
    assert later.parties == ((late,),)
    assert (evening.booked, evening.places, evening.free) == (4, 9, 5)
    assert (evening.queue, evening.others, evening.waiting) == ((), (), 0)


def test_who_has_no_time_stands_apart(surgery):
    factories.create_booking(surgery=surgery, imported=True, outcome=Outcome.CAME)
    factories.create_booking(surgery=surgery, walked_in=True, outcome=Outcome.CAME)
    evening = evening_of(surgery, NOW)
    assert (len(evening.others), evening.booked) == (2, 1)


def test_the_queue_stands_in_turn_with_the_numbers_that_they_see_themselves(surgery):
    first, second = surgery.slots.order_by("starts_at")
    waits = {"state": BookingState.WAITING}
    both = book(surgery, "Both", waiting_since=NOW, **waits)
    both.accepts.set([second, first])
    early = book(surgery, "Early", waiting_since=NOW + timedelta(hours=1), **waits)
    early.accepts.set([first])
    late = book(surgery, "Late", waiting_since=NOW + timedelta(hours=2), **waits)
    late.accepts.set([second])
    company = book(surgery, "Company", waiting_since=NOW + timedelta(hours=2), **waits)
    together(late, company)
    lost = book(surgery, "Lost", state=BookingState.DISPLACED, slot=first)
    lost.accepts.set([first, second])
    evening = evening_of(surgery, NOW)
    assert names(row.party for row in evening.queue) == [
        ["Lost"],
        ["Both"],
        ["Early"],
        ["Late", "Company"],
    ]
    assert [row.number for row in evening.queue] == [1, 2, 3, 3]
    assert [row.number for row in evening.queue] == [
        number_in_queue(one, NOW) for one in (lost, both, early, late)
    ]
    assert [row.had_a_place for row in evening.queue] == [True, False, False, False]
    assert [row.times for row in evening.queue][1:3] == ["5:30pm, 6:15pm", "5:30pm"]
    assert (evening.waiting, evening.booked) == (5, 0)


def test_it_says_who_is_here_for_the_first_time_and_who_booked_twice(surgery):
    joyce = book(surgery, "Joyce")
    again = factories.create_booking(
        surgery=surgery, attendee=joyce.attendee, state=BookingState.WAITING
    )
    before = factories.create_surgery(
        series=surgery.series, on=WEDNESDAY - timedelta(days=28), places=(1,)
    )
    factories.create_booking(surgery=before, attendee=joyce.attendee, outcome=Outcome.CAME)
    book(surgery, "New", state=BookingState.WAITING)
    evening = evening_of(surgery, NOW)
    assert [(row.party[0].attendee.name, row.is_new) for row in evening.queue] == [
        ("New", True),
        ("Joyce", False),
    ]
    assert [row.party[0].twice for row in evening.queue] == [False, True]
    assert evening.arrivals[0].parties[0][0].twice
    assert evening.queue[1].party == (again,)


@pytest.mark.parametrize("rows", [1, 3])
def test_an_evening_costs_the_same_however_many(surgery, rows, django_assert_num_queries):
    for number in range(rows):
        book(surgery, f"Booked{number}")
        book(surgery, f"Waits{number}", state=BookingState.WAITING).accepts.set(surgery.slots.all())
    with django_assert_num_queries(4):
        evening = evening_of(surgery, NOW)
        assert [row.times for row in evening.queue]
