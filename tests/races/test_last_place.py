"""Twenty people and five places, at the same moment (reliability.md 3.1, T-BIZ-01)."""

import datetime
import uuid
from functools import partial

import pytest
from django.db import transaction

from surgeries.actions.attendees import known_attendee
from surgeries.actions.bookings import book_slot
from surgeries.models import Booking
from surgeries.refusals import Refused
from surgeries.states import BookingState
from tests import factories
from tests.factories import NOW
from tests.races.crowd import all_at_once, without_the_lock

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
PEOPLE = 20
PLACES = 5


def at_once(work):
    """Do `work(n)` for each of the people, all let go at one moment."""
    return all_at_once(*(partial(work, number) for number in range(PEOPLE)))


def asks_for(slot):
    def ask(number):
        return book_slot(
            slot,
            name=f"Person {number}",
            contact=f"person{number}@example.org",
            goal="news",
            request_key=uuid.uuid4(),
            now=NOW,
        )

    return ask


def test_five_places_are_given_to_five_of_twenty_and_to_no_sixth():
    series = factories.create_series()
    for number in range(ROUNDS):
        day = factories.WEDNESDAY + datetime.timedelta(days=number)
        surgery = factories.create_surgery(series=series, on=day, places=(PLACES,))
        slot = surgery.slots.select_related("surgery__series").get()
        answers = at_once(asks_for(slot))
        told = {type(answer) for answer in answers}
        assert told == {Booking, Refused}, answers
        held = Booking.objects.filter(surgery=surgery).values_list("place__number", flat=True)
        assert sorted(held) == [1, 2, 3, 4, 5], f"round {number}"
        assert sum(isinstance(answer, Booking) for answer in answers) == PLACES


def count_then_insert(surgery, number):
    """How it is done where nobody locks and no place is a row: this is what overbooks."""
    with transaction.atomic():
        taken = Booking.objects.filter(surgery=surgery, state=BookingState.WAITING).count()
        if taken >= PLACES:
            raise Refused("full")
        person = known_attendee(
            surgery.series,
            name=f"Person {number}",
            contact=f"person{number}@example.org",
            group="",
            network=None,
            now=NOW,
        )
        return Booking.objects.create(
            surgery=surgery,
            attendee=person,
            state=BookingState.WAITING,
            booked_at=NOW,
            waiting_since=NOW,
        )


def test_without_the_lock_and_the_places_the_same_race_overbooks():
    """The negative control: if this one cannot overbook, the race above proves nothing.

    The constraints refuse a booked booking without a place, so the count is of waiting ones.
    """
    series = factories.create_series()
    overbooked = 0
    for number in range(ROUNDS):
        day = factories.WEDNESDAY + datetime.timedelta(days=number)
        surgery = factories.create_surgery(series=series, on=day, places=(PLACES,))
        at_once(lambda n, surgery=surgery: count_then_insert(surgery, n))
        overbooked += Booking.objects.filter(surgery=surgery).count() > PLACES
    assert overbooked > 0


def test_with_the_lock_off_the_constraint_still_gives_no_place_twice(monkeypatch):
    without_the_lock(monkeypatch)
    surgery = factories.create_surgery(places=(PLACES,))
    slot = surgery.slots.select_related("surgery__series").get()
    answers = at_once(asks_for(slot))
    booked = [answer for answer in answers if isinstance(answer, Booking)]
    numbers = Booking.objects.filter(surgery=surgery).values_list("place__number", flat=True)
    assert len(booked) == len(numbers) == len(set(numbers)) <= PLACES
    faults = [answer for answer in answers if not isinstance(answer, (Booking, Refused))]
    assert all("place_id" in str(fault) for fault in faults)
