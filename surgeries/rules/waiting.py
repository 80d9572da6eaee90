"""Who gets a place that has come free (R32, R33): pure rules on small values."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

LATELY = datetime.timedelta(days=90)


class Turn(IntEnum):
    """Whose turn comes before whose."""

    WAS_PROMISED = 0  # had a place and lost it through us, or took an answer back in time
    FIRST_TIMER = 1
    NOT_LATELY = 2
    CAME_LATELY = 3


@dataclass(frozen=True)
class Waiter:
    """One waiting party: how many they are, the times that suit them, since when they wait."""

    party: Any
    people: int
    accepts: frozenset[Any]
    turn: Turn
    since: datetime.datetime

    @property
    def order(self):
        """Whoever has the smaller one goes first; no two parties have the same."""
        return self.turn, self.since, str(self.party)


def turn_of(
    *, was_promised: bool, last_came: Iterable[datetime.datetime | None], now: datetime.datetime
) -> Turn:
    """The turn of a party; `last_came` says of each in it when she came last, None for never.

    One who was never here brings the whole party forward.
    """
    visits = list(last_came)
    if was_promised:
        return Turn.WAS_PROMISED
    if None in visits:
        return Turn.FIRST_TIMER
    latest = [visit for visit in visits if visit is not None]
    return Turn.CAME_LATELY if min(latest) > now - LATELY else Turn.NOT_LATELY


def give(
    waiters: Iterable[Waiter], free: Mapping[Any, int], times: Iterable[Any]
) -> list[tuple[Waiter, Any]]:
    """Which waiting party gets which time: each in turn the earliest that suits and holds it whole.

    `free` says how many places each time has, `times` the order of the times. A party that fits
    nowhere is passed over and keeps its turn.
    """
    left = dict(free)
    given = []
    for waiter in sorted(waiters, key=lambda waiter: waiter.order):
        for time in times:
            if time in waiter.accepts and left.get(time, 0) >= waiter.people:
                left[time] -= waiter.people
                given.append((waiter, time))
                break
    return given


def place_in_queue(waiter: Waiter, waiters: Iterable[Waiter]) -> int:
    """Which in the queue a party is, from 1: those before it that would take the same times."""
    before = (w for w in waiters if w.order < waiter.order and w.accepts & waiter.accepts)
    return 1 + sum(1 for _waiter in before)
