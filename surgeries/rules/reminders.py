"""When a message is due: reminders and quiet hours (R20, R21; model.md, Times)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from surgeries.states import MessageKind

EARLIEST, LATEST = time(9), time(20)
TOO_FRESH = timedelta(hours=12)
SOON = timedelta(hours=12)
DAYS_BEFORE = {MessageKind.REMINDER_3_DAYS: 3, MessageKind.REMINDER_1_DAY: 1}


def due_at(starts_at: datetime, zone: ZoneInfo, days: int) -> datetime:
    """The same wall-clock time `days` calendar days before the start, moved by quiet hours.

    A time outside 09:00 to 20:00 moves to the nearest earlier time inside. Counted on the wall
    clock of `zone`, so a change of the clocks in between moves nothing.
    """
    local = starts_at.astimezone(zone)
    day, clock = local.date() - timedelta(days=days), local.time()
    if clock < EARLIEST:
        day, clock = day - timedelta(days=1), LATEST
    return datetime.combine(day, min(clock, LATEST), zone)


def is_worth_it(due: datetime, booked_at: datetime | None) -> bool:
    """Whether a reminder due then is more than an echo of the booking.

    One due within 12 hours of the booking, or before it, is left out. A booking whose time we
    do not know is taken for an old one.
    """
    return booked_at is None or due - booked_at >= TOO_FRESH


def when_to_tell(now: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """When to say that an evening moved or is off: by day, or at once if it is soon (R28)."""
    local = now.astimezone(zone)
    if starts_at - now <= SOON or EARLIEST <= local.time() < LATEST:
        return now
    day = local.date() + timedelta(days=local.time() >= LATEST)
    return datetime.combine(day, EARLIEST, zone)
