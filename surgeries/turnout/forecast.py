"""How many people each evening may expect, learned from the evenings before it. Reads only."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import TruncDate

from surgeries.models import Booking, Surgery
from surgeries.rules.forecast import (
    BANDS,
    Answer,
    Kind,
    Lead,
    Learned,
    Lesson,
    People,
    lead_of,
    learn,
)
from surgeries.rules.overbooking import worth_opening
from surgeries.states import OPEN, RECORDED, BookingState, Outcome, SurgeryState
from surgeries.turnout.networks import NOT_KNOWN

WALK_INS_OF = 6  # the last so many evenings of which something was written down (C.6)
ASKED_BEFORE = datetime.timedelta(days=1)  # the start: who has not answered by then is silent


@dataclass(frozen=True)
class Cell:
    """Bookings of one kind at one evening."""

    kind: Kind
    network: str
    booked: int
    waiting: int


@dataclass(frozen=True)
class NetworkForecast:
    """What one network may bring, without walk-ins; `network` is its name, or "Not known"."""

    network: str
    people: People


@dataclass(frozen=True)
class Forecast:
    """What one evening may expect; `people` include walk-ins, `networks` do not."""

    surgery: Surgery
    cells: tuple[Cell, ...]
    learned: Learned
    walk_ins: float

    @cached_property
    def people(self) -> People:
        return People(self._chances(self.cells), self.walk_ins)

    @cached_property
    def networks(self) -> list[NetworkForecast]:
        """The most booked first, then by name."""
        cells: dict[tuple[int | None, str], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            cells[cell.kind.network, cell.network].append(cell)
        found = [NetworkForecast(k[1], People(self._chances(rows))) for k, rows in cells.items()]
        return sorted(found, key=lambda row: (-row.people.booked, row.network))

    @property
    def by_lead(self) -> list[tuple[Lead, float]]:
        """How many of those come who booked so long before; empty while every booking is p0."""
        known = self.learned.steps.get("lead", {})
        return [(lead, self.learned.chance_of_new(lead)) for lead in Lead if lead in known]

    def _chances(self, cells: Iterable[Cell]) -> tuple[tuple[float, int], ...]:
        return tuple((self.learned.chance(cell.kind), cell.booked) for cell in cells)

    def worth_opening(self, *, chairs: int, places: int, now: datetime.datetime) -> int:
        """Places more that may be opened, when all `places` are taken (R35)."""
        held = ((self.learned.chance(c.kind), c.booked - c.waiting) for c in self.cells)
        people = People(tuple(held), self.walk_ins)
        days = (self.surgery.on - now.astimezone(self.surgery.series.zone).date()).days
        chance = self.learned.chance_of_new(lead_of(days))
        return worth_opening(chairs=chairs, places=places, spread=people.spread, chance=chance)


def surgeries_to_forecast(series, now, *, on: datetime.date | None = None, past: bool = False):
    """The surgeries to come; with `past` or a date also those with an outcome not recorded."""
    to_come = Q(state__in=OPEN, ends_at__gt=now)
    open_ones = Booking.objects.live().filter(
        surgery=OuterRef("pk"), walked_in=False, outcome=Outcome.NOT_RECORDED
    )
    over = Q(ends_at__lte=now) | Q(state=SurgeryState.CLOSED)
    over &= ~Q(state=SurgeryState.CANCELLED) & Q(Exists(open_ones))
    surgeries = series.surgeries.filter(to_come | over if past or on else to_come)
    if on:
        surgeries = surgeries.filter(on=on)
    return surgeries.order_by("starts_at", "pk")


def forecasts_of(series, surgeries, now) -> dict[int, Forecast]:
    """Surgery's key -> its forecast, for `surgeries` of `series`: one statement in all.

    Each learns only from evenings that started before it, and by `now`.
    """
    evenings = _evenings(series, [surgery.pk for surgery in surgeries], now)
    before = [rows for rows in evenings.values() if _teaches(rows[0], now)]
    forecasts: dict[int, Forecast] = {}
    lessons: list[Lesson] = []
    learned, walk_ins, taught = learn(lessons), [], 0
    for surgery in sorted(surgeries, key=lambda one: one.starts_at):
        known = taught
        while taught < len(before) and before[taught][0]["surgery__starts_at"] < surgery.starts_at:
            rows = before[taught]
            lessons += (_lesson(row) for row in rows)
            if any(row["recorded"] or row["walk_ins"] for row in rows):
                walk_ins.append(sum(row["walk_ins"] for row in rows))
            taught += 1
        if taught > known:
            learned = learn(lessons)
        last = walk_ins[-WALK_INS_OF:]
        forecasts[surgery.pk] = Forecast(
            surgery=surgery,
            cells=_cells(evenings.get(surgery.pk, ()), surgery, now),
            learned=learned,
            walk_ins=sum(last) / len(last) if last else 0.0,
        )
    return forecasts


def forecast_of(surgery, now) -> Forecast:
    """The forecast of one evening; one statement. Wants its series loaded."""
    return forecasts_of(surgery.series, [surgery], now)[surgery.pk]


def with_kind(bookings, series):
    """Adds what the chance of a booking depends on: `lead`, `answer` and `came_before`."""
    booked_on = TruncDate("booked_at", tzinfo=series.zone)
    bands = (
        When(booked_on__gte=F("surgery__on") - datetime.timedelta(days=most), then=Value(band))
        for most, band in BANDS.items()
    )
    came = Booking.objects.live().came().exclude(surgery__state=SurgeryState.CANCELLED)
    earlier = came.filter(
        attendee=OuterRef("attendee"), surgery__starts_at__lt=OuterRef("surgery__starts_at")
    )
    return bookings.alias(booked_on=booked_on).annotate(
        lead=Case(
            When(booked_at=None, then=Value(Lead.UNKNOWN)), *bands, default=Value(Lead.LONGER)
        ),
        answer=Case(When(confirmed_at=None, then=Value(Answer.SILENT)), default=Value(Answer.YES)),
        came_before=Exists(earlier),
    )


def _evenings(series, pks, now) -> dict[int, list[dict[str, Any]]]:
    """Surgery's key -> its bookings counted by kind, evenings in their order."""
    held = Q(surgery__starts_at__lte=now) & ~Q(surgery__state=SurgeryState.CANCELLED)
    bookings = Booking.objects.live().filter(held | Q(surgery__in=pks), surgery__series=series)
    booked = Q(walked_in=False)
    rows = (
        with_kind(bookings, series)
        .values(
            *("surgery_id", "surgery__starts_at", "surgery__state", "lead", "answer"),
            *("came_before", "credited_network", "credited_network__name"),
        )
        .annotate(
            booked=Count("pk", filter=booked),
            waiting=Count("pk", filter=booked & Q(state=BookingState.WAITING)),
            recorded=Count("pk", filter=booked & Q(outcome__in=RECORDED)),
            came=Count("pk", filter=booked & Q(outcome=Outcome.CAME)),
            walk_ins=Count("pk", filter=~booked & Q(outcome=Outcome.CAME)),
        )
        .order_by("surgery__starts_at", "surgery_id")
    )
    evenings: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        evenings.setdefault(row["surgery_id"], []).append(row)
    return evenings


def _teaches(row, now) -> bool:
    return row["surgery__starts_at"] <= now and row["surgery__state"] != SurgeryState.CANCELLED


def kind_of(row) -> Kind:
    """Of a row of `with_kind`."""
    return Kind(row["lead"], row["answer"], row["came_before"], row["credited_network"])


def _lesson(row) -> Lesson:
    return Lesson(row["surgery_id"], kind_of(row), row["recorded"], row["came"])


def _cells(rows, surgery, now) -> tuple[Cell, ...]:
    booked = [row for row in rows if row["booked"]]
    return tuple(_cell(row, surgery, now) for row in booked)


def _cell(row, surgery, now) -> Cell:
    """Silence counts from the day before on: until then nobody had to answer."""
    kind, name = kind_of(row), row["credited_network__name"] or NOT_KNOWN
    if kind.answer == Answer.SILENT and now < surgery.starts_at - ASKED_BEFORE:
        kind = kind._replace(answer=Answer.NOT_ASKED)
    return Cell(kind, name, row["booked"], row["waiting"])
