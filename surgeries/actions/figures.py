"""Adding up months that are over, so that a dashboard need not count them again."""

from collections.abc import Iterable
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from surgeries.models import FoldedMonth, MonthFigures, Surgery
from surgeries.rules.figures import months_over
from surgeries.turnout.cells import KNOWN_BY, count_bookings
from surgeries.turnout.networks import grouped, sums_of_network, tally

# Shared with the triggers of unfold.sql: whoever changes a booking holds it, shared, and a
# month is added up only while nobody does.
LOCK = 20091
MONTHS_AT_ONCE = 200


def fold_months(now: datetime, *, at_most: int = MONTHS_AT_ONCE) -> int:
    """Add up the months that are over and not folded; returns how many.

    Each is a transaction of its own. A month somebody is writing to waits for the next time.
    """
    _first, last = months_over(now)
    folded = FoldedMonth.objects.filter(series=OuterRef("series"), month=OuterRef("month"))
    waiting = (
        Surgery.objects.started(now)
        .order_by()
        .filter(month__lte=last)
        .exclude(Exists(folded))
        .values_list("series", "month")
        .distinct()
    )
    return sum(fold_month(series, month, now=now) for series, month in list(waiting[:at_most]))


@transaction.atomic
def fold_month(series: int, month: date, *, now: datetime) -> bool:
    """Add up one month of the series with this number; False if that has to wait."""
    if not _nobody_writes_to(series):
        return False
    if FoldedMonth.objects.filter(series=series, month=month).exists():
        return False
    end = month + relativedelta(months=1)
    evenings = Surgery.objects.started(now).filter(series=series, on__gte=month, on__lt=end)
    rows = list(count_bookings(evenings, now))
    folded = _fold_evenings(series, month, rows)
    counted = [row for row in rows if row["n_booked"] or row["n_walk_ins"]]
    MonthFigures.objects.bulk_create(
        MonthFigures(folded=folded, network_id=network, **sums_of_network(hers))
        for network, hers in grouped(counted, "of_network").items()
    )
    return True


def _nobody_writes_to(series: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, series])
        return cursor.fetchone()[0]


def _fold_evenings(series: int, month: date, rows: Iterable[dict]) -> FoldedMonth:
    tallies = [tally(hers) for hers in grouped(rows, "evening").values()]
    return FoldedMonth.objects.create(
        series_id=series,
        month=month,
        evenings=len(tallies),
        surgeries=sum(t.surgeries for t in tallies),
        written_down=sum(t.written_down for t in tallies),
        head_count=sum(t.head_count for t in tallies),
        left_out=[[e.pk, e.on.isoformat(), e.booked] for t in tallies for e in t.left_out],
        **{name: sum(t.known_by[name] for t in tallies) for name in KNOWN_BY},
    )
