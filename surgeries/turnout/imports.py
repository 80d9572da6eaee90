"""What an import would bring, before anybody says yes to it. Reads; never writes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from surgeries.models import Booking
from surgeries.rules.imports import BadRow, Layout, Row, read_rows, together
from surgeries.rules.names import name_key

SHOWN = 5
BAD_SHOWN = 50


@dataclass
class Preview:
    """Rows as they were read; `merged` are those of one person and date that become one."""

    rows: int = 0
    bookings: int = 0
    already_here: int = 0
    surgeries: int = 0
    people: int = 0
    networks: int = 0
    first_day: date | None = None
    last_day: date | None = None
    first: list[Row] = field(default_factory=list)
    merged: list[tuple[Row, int]] = field(default_factory=list)
    merged_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0


def preview_of(series, table: Iterable[tuple[int, list[str]]], layout: Layout) -> Preview:
    """Read a whole table without its first row, and say what it would bring. One query."""
    seen = Preview()

    def on_bad(bad: BadRow, _cells: list[str]) -> None:
        seen.bad_rows += 1
        if len(seen.bad) < BAD_SHOWN:
            seen.bad.append(bad)

    bookings: dict[tuple[date, str], Row] = {}
    times: Counter[tuple[date, str]] = Counter()
    for row in read_rows(table, layout, on_bad):
        before = bookings.get(row.key)
        bookings[row.key] = together(before, row) if before else row
        times[row.key] += 1
        if len(seen.first) < SHOWN:
            seen.first.append(row)
    _count(seen, bookings, times)
    seen.already_here = _already_here(series, bookings)
    return seen


def _count(seen: Preview, bookings, times) -> None:
    twice = [key for key, count in times.items() if count > 1]
    days = {row.on for row in bookings.values()}
    seen.rows, seen.bookings = times.total() + seen.bad_rows, len(bookings)
    seen.surgeries = len(days)
    seen.people = len({row.name_key for row in bookings.values()})
    seen.networks = len({name_key(row.network) for row in bookings.values() if row.network})
    seen.first_day, seen.last_day = min(days, default=None), max(days, default=None)
    seen.merged = [(bookings[key], times[key]) for key in twice[:SHOWN]]
    seen.merged_rows = sum(times[key] for key in twice)


def _already_here(series, bookings) -> int:
    days = {on for on, _key in bookings}
    there = Booking.objects.live().filter(surgery__series=series, surgery__on__in=days)
    keys = set(there.values_list("surgery__on", "attendee__name_key"))
    return len(keys & bookings.keys())
