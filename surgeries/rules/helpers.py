"""How many helpers are enough, how soon an offer is answered, who is there when (R39 to R43)."""

import datetime
from collections.abc import Iterable
from enum import StrEnum

ANSWER_WITHIN = datetime.timedelta(hours=48)
ADULTS = 2
ADULTS_LOOKED_AT = datetime.timedelta(hours=24)
ASK_ABOVE = 2.0
SPARE_BELOW = 0.75


class Balance(StrEnum):
    """What people and helpers of an evening are to each other (R41)."""

    ASK = "ask"
    FINE = "fine"
    SPARE = "spare"


def balance(expected: float, helpers: int) -> Balance:
    """Ask for helpers above 2 people for each, spare one below 0.75; nobody at all is too few."""
    if not helpers or expected / helpers > ASK_ABOVE:
        return Balance.ASK
    return Balance.SPARE if expected / helpers < SPARE_BELOW else Balance.FINE


def is_short_of_adults(adults: int, starts_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Fewer than two adults are sure to be there, and it starts within 24 hours (R43)."""
    return adults < ADULTS and now >= starts_at - ADULTS_LOOKED_AT


def answer_by(offered_at: datetime.datetime, starts_at: datetime.datetime) -> datetime.datetime:
    """Until when somebody who offered to help is promised an answer: 48 hours, or the start."""
    return min(offered_at + ANSWER_WITHIN, starts_at)


def hours_within(
    comes: datetime.time | None,
    leaves: datetime.time | None,
    *,
    starts: datetime.time,
    ends: datetime.time,
) -> tuple[datetime.time | None, datetime.time | None]:
    """When somebody comes and leaves, as far as it is not simply the start or the end (None).

    Hours that lie outside count for nothing: an evening that moved finds her there for all of it,
    and the news of the move asks her to say if that does not suit her.
    """
    return (
        comes if comes and starts < comes < ends else None,
        leaves if leaves and starts < leaves < ends else None,
    )


SETTING_UP = datetime.timedelta(minutes=30)
PREPARING = datetime.timedelta(hours=2)


def hours_given(stays: Iterable[datetime.timedelta]) -> float:
    """Hours of one evening: each helper's stay and setting up, and the organiser's part (R68)."""
    given = sum((stay + SETTING_UP for stay in stays), PREPARING)
    return given / datetime.timedelta(hours=1)
