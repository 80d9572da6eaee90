"""What others see of a series: one table a year, made by one function for every page and file.

Because all of them show rows of the same table, they can be laid side by side and subtracted.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext as _

from surgeries.models import Booking, Helping, Surgery
from surgeries.rules.helpers import hours_given
from surgeries.rules.names import name_key
from surgeries.rules.outside import Quarter, may_be_named, quarters_shown, years_shown
from surgeries.rules.suppression import suppress, suppress_one
from surgeries.states import Outcome
from surgeries.turnout.networks import Turnout, turnout_by_network


@dataclass(frozen=True)
class Line:
    """A name and its counts: one for each quarter, then the year's if all four are shown.

    A count of None is hidden. `pk` is a network's number, for the lines of named networks.
    """

    name: str
    counts: tuple[float | None, ...]
    pk: int | None = None


@dataclass(frozen=True)
class Outside:
    """The figures of one year for others: what there was in all, then people by network."""

    year: int
    years: tuple[int, ...]
    quarters: tuple[Quarter, ...]
    totals: tuple[Line, ...]
    networks: tuple[Line, ...]
    below: int

    @property
    def is_whole_year(self) -> bool:
        return len(self.quarters) == 4


def years_of(series, now: datetime) -> list[int]:
    """The years of `series` that others may see, latest first."""
    first = Surgery.objects.started(now).filter(series=series).aggregate(day=Min("on"))["day"]
    return years_shown(first, _today(series, now)) if first else []


def outside(series, year: int, *, now: datetime) -> Outside:
    """The page of `series` for others in `year`, small counts hidden (R66)."""
    quarters = quarters_shown(year, _today(series, now))
    turnouts = [
        turnout_by_network(series, now=now, from_=quarter.first, to=quarter.last)
        for quarter in quarters
    ]
    below = series.hides_below
    people, networks = _people(series, turnouts, below)
    silent = [t.booked - t.recorded for t in turnouts]
    totals = (
        _exactly(_("Surgeries held"), [t.evenings for t in turnouts]),
        Line(_("People who came"), people),
        Line(_("Different groups"), _groups(series, year, quarters, now, below)),
        _exactly(_("Hours given by helpers"), _hours(series, year, quarters, now)),
        Line(_("Bookings nobody wrote down"), _trimmed(suppress([silent], below)[0])),
    )
    shown = tuple(years_of(series, now))
    return Outside(year, shown, tuple(quarters), totals, networks, below)


def _today(series, now: datetime) -> date:
    return now.astimezone(series.zone).date()


def _people(series, turnouts: list[Turnout], below: int):
    """The counts of everybody, and a line for each name, by name: their order tells nothing."""
    counts = _counts(series, turnouts)
    keys = sorted(counts, key=lambda key: (key[0], name_key(key[1]), key[1]))
    *rows, total = suppress([counts[key] for key in keys], below) or [[]]
    lines = zip(keys, rows, strict=True)
    return (
        _trimmed(total) if keys else _trimmed([0] * (len(turnouts) + 1)),
        tuple(Line(name, _trimmed(row), pk) for (_rank, name, pk), row in lines),
    )


def _counts(series, turnouts):
    """{(rank, name, number): people in each quarter}; who may not be named is one line."""
    named = {n.pk: n for n in series.networks.all() if may_be_named(n)}
    counts: dict[tuple[int, str, int | None], list[int]] = defaultdict(lambda: [0] * len(turnouts))
    for column, turnout in enumerate(turnouts):
        counts[4, _("Counted without a name"), None][column] += turnout.head_count
        for row in turnout.networks:
            if row.pk is None:
                key = (3, _("Not known"), None)
            elif row.pk in named:
                key = (1, row.network, row.pk)
            else:
                key = (2, _("Other networks"), None)
            counts[key][column] += row.people
    return {key: row for key, row in counts.items() if any(row)}


def _trimmed(row) -> tuple[float | None, ...]:
    """Without the total at its end, unless the year is whole."""
    return tuple(row) if len(row) == 5 else tuple(row[:-1])


def _exactly(name: str, counts) -> Line:
    """A line of what is no count of people."""
    return Line(name, _trimmed([*counts, sum(counts)]))


def _groups(series, year, quarters, now, below):
    """How many groups people of each quarter, and of the year, came from."""
    came = (
        Booking.objects.counted(now)
        .came()
        .filter(surgery__series=series, surgery__on__year=year)
        .exclude(attendee__group="")
        .values_list("surgery__on", "attendee__group")
        .distinct()
    )
    seen = defaultdict(set)
    for day, group in came:
        for column, quarter in enumerate(quarters):
            if quarter.first <= day <= quarter.last:
                seen[column].add(name_key(group))
    numbers = [len(seen[column]) for column in range(len(quarters))]
    everyone = len(set().union(*seen.values()))
    return _trimmed([suppress_one(number, below) for number in [*numbers, everyone]])


def _hours(series, year, quarters, now):
    """Hours of those who had said yes, and were not written down as away (R68)."""
    evenings = Surgery.objects.started(now).filter(series=series, on__year=year)
    stays: dict[int, list[timedelta]] = {pk: [] for pk in evenings.values_list("pk", flat=True)}
    helpings = Helping.objects.confirmed().exclude(outcome=Outcome.DID_NOT_COME)
    for helping in helpings.filter(surgery__in=evenings).select_related("surgery__series"):
        stays[helping.surgery_id].append(helping.leaves_local - helping.comes_local)
    days = dict(evenings.values_list("pk", "on"))
    return [
        sum(hours_given(stays[pk]) for pk, day in days.items() if q.first <= day <= q.last)
        for q in quarters
    ]
