"""When a message is due: quiet hours and "N days before", in the zone of the series (R20, R21)."""

import datetime
from zoneinfo import ZoneInfo

from dateutil import tz

OPENS = datetime.time(9, 0)
CLOSES = datetime.time(20, 0)
TOO_CLOSE = datetime.timedelta(hours=12)


def days_before(
    instant: datetime.datetime, days: int, zone: ZoneInfo
) -> datetime.datetime:
    """The same wall-clock time that many calendar days earlier, across any clock change.

    A time that the clock change skips is read as the instant just as far from midnight.
    """
    local = instant.astimezone(zone)
    return _real(local - datetime.timedelta(days=days))


def reminder_due(
    arrives_at: datetime.datetime, days: int, zone: ZoneInfo
) -> datetime.datetime | None:
    """When the reminder of a booking is due, or None when that is too close to it.

    It is the same wall-clock time `days` earlier; outside 09:00 to 20:00, the nearest earlier
    allowed time (R21). Within 12 hours of the booking it is left out.
    """
    due = _earlier_allowed(days_before(arrives_at, days, zone))
    return due if arrives_at - due > TOO_CLOSE else None


def next_allowed(now: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """`now`, or the next 09:00 when it falls into the quiet hours."""
    local = now.astimezone(zone)
    if OPENS <= local.time() <= CLOSES:
        return now
    day = local.date() + datetime.timedelta(days=local.time() > CLOSES)
    return datetime.datetime.combine(day, OPENS, zone)


def notice_due(
    now: datetime.datetime, starts_at: datetime.datetime, zone: ZoneInfo
) -> datetime.datetime:
    """When the news that a surgery moved or is off may go.

    At once when it starts within 12 hours, else outside the quiet hours (R28).
    """
    return now if starts_at - now <= TOO_CLOSE else next_allowed(now, zone)


def _earlier_allowed(local: datetime.datetime) -> datetime.datetime:
    if local.time() > CLOSES:
        return local.replace(hour=CLOSES.hour, minute=0, second=0, microsecond=0, fold=0)
    if local.time() < OPENS:
        day = local.date() - datetime.timedelta(days=1)
        return datetime.datetime.combine(day, CLOSES, local.tzinfo)
    return local


def _real(local: datetime.datetime) -> datetime.datetime:
    return tz.resolve_imaginary(local)
