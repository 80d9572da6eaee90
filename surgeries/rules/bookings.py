"""When a booking may be made, when giving one up is late, and how long its link works."""

import datetime
from enum import StrEnum

from surgeries.rules.reminders import is_nearly_here
from surgeries.states import BookingState, SurgeryState

LATE = datetime.timedelta(hours=24)
LINK_LASTS = datetime.timedelta(days=7)


class Stage(StrEnum):
    """What a surgery is to somebody who would like to come."""

    CANCELLED = "cancelled"
    OVER = "over"
    NOT_OPEN = "not_open"
    STARTED = "started"
    COME_ALONG = "come_along"
    FULL = "full"
    OPEN = "open"


class Standing(StrEnum):
    """What a booking is to whoever opens its link."""

    SURGERY_CANCELLED = "surgery_cancelled"
    CANCELLED = "cancelled"
    OVER = "over"
    WAITING = "waiting"
    DISPLACED = "displaced"
    BOOKED = "booked"


STILL_ON = (Standing.WAITING, Standing.DISPLACED, Standing.BOOKED)


def stage(surgery, slots, now, *, waiting=0):
    """The stage of `surgery`; each of `slots` says `starts_at` and `free_places` (R9, R36).

    `waiting` is how many wait for a place. Without a free one they wait with the others until
    two hours before the start; from then on nobody is kept a place while somebody waits (R32).
    """
    if surgery.state == SurgeryState.CANCELLED:
        return Stage.CANCELLED
    if _is_over(surgery, now):
        return Stage.OVER
    if not surgery.takes_bookings(now):
        return Stage.NOT_OPEN
    if slots and not slots_to_come(slots, now):
        return Stage.STARTED
    has_room = bool(open_slots(slots, now))
    if is_nearly_here(surgery.starts_at, now):
        return Stage.OPEN if has_room and not waiting else Stage.COME_ALONG
    return Stage.OPEN if has_room else Stage.FULL


def standing(booking, now):
    """What `booking` is by now; wants its surgery loaded."""
    if booking.surgery.is_cancelled:
        return Standing.SURGERY_CANCELLED
    if booking.state == BookingState.CANCELLED:
        return Standing.CANCELLED
    return Standing.OVER if _is_over(booking.surgery, now) else Standing(booking.state)


def _is_over(surgery, now):
    return surgery.state == SurgeryState.CLOSED or now >= surgery.ends_at


def slots_to_come(slots, now):
    """Those of `slots` at which somebody may still arrive."""
    return [slot for slot in slots if now < slot.starts_at]


def open_slots(slots, now):
    """Those of `slots` that have a free place and are still to come."""
    return [slot for slot in slots_to_come(slots, now) if slot.free_places]


def is_late(starts_at, now):
    """Less than 24 hours before the surgery, or after its start (R31)."""
    return starts_at - now < LATE


def link_works(ends_at, now):
    """A secret link opens its booking until seven days after the surgery."""
    return now <= ends_at + LINK_LASTS
