"""A place comes free at the very moment somebody else does something (T-BIZ-02, T-BIZ-03, P2)."""

import datetime
import uuid
from functools import partial

import pytest

from surgeries.actions import answers, bookings, places
from surgeries.models import Booking, Message
from surgeries.refusals import Refused
from surgeries.states import BookingState
from tests import factories
from tests.factories import NOW
from tests.races.crowd import all_at_once, broken, slowly, without_the_lock

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def evenings(chairs):
    """One evening after the other, each with `chairs` places at one time; and that time."""
    series = factories.create_series()
    for number in range(ROUNDS):
        day = factories.WEDNESDAY + datetime.timedelta(days=number)
        surgery = factories.create_surgery(
            series=series, on=day, places=(chairs,), places_wanted=chairs
        )
        yield surgery, surgery.slots.select_related("surgery__series").get()


def typed(name):
    return {
        "name": name,
        "contact": f"{name.lower()}@example.org",
        "request_key": uuid.uuid4(),
        "now": NOW,
    }


def book(slot, name):
    return bookings.book_slot(slot, **typed(name))


def wait(surgery, slot, name, now=NOW):
    return bookings.join_waiting_list(surgery, accepts=[slot], **typed(name) | {"now": now})


def cancel(booking):
    return answers.cancel_booking(booking, now=NOW)


def states(surgery):
    rows = surgery.bookings.values_list("attendee__name", "state")
    return {name: BookingState(state).value for name, state in rows}


def two_cancel_at_once(surgery, slot):
    """Amina and Basil have the two places, Chi and Dora wait, and both places are given back."""
    booked = [book(slot, name) for name in ("Amina", "Basil")]
    for name in ("Chi", "Dora"):
        wait(surgery, slot, name)
    return all_at_once(*(partial(cancel, booking) for booking in booked))


def test_two_who_cancel_at_once_make_room_for_two_and_neither_place_is_given_twice():
    for surgery, slot in evenings(chairs=2):
        two_cancel_at_once(surgery, slot)
        gone = {"Amina": "cancelled", "Basil": "cancelled"}
        assert states(surgery) == gone | {"Chi": "booked", "Dora": "booked"}
        found = Message.objects.filter(booking__surgery=surgery, kind="place_found")
        assert found.values("booking").distinct().count() == found.count() == 2
        assert broken(NOW) == []


def test_without_the_lock_the_same_race_leaves_a_chair_empty(monkeypatch):
    """The negative control: both give a place to the first who waits, and nobody to the second."""
    without_the_lock(monkeypatch)
    slowly(monkeypatch, places, "waiting_parties")
    for surgery, slot in evenings(chairs=2):
        two_cancel_at_once(surgery, slot)
    assert broken(NOW) == ["no_empty_chair"]


def somebody_joins_while_she_cancels(surgery, slot):
    hers = book(slot, "Amina")
    return all_at_once(partial(cancel, hers), partial(wait, surgery, slot, "Chi"))


def test_whoever_joins_while_somebody_cancels_has_the_place():
    for surgery, slot in evenings(chairs=1):
        somebody_joins_while_she_cancels(surgery, slot)
        assert states(surgery) == {"Amina": "cancelled", "Chi": "booked"}
        assert broken(NOW) == []


def test_without_the_lock_she_waits_beside_an_empty_chair(monkeypatch):
    """The negative control: each looks before the other has written."""
    without_the_lock(monkeypatch)
    slowly(monkeypatch, answers, "settle_places")
    slowly(monkeypatch, bookings, "promote")
    for surgery, slot in evenings(chairs=1):
        somebody_joins_while_she_cancels(surgery, slot)
    assert broken(NOW) == ["no_empty_chair"]


def test_whoever_books_while_somebody_cancels_goes_behind_who_waits():
    for surgery, slot in evenings(chairs=1):
        hers = book(slot, "Amina")
        wait(surgery, slot, "Chi")
        _gone, stan = all_at_once(partial(cancel, hers), partial(book, slot, "Stan"))
        assert isinstance(stan, Refused)
        assert states(surgery) == {"Amina": "cancelled", "Chi": "booked"}
        assert broken(NOW) == []


def test_one_who_cancels_five_times_at_once_frees_one_place_and_is_told_once():
    for surgery, slot in evenings(chairs=2):
        hers = book(slot, "Amina")
        book(slot, "Basil")
        wait(surgery, slot, "Chi", now=NOW - datetime.timedelta(minutes=1))
        wait(surgery, slot, "Dora")
        all_at_once(*[partial(cancel, hers)] * 5)
        waits = {"Chi": "booked", "Dora": "waiting"}
        assert states(surgery) == {"Amina": "cancelled", "Basil": "booked"} | waits
        told = Message.objects.filter(booking=hers, kind="booking_cancelled")
        assert told.count() == 1
        assert broken(NOW) == []


def test_somebody_comes_back_at_the_moment_her_place_is_asked_for():
    """She has it, or the other has and she waits first in the queue; never both, never neither."""
    for surgery, slot in evenings(chairs=1):
        hers = cancel(book(slot, "Amina"))
        undo = partial(answers.undo_cancel, hers, now=NOW)
        _back, stan = all_at_once(undo, partial(book, slot, "Stan"))
        if isinstance(stan, Refused):
            assert states(surgery) == {"Amina": "booked"}
        else:
            assert states(surgery) == {"Amina": "waiting", "Stan": "booked"}
            assert Booking.objects.get(pk=hers.pk).goes_first
        assert broken(NOW) == []
