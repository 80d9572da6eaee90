"""When a booking may be made, when giving one up is late, and how long its link works."""

import datetime
from enum import StrEnum

from surgeries.states import SurgeryState

LATE = datetime.timedelta(hours=24)
LINK_LASTS = datetime.timedelta(days=7)


class Stage(StrEnum):
    """What a surgery is to somebody who would like to come."""

    CANCELLED = "cancelled"
    OVER = "over"
    NOT_OPEN = "not_open"
    STARTED = "started"
    FULL = "full"
    OPEN = "open"


def stage(surgery, slots, now):
    """The stage of `surgery`; each of `slots` says `starts_at` and `free_places` (R9, R36)."""
    if surgery.state == SurgeryState.CANCELLED:
        return Stage.CANCELLED
    if surgery.state == SurgeryState.CLOSED or now >= surgery.ends_at:
        return Stage.OVER
    if not surgery.takes_bookings(now):
        return Stage.NOT_OPEN
    if slots and not any(now < slot.starts_at for slot in slots):
        return Stage.STARTED
    return Stage.OPEN if open_slots(slots, now) else Stage.FULL


def open_slots(slots, now):
    """Those of `slots` that have a free place and are still to come."""
    return [slot for slot in slots if slot.free_places and now < slot.starts_at]


def is_late(starts_at, now):
    """Less than 24 hours before the surgery, or after its start (R31)."""
    return starts_at - now < LATE


def link_works(ends_at, now):
    """A secret link opens its booking until seven days after the surgery."""
    return now <= ends_at + LINK_LASTS
