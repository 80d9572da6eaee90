"""When a message is due: quiet hours and "N days before", in the zone of the series (R20, R21)."""

import datetime
from zoneinfo import ZoneInfo

from dateutil import tz

from surgeries.states import NOTICES, REMINDERS, MessageKind

OPENS = datetime.time(9, 0)
CLOSES = datetime.time(20, 0)
# What is due at 20:00 leaves a moment later, and its neighbours in the queue after it.
LAST_CALL = datetime.time(20, 15)
TOO_FRESH = datetime.timedelta(hours=12)
SOON = datetime.timedelta(hours=12)
DAYS_BEFORE = {MessageKind.REMINDER_3_DAYS: 3, MessageKind.REMINDER_1_DAY: 1}


def reminder_due(arrives_at: datetime.datetime, days: int, zone: ZoneInfo) -> datetime.datetime:
    """When to remind somebody who arrives then: at the same wall-clock time `days` earlier.

    A time before 09:00 or after 20:00 moves to the nearest earlier one that is allowed (R21).
    Counted on the calendar, so a change of the clocks in between moves nothing.
    """
    local = arrives_at.astimezone(zone)
    day, clock = local.date() - datetime.timedelta(days=days), local.time()
    if clock < OPENS:
        day, clock = day - datetime.timedelta(days=1), CLOSES
    return datetime.datetime.combine(day, min(clock, CLOSES), zone)


def is_worth_it(due: datetime.datetime, told_at: datetime.datetime | None) -> bool:
    """Whether a reminder due then is more than an echo of what she was told at `told_at`.

    One due before that, or within 12 hours of it, is left out.
    """
    return told_at is None or due - told_at >= TOO_FRESH


def by_day(now: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """`now`, or the next 09:00 when it falls into the quiet hours."""
    local = now.astimezone(zone)
    if OPENS <= local.time() <= LAST_CALL:
        return now
    day = local.date() + datetime.timedelta(days=local.time() > LAST_CALL)
    return datetime.datetime.combine(day, OPENS, zone)


def earliest(
    kind: str, now: datetime.datetime, zone: ZoneInfo, starts_at: datetime.datetime | None = None
) -> datetime.datetime:
    """When a message of `kind` may leave, from `now` on.

    Answers to something the person just did go at once. Reminders and the digest keep the quiet
    hours. So does the news that a surgery moved or is off, unless it starts within 12 hours (R28).
    """
    if kind in NOTICES and starts_at and starts_at - now > SOON:
        return by_day(now, zone)
    if kind in (*REMINDERS, MessageKind.DAILY_DIGEST):
        return by_day(now, zone)
    return now


def day_of(date: datetime.date, zone: ZoneInfo) -> tuple[datetime.datetime, datetime.datetime]:
    """The first instant of a local day and of the one after it."""
    start, end = (
        tz.resolve_imaginary(datetime.datetime.combine(day, datetime.time(), zone))
        for day in (date, date + datetime.timedelta(days=1))
    )
    return start, end
