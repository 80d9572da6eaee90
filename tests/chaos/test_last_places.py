"""The last places, ten thousand tries: people in twelve processes ask at one moment (P1, P2).

A round is one evening with five places; everybody tries once. Nobody may sit on another's chair,
and no chair may stay empty that somebody wanted who was turned away or still waits.
"""

import time
import uuid
from collections import Counter
from functools import partial

import pytest

from surgeries.actions.answers import cancel_booking
from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.outbox import owe_all
from surgeries.models import Booking, Place, Slot
from surgeries.refusals import Refused
from surgeries.states import MessageKind
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.chaos.processes import COUNT, together
from tests.factories import NOW
from tests.outbox.crowd import book
from tests.races.crowd import without_the_lock
from tests.races.test_last_place import PLACES, count_then_insert

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = 10_000
CONTROL = 20  # rounds
BREAKS_IN = 0.9  # of the rounds of a negative control


# What one person tries --------------------------------------------------------------------


def typed(number, people=1):
    return {
        "name": f"Person {number}",
        "others": [f"Friend {number}-{friend}" for friend in range(1, people)],
        "contact": f"person{number}@example.org",
        "request_key": uuid.uuid4(),
        "now": NOW,
    }


def alone(number, slot):
    return book_slot(slot, **typed(number))


def in_company(number, slot):
    return book_slot(slot, **typed(number, people=(1, 1, 2, 1, 3, 1)[number % 6]))


def when_all_is_taken(number, slot):
    """Whoever has one of the five places gives it back; one more books, six ask to wait."""
    if number < PLACES:
        mine = Booking.objects.select_related("surgery").order_by("place__number")
        return cancel_booking(mine.filter(slot=slot, place__number=number + 1).get(), now=NOW)
    if number == PLACES:
        return book_slot(slot, **typed(number))
    people = 2 if number == COUNT - 1 else 1
    return join_waiting_list(slot.surgery, accepts=[slot], **typed(number, people))


def counting_only(number, slot):
    return count_then_insert(slot.surgery, number)


SHARES = {alone: 0.65, in_company: 0.3, when_all_is_taken: 0.05}  # of all tries


# Rounds -----------------------------------------------------------------------------------


def rounds(number, evenings, tries, protected=True):
    """What one process does: a try at each evening, and the name of what came of it."""
    slots = Slot.objects.filter(surgery__in=evenings).select_related("surgery__series")
    came = []
    with pytest.MonkeyPatch.context() as patch:
        if not protected:
            without_the_lock(patch)
        for slot in slots.order_by("surgery"):
            together()
            came.append(came_of(tries, number, slot))
    return came


def came_of(tries, number, slot):
    try:
        tries(number, slot)
    except Refused:
        return "refused"
    except Exception as fault:
        return repr(fault)
    return "done"


def create_evenings(count, taken):
    """So many evenings, each of a series of its own with one arrival time; their keys.

    When all is `taken`, five people have booked who will not try again.
    """
    made = []
    for _evening in range(count):
        surgery = factories.create_surgery(places=(PLACES,), places_wanted=PLACES)
        if taken:
            owe_all(MessageKind.CONFIRMATION, book(surgery, PLACES), now=NOW)
        made.append(surgery.pk)
    return made


def play(processes, count, tries, *, taken=False, **how):
    """(evenings, what came of each try by evening) of so many rounds."""
    evenings = create_evenings(count, taken)
    came = processes.all_do(partial(rounds, evenings=evenings, tries=tries, **how))
    return evenings, list(zip(*came, strict=True))


def wrong(evenings, came):
    """The evenings with too many people, with a chair left over, and with a fault.

    In every round more than five would come alone, so a chair left over is one too many.
    """
    free = Counter(Place.objects.free().values_list("surgery", flat=True))
    seated = Counter(Booking.objects.filter(state="booked").values_list("surgery", flat=True))
    return {
        "overbooked": [one for one in evenings if seated[one] > PLACES],
        "undersold": [one for one in evenings if free[one]],
        "with a fault": [
            one
            for one, answers in zip(evenings, came, strict=True)
            if set(answers) - {"done", "refused"}
        ],
    }


def say(what, evenings, found, begun):
    counts = ", ".join(f"{len(rounds)} {name}" for name, rounds in found.items())
    seconds = time.monotonic() - begun
    tries = len(evenings) * COUNT
    print(f"\n{what}: {tries:,} tries in {len(evenings)} rounds, {seconds:.0f} s: {counts}")


# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tries", SHARES)
def test_the_last_places_are_given_once_each_and_none_is_left(processes, times, tries):
    begun, taken = time.monotonic(), tries is when_all_is_taken
    count = -(-TRIES * SHARES[tries] * times // COUNT)
    evenings, came = play(processes, int(count), tries, taken=taken)
    found, broken = wrong(evenings, came), broken_promises(NOW)
    say(f"last places, {tries.__name__}", evenings, found, begun)
    print(f"  {len(broken)} promises broken (free while a party that fits waits: one of them)")
    assert found == {"overbooked": [], "undersold": [], "with a fault": []}, came
    assert broken == []


@pytest.mark.parametrize("tries", SHARES)
def test_without_the_lock_the_same_rounds_go_wrong(processes, tries):
    """The negative control. No place is given twice even so, because it is a row of its own."""
    begun, taken = time.monotonic(), tries is when_all_is_taken
    evenings, came = play(processes, CONTROL, tries, taken=taken, protected=False)
    found = wrong(evenings, came)
    say(f"last places, {tries.__name__}, no lock", evenings, found, begun)
    assert found["overbooked"] == []
    broken = {evening for evenings in found.values() for evening in evenings}
    assert len(broken) >= BREAKS_IN * CONTROL


def test_counting_alone_overbooks(processes):
    """The negative control without lock and place: who is counted is not who comes."""
    begun = time.monotonic()
    evenings, _came = play(processes, CONTROL, counting_only)
    came = Counter(Booking.objects.values_list("surgery", flat=True))
    found = {"overbooked": [evening for evening in evenings if came[evening] > PLACES]}
    say("last places, count and insert", evenings, found, begun)
    assert len(found["overbooked"]) >= BREAKS_IN * CONTROL
