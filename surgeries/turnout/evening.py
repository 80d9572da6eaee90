"""One evening as its organiser sees it: who comes when, who waits in which turn. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surgeries.rules.waiting import place_in_queue
from surgeries.states import BookingState
from surgeries.templatetags.words import clock
from surgeries.turnout.waiting import waiting_parties


@dataclass(frozen=True)
class Arrival:
    """One arrival time and its parties, each a list of bookings with whoever speaks first."""

    slot: Any
    parties: tuple[Any, ...]


@dataclass(frozen=True)
class InTheQueue:
    """A party that wants a place: its number as they read it themselves, and what would suit."""

    number: int
    party: tuple[Any, ...]
    slots: tuple[Any, ...]

    since: datetime
    is_new: bool

    @property
    def had_a_place(self):
        """It was promised a chair that is no longer there."""
        return self.party[0].state == BookingState.DISPLACED

    @property
    def times(self):
        """ "5:30pm, 6:15pm": when they would come."""
        return ", ".join(clock(slot.starts_local) for slot in self.slots)


@dataclass(frozen=True)
class Evening:
    """Who comes, by arrival time; `others` have none; `queue` in turn order."""

    arrivals: tuple[Arrival, ...]
    others: tuple[Any, ...]
    queue: tuple[InTheQueue, ...]
    booked: int
    places: int
    free: int

    @property
    def waiting(self):
        """How many people would like a place."""
        return sum(len(row.party) for row in self.queue)


def evening_of(surgery, now):
    """The evening of `surgery` as an Evening; four statements, however many people."""
    slots = list(surgery.slots.with_places())
    here = surgery.bookings.live().filter(state=BookingState.BOOKED).select_related("attendee")
    bookings = list(here.order_by("slot__starts_at", "booked_at", "party_number", "pk"))
    queue = _queue(surgery, now)
    _mark_who_booked_twice([*bookings, *(one for row in queue for one in row.party)])
    by_slot: dict[int, list[Any]] = {slot.pk: [] for slot in slots}
    others: list[Any] = []
    for party in _parties(bookings):
        by_slot.get(party[0].slot_id, others).append(party)
    for slot in slots:
        slot.surgery = surgery
    return Evening(
        arrivals=tuple(Arrival(slot, tuple(by_slot[slot.pk])) for slot in slots),
        others=tuple(others),
        queue=queue,
        booked=sum(not booking.walked_in for booking in bookings),
        places=sum(slot.places_count for slot in slots),
        free=sum(slot.free_places for slot in slots),
    )


def _parties(bookings):
    """Each party where its first one stands."""
    members: dict[Any, list[Any]] = {}
    for booking in bookings:
        members.setdefault(booking.party or booking.pk, []).append(booking)
    return [
        tuple(sorted(party, key=lambda one: one.party_number or 0)) for party in members.values()
    ]


def _queue(surgery, now):
    parties = waiting_parties(surgery, now)
    return tuple(
        InTheQueue(
            number=place_in_queue(waiter, parties),
            party=tuple(parties[waiter]),
            slots=_in_order(waiter.accepts, surgery),
            since=waiter.since,
            is_new=any(booking.last_came is None for booking in parties[waiter]),
        )
        for waiter in sorted(parties, key=lambda waiter: waiter.order)
    )


def _in_order(slots, surgery):
    for slot in slots:
        slot.surgery = surgery
    return tuple(sorted(slots, key=lambda slot: slot.starts_at))


def _mark_who_booked_twice(bookings):
    times = Counter(booking.attendee_id for booking in bookings)
    for booking in bookings:
        booking.twice = times[booking.attendee_id] > 1
