"""When people arrive, when the next surgery is, and how chairs are dealt (R2, R3, R7, R8)."""

import datetime
from collections.abc import Container, Sequence
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from dateutil import tz
from dateutil.relativedelta import relativedelta, weekday
from django.utils.translation import gettext as _

from surgeries.refusals import Refused

STAGGER = datetime.timedelta(minutes=45)
LAST_ARRIVAL_BEFORE_END = datetime.timedelta(minutes=30)
FARTHEST = datetime.timedelta(days=2 * 365)
NEAR_DAYS = 1
NEAR_MILES = 10
EARTH_RADIUS_MILES = 3958.8


def instant(
    day: datetime.date, clock: datetime.time, zone: ZoneInfo, *, field: str = "starts"
) -> datetime.datetime:
    """A wall-clock time of `zone` as an aware instant.

    Raises Refused at `field` for a time the clock change skips or shows twice: we ask for another
    one rather than guess (P11).
    """
    local = datetime.datetime.combine(day, clock, zone)
    if not tz.datetime_exists(local):
        raise Refused(
            _("The clocks go forward that night and skip this time. Choose a later one."),
            field=field,
        )
    if tz.datetime_ambiguous(local):
        raise Refused(
            _("The clocks go back that night, so this time comes twice. Choose another one."),
            field=field,
        )
    return local


def arrival_times(
    starts_at: datetime.datetime, ends_at: datetime.datetime
) -> list[datetime.datetime]:
    """The start and every 45 minutes after it, the last 30 minutes before the end (R7).

    However short the evening, people may arrive at its start. Minutes are those that pass, so a
    change of the clocks in between neither skips a time nor gives one twice.
    """
    starts_at, ends_at = starts_at.astimezone(datetime.UTC), ends_at.astimezone(datetime.UTC)
    times = [starts_at]
    while times[-1] + STAGGER <= ends_at - LAST_ARRIVAL_BEFORE_END:
        times.append(times[-1] + STAGGER)
    return times


def same_nth_weekday(day: datetime.date) -> datetime.date:
    """The same weekday of the next month: the second Wednesday after a second Wednesday (R2).

    A fifth one is followed by the last one, because few months have five.
    """
    nth = (day.day - 1) // 7 + 1
    if nth == 5:
        return day + relativedelta(months=1, day=31, weekday=weekday(day.weekday(), -1))
    return day + relativedelta(months=1, day=1, weekday=weekday(day.weekday(), nth))


def next_date(
    day: datetime.date, *, today: datetime.date, taken: set[datetime.date]
) -> datetime.date:
    """The first "same nth weekday" after `day` that is after `today` and not in `taken`."""
    following = same_nth_weekday(day)
    while following <= today or following in taken:
        following = same_nth_weekday(following)
    return following


def deal(chairs: Sequence[Container[int]], taken: Sequence[int]) -> list[int]:
    """How many chairs each arrival time has (R8).

    Each of `chairs` says at which times, numbered from 0, its helper is there. `taken` says how
    many people at each time hold one already: those stand, even when nobody is there for them.
    The other chairs are dealt in turn, each to the time that has the fewest, earliest first: five
    for the whole evening at two empty times are three and two. Those of somebody who is there for
    a part of it go first, and the others even it out.
    """
    times = range(len(taken))
    dealt = list(taken)
    possible = [[time for time in times if time in chair] for chair in _left_over(chairs, taken)]
    for here in sorted(possible, key=len):
        if here:
            dealt[min(here, key=lambda time: (dealt[time], time))] += 1
    return dealt


def too_many(chairs: Sequence[Container[int]], taken: Sequence[int]) -> int:
    """How many of those who hold a place have no chair, if everybody keeps her time."""
    return sum(taken) - (len(chairs) - len(_left_over(chairs, taken)))


def _left_over(chairs, taken):
    """The chairs that nobody sits on when those who hold a place sit down, soonest gone first.

    Each takes a chair whose helper leaves soonest, so that as many as possible find one; among
    those the one of whoever is there for the fewest times, so that what is left suits most.
    """
    times = range(len(taken))
    left = sorted(chairs, key=lambda chair: _gone_soonest(chair, times))
    for time in times:
        for _person in range(taken[time]):
            chair = next((chair for chair in left if time in chair), None)
            if chair is not None:
                left.remove(chair)
    return left


def _gone_soonest(chair, times):
    there = [time for time in times if time in chair]
    return max(there, default=-1), len(there)


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Miles over the ground between two (latitude, longitude) in degrees (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(half))
