"""When a message is due: quiet hours and "N days before", by the clock of the series (R20, R21)."""

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dateutil import tz

from surgeries.states import NOTICES, REMINDERS, MessageKind

OPENS = datetime.time(9, 0)
CLOSES = datetime.time(20, 0)
# What is due when we close leaves a moment later, and its neighbours in the queue after it.
LAST_CALL = datetime.timedelta(minutes=15)
TOO_FRESH = datetime.timedelta(hours=12)
SOON = datetime.timedelta(hours=12)
FAR_AHEAD = datetime.timedelta(days=14)
NEARLY_HERE = datetime.timedelta(hours=2)
MIDNIGHT = datetime.time()
# News that we bring: it waits for the morning unless the evening is near.
BY_DAY_UNLESS_NEAR = (
    *NOTICES,
    MessageKind.NIGHT_OFF,
    MessageKind.PLACE_FOUND,
    MessageKind.DISPLACED,
)
BY_DAY = (
    *REMINDERS,
    MessageKind.HELPING_REMINDER,
    MessageKind.HELPING_ADDED,
    MessageKind.COME_ALONG,
    MessageKind.DAILY_DIGEST,
    MessageKind.CONNECTOR_DIGEST,
)


@dataclass(frozen=True)
class Hours:
    """The clock of a series, and between which times of it people may be written to."""

    zone: ZoneInfo
    opens: datetime.time = OPENS
    closes: datetime.time = CLOSES


@dataclass(frozen=True)
class When:
    """When a reminder leaves: days before, at the time of arrival or at a time of its own."""

    days: int
    at: datetime.time | None = None
    on: bool = True


@dataclass(frozen=True)
class Due:
    """One reminder of one booking: from `at` until `until` it is of use."""

    kind: MessageKind
    at: datetime.datetime
    until: datetime.datetime


# Two reminders beat one, three days and one day before (R20; Steiner 2018).
TIMETABLE: dict[MessageKind, When] = {
    MessageKind.REMINDER_EARLY: When(7),
    MessageKind.REMINDER_FIRST: When(3),
    MessageKind.REMINDER_LAST: When(1),
}


# A connector is asked once, while there is time to tell them and to fill a place again.
CONNECTORS_ARE_TOLD = 2  # days before, at the usual hour of the series


def reminder_due(arrives_at: datetime.datetime, when: When, hours: Hours) -> datetime.datetime:
    """When to remind somebody who arrives then: at the same wall-clock time some days earlier.

    A time outside the hours moves to the nearest earlier one that is allowed (R21). Counted on
    the calendar, so a change of the clocks in between moves nothing.
    """
    local = arrives_at.astimezone(hours.zone)
    day, clock = local.date() - datetime.timedelta(days=when.days), when.at or local.time()
    if clock < hours.opens:
        day, clock = day - datetime.timedelta(days=1), hours.closes
    return _existing(day, min(clock, hours.closes), hours.zone)


def reminders_due(
    *,
    arrives_at: datetime.datetime,
    starts_at: datetime.datetime,
    booked_at: datetime.datetime | None,
    timetable: Mapping[MessageKind, When],
    hours: Hours,
) -> list[Due]:
    """Every reminder a booking may get, earliest first, each until soon before the next one.

    The early one is for those who booked more than 14 days ahead; the last one is of use until
    the evening starts. Where two stand closer than a day, the former has half the time between.
    """
    kinds = [kind for kind in REMINDERS if timetable[kind].on]
    if booked_at is None or arrives_at - booked_at <= FAR_AHEAD:
        kinds = [kind for kind in kinds if kind != MessageKind.REMINDER_EARLY]
    dues = [(reminder_due(arrives_at, timetable[kind], hours), kind) for kind in kinds]
    dues.sort(key=lambda due: due[0])
    nexts = [at for at, _kind in dues[1:]] + [None]
    return [
        Due(kind, at, following - min(TOO_FRESH, (following - at) / 2) if following else starts_at)
        for (at, kind), following in zip(dues, nexts, strict=True)
    ]


def out_of_order(timetable: Mapping[MessageKind, When]) -> MessageKind | None:
    """The first reminder that would not leave on an earlier day than the next one that is on."""
    kinds = [kind for kind in REMINDERS if timetable[kind].on]
    for kind, following in itertools.pairwise(kinds):
        if timetable[kind].days <= timetable[following].days:
            return kind
    return None


def in_the_quiet_hours(timetable: Mapping[MessageKind, When], hours: Hours) -> MessageKind | None:
    """The first reminder with a time of its own at which nobody may be written to."""
    for kind in REMINDERS:
        at = timetable[kind].at
        if at and not hours.opens <= at <= hours.closes:
            return kind
    return None


def is_worth_it(due: datetime.datetime, told_at: datetime.datetime | None) -> bool:
    """Whether a reminder due then is more than an echo of what she was told at `told_at`.

    One due before that, or within 12 hours of it, is left out.
    """
    return told_at is None or due - told_at >= TOO_FRESH


def is_nearly_here(starts_at: datetime.datetime, now: datetime.datetime) -> bool:
    """The last two hours before the start, and all that follows: nobody is given a place unasked.

    Whoever waits is told to come along, and the organiser rings (R32).
    """
    return now >= starts_at - NEARLY_HERE


def by_day(now: datetime.datetime, hours: Hours) -> datetime.datetime:
    """`now`, or the next opening time when it falls into the quiet hours."""
    local = now.astimezone(hours.zone)
    closes = datetime.datetime.combine(local.date(), hours.closes)
    is_late = local.replace(tzinfo=None) > closes + LAST_CALL
    if local.time() >= hours.opens and not is_late:
        return now
    return _existing(local.date() + datetime.timedelta(days=is_late), hours.opens, hours.zone)


def earliest(
    kind: str, now: datetime.datetime, hours: Hours, starts_at: datetime.datetime | None = None
) -> datetime.datetime:
    """When a message of `kind` may leave, from `now` on.

    Answers to something the person just did go at once. Reminders and the digest keep the quiet
    hours. So does the news that a surgery moved or is off, that there is a place or no chair, or
    that a helper may stay at home, unless it starts within 12 hours (R28).
    """
    if kind in BY_DAY_UNLESS_NEAR and starts_at and starts_at - now > SOON:
        return by_day(now, hours)
    return by_day(now, hours) if kind in BY_DAY else now


def day_of(date: datetime.date, zone: ZoneInfo) -> tuple[datetime.datetime, datetime.datetime]:
    """The first instant of a local day and of the one after it."""
    start, end = (
        _existing(day, MIDNIGHT, zone) for day in (date, date + datetime.timedelta(days=1))
    )
    return start, end


def _existing(day: datetime.date, clock: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    """A wall-clock time as an instant; one that the change of the clocks skips comes after it."""
    return tz.resolve_imaginary(datetime.datetime.combine(day, clock, zone))
