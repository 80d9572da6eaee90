"""How many people came each month, by network: small pictures on one scale (look.md, Pictures)."""

import datetime
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, F
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from surgeries.turnout.way import Scope, bookings_on_the_way

MOST_MONTHS = 24
EACH, HIGH = 10, 32  # width of a month and height of a picture, in its own units


@dataclass(frozen=True)
class Bar:
    """A month's bar, in units of its picture."""

    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Spark:
    """One network's months as bars, and the same in words for whoever cannot see them."""

    bars: tuple[Bar, ...]
    wide: int
    in_words: str


@dataclass(frozen=True)
class Trend:
    """`sparks` by network (None is "Not known"); `most` is what a bar of full height stands for."""

    sparks: dict[int | None, Spark]
    months: tuple[datetime.date, ...]
    most: int


def trend(scope: Scope, *, today: datetime.date) -> Trend:
    """Different people who came in each month; one statement.

    At most 24 months: the last ones, or if nobody came in those, the last in which somebody did.
    """
    rows = (
        bookings_on_the_way(scope, figure="came")
        .order_by()
        .values("credited_network", month=F("surgery__month"))
        .annotate(people=Count("attendee", distinct=True))
    )
    counts = {(row["credited_network"], row["month"]): row["people"] for row in rows}
    if not counts:
        return Trend({}, (), 0)
    months = _months(scope, today, {month for _network, month in counts})
    most = max((n for (_network, month), n in counts.items() if month in months), default=0)
    networks = {network for network, _month in counts}
    return Trend(
        {one: _spark([counts.get((one, m), 0) for m in months], months, most) for one in networks},
        months,
        most,
    )


def _months(scope, today, known: set[datetime.date]) -> tuple[datetime.date, ...]:
    last = min(scope.to or today, today).replace(day=1)
    if max(known) <= last - relativedelta(months=MOST_MONTHS):
        last = max(known)
    first = max((scope.from_ or min(known)).replace(day=1), min(known))
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    shown = range(min(length, MOST_MONTHS) - 1, -1, -1)
    return tuple(last - relativedelta(months=n) for n in shown)


def _spark(counts, months, most) -> Spark:
    bars = (
        Bar(EACH * n, HIGH - (high := HIGH * count / most), high)
        for n, count in enumerate(counts)
        if count
    )
    said = [
        _("%(month)s %(people)s") % {"month": date_format(month, "F Y"), "people": intcomma(count)}
        for month, count in zip(months, counts, strict=True)
        if count
    ]
    return Spark(tuple(bars), EACH * len(months), get_text_list(said, _("and")))
