"""What a connector sees on her own page: how many of hers are coming and came. Reads only.

Exact counts of the bookings credited to her (model.md); a first name only of whoever said yes.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from surgeries.models import Booking, Surgery
from surgeries.states import (
    EXPECTED_ON_THE_NIGHT,
    WANTS_A_PLACE,
    BookingState,
    Outcome,
    OutcomeSource,
    SurgeryState,
)

LOOKS_AHEAD, LOOKS_BACK = 4, timedelta(weeks=8)
ASKS_FOR = timedelta(weeks=4)


@dataclass(frozen=True)
class Brought:
    """One surgery and who comes through her: how many, and the bookings whose name she may see."""

    surgery: Any
    bookings: tuple[Any, ...] = ()

    @property
    def coming(self):
        return sum(one.state == BookingState.BOOKED for one in self.bookings)

    @property
    def waiting(self):
        return sum(one.state in WANTS_A_PLACE for one in self.bookings)

    @property
    def came(self):
        return sum(one.outcome == Outcome.CAME for one in self.bookings)

    @property
    def not_recorded(self):
        return sum(_expected(one) and not _recorded(one) for one in self.bookings)

    @property
    def may_be_answered(self):
        """Whether there is one of hers of whom the register says nothing of its own."""
        return any(_expected(one) and not _said_by_the_team(one) for one in self.named)

    @property
    def named(self):
        """The bookings whose first name she may see."""
        return [one for one in self.bookings if one.name_shown_from]


@dataclass(frozen=True)
class Page:
    """Her next surgeries, the last ones, and how many came through her since ever."""

    ahead: tuple[Brought, ...]
    behind: tuple[Brought, ...]
    came: int


def page_of(connector, now):
    """The Page of a connector; three statements, however many people."""
    next_ones = Surgery.objects.upcoming(now).filter(series=connector.network.series_id)
    ahead = list(next_ones.select_related("series", "venue")[:LOOKS_AHEAD])
    mine = Booking.objects.credited_to(connector)
    by_surgery, surgeries = defaultdict(list), {}
    for one in _whole(mine.filter(surgery__ends_at__gt=now - LOOKS_BACK)):
        by_surgery[one.surgery_id].append(one)
        surgeries[one.surgery_id] = one.surgery
    over = [one for one in surgeries.values() if one.ends_at <= now and not one.is_cancelled]
    over.sort(key=lambda surgery: surgery.starts_at, reverse=True)
    return Page(
        ahead=tuple(Brought(one, tuple(by_surgery[one.pk])) for one in ahead),
        behind=tuple(Brought(one, tuple(by_surgery[one.pk])) for one in over),
        came=mine.counted(now).came().count(),
    )


def brought_to(connector, surgery):
    """Who comes through her to one surgery, as Brought."""
    return Brought(surgery, tuple(_whole(surgery.bookings.credited_to(connector))))


def may_be_asked(surgery, now):
    """Whether she may say who came: for four weeks after a surgery that took place."""
    took_place = surgery.state in (SurgeryState.PUBLISHED, SurgeryState.CLOSED)
    return took_place and surgery.ends_at <= now < surgery.ends_at + ASKS_FOR


def to_ask_about(connector, surgery):
    """The bookings she may answer for: by name, and where the register says nothing of its own."""
    named = surgery.bookings.credited_to(connector).filter(
        name_shown_from__isnull=False, state__in=EXPECTED_ON_THE_NIGHT, walked_in=False
    )
    hers = named.filter(outcome=Outcome.NOT_RECORDED) | named.filter(
        outcome_source=OutcomeSource.CONNECTOR
    )
    return hers.select_related("attendee").order_by("attendee__name_key", "pk")


def _whole(bookings):
    rows = bookings.live().select_related("attendee", "slot", "surgery__series", "surgery__venue")
    return rows.order_by("slot__starts_at", "attendee__name_key", "pk")


def _expected(booking):
    return booking.state in EXPECTED_ON_THE_NIGHT and not booking.walked_in


def _recorded(booking):
    return booking.outcome != Outcome.NOT_RECORDED


def _said_by_the_team(booking):
    return _recorded(booking) and booking.outcome_source != OutcomeSource.CONNECTOR
