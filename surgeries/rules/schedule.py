"""When people arrive, when the next surgery is, and how chairs are dealt (R2, R3, R7, R8)."""

import datetime
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


def instant(day: datetime.date, clock: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    """A wall-clock time of `zone` as an aware instant.

    Raises Refused for a time the clock change skips or shows twice: we ask for another one
    rather than guess.
    """
    local = datetime.datetime.combine(day, clock, zone)
    if not tz.datetime_exists(local):
        raise Refused(
            _("The clocks go forward that night and skip this time. Choose a later one."),
            field="starts",
        )
    if tz.datetime_ambiguous(local):
        raise Refused(
            _("The clocks go back that night, so this time comes twice. Choose another one."),
            field="starts",
        )
    return local


def arrival_times(
    starts_at: datetime.datetime, ends_at: datetime.datetime
) -> list[datetime.datetime]:
    """The start and every 45 minutes after it, the last 30 minutes before the end (R7).

    However short the evening, people may arrive at its start.
    """
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


def deal(chairs: int, taken: list[int]) -> list[int]:
    """How many chairs each arrival time has: `chairs` dealt in turn, earliest first (R8).

    `taken` says how many at each time are held already: those stand, even when they are more
    than an even share or more than there are. Five at two empty times are three and two.
    """
    dealt = list(taken)
    for _chair in range(chairs - sum(taken)):
        dealt[dealt.index(min(dealt))] += 1
    return dealt


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Miles over the ground between two (latitude, longitude) in degrees (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(half))
