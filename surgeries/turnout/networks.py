"""Turnout by referring network: the one definition behind the page and the command (model.md)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from surgeries.models import Booking, Surgery
from surgeries.rules.turnout import overall_rate, share, shrunken, verdict, wilson
from surgeries.states import LIVE, RECORDED, Outcome, Verdict

NOT_KNOWN = "Not known"


@dataclass(frozen=True)
class NetworkTurnout:
    """One network's figures, as model.md defines them; `pk` is None for "Not known"."""

    pk: int | None
    network: str
    booked: int
    came: int
    did_not_come: int
    walk_ins: int
    new_people: int
    surgeries: int
    p0: float

    @property
    def recorded(self) -> int:
        return self.came + self.did_not_come

    @property
    def not_recorded(self) -> int:
        return self.booked - self.recorded

    @property
    def people(self) -> int:
        """Who came, walk-ins included."""
        return self.came + self.walk_ins

    @property
    def rate(self) -> float | None:
        return share(self.came, self.recorded)

    @property
    def shrunken(self) -> float:
        return shrunken(self.came, self.recorded, self.p0)

    @property
    def wilson(self) -> tuple[float | None, float | None]:
        return wilson(self.came, self.recorded) or (None, None)

    @property
    def completeness(self) -> float | None:
        return share(self.recorded, self.booked)

    @property
    def verdict(self) -> Verdict | None:
        if self.pk is None:
            return None
        return verdict(
            came=self.came,
            recorded=self.recorded,
            booked=self.booked,
            surgeries=self.surgeries,
            p0=self.p0,
        )


@dataclass(frozen=True)
class Evening:
    """What the register of one surgery says; `head_count` is people without a name."""

    pk: int
    on: datetime.date
    booked: int
    recorded: int
    came: int
    walk_ins: int
    head_count: int

    @property
    def is_left_out(self) -> bool:
        """People had booked, and nobody wrote down whether they came."""
        return bool(self.booked) and not self.recorded


@dataclass(frozen=True)
class Turnout:
    """The figures of one series and period: networks in their order, evenings by date."""

    networks: tuple[NetworkTurnout, ...]
    evenings: tuple[Evening, ...]
    p0: float

    @property
    def booked(self) -> int:
        return sum(evening.booked for evening in self.evenings)

    @property
    def recorded(self) -> int:
        return sum(evening.recorded for evening in self.evenings)

    @property
    def came(self) -> int:
        return sum(evening.came for evening in self.evenings)

    @property
    def walk_ins(self) -> int:
        return sum(evening.walk_ins for evening in self.evenings)

    @property
    def head_count(self) -> int:
        return sum(evening.head_count for evening in self.evenings)

    @property
    def new_people(self) -> int:
        return sum(network.new_people for network in self.networks)

    @property
    def surgeries(self) -> int:
        return sum(bool(evening.recorded) for evening in self.evenings)

    @property
    def written_down(self) -> int:
        """Evenings of which anything is known about who came."""
        return sum(bool(e.recorded or e.walk_ins or e.head_count) for e in self.evenings)

    @property
    def left_out(self) -> list[Evening]:
        """Evenings whose register nobody filled in."""
        return [evening for evening in self.evenings if evening.is_left_out]

    @property
    def known(self) -> list[NetworkTurnout]:
        """The networks without "Not known"."""
        return [network for network in self.networks if network.pk]

    def said_to_be(self, verdict: Verdict) -> list[NetworkTurnout]:
        """The networks with this verdict."""
        return [network for network in self.networks if network.verdict == verdict]

    @property
    def through_the_door(self) -> int:
        return self.came + self.walk_ins + self.head_count

    @property
    def rate(self) -> float | None:
        return share(self.came, self.recorded)


# What each figure counts among the bookings that count at all (`Booking.objects.counted`).
FIGURES: dict[str, dict[str, Any]] = {
    "booked": {"walked_in": False},
    "recorded": {"walked_in": False, "outcome__in": RECORDED},
    "came": {"walked_in": False, "outcome": Outcome.CAME},
    "did_not_come": {"walked_in": False, "outcome": Outcome.DID_NOT_COME},
    "not_recorded": {"walked_in": False, "outcome": Outcome.NOT_RECORDED},
    "walk_ins": {"walked_in": True, "outcome": Outcome.CAME},
    "people": {"outcome": Outcome.CAME},
}


def turnout_by_network(
    series, *, now: datetime.datetime, from_: datetime.date | None = None, to=None
) -> Turnout:
    """Every figure of `series` from one query; the period is inclusive, by local dates.

    The rows are one per surgery and network, so their number does not grow with the bookings.
    """
    cells = list(_cells(series, now, from_, to))
    evenings = tuple(_evenings(cells))
    p0 = overall_rate(sum(e.came for e in evenings), sum(e.recorded for e in evenings))
    networks = sorted(_networks(cells, p0), key=lambda row: (-row.came, row.network))
    return Turnout(tuple(networks), evenings, p0)


def bookings_behind(
    series, *, now: datetime.datetime, from_=None, to=None, figure: str, network=...
):
    """The bookings that one figure counts: as many as it says (R62).

    `figure` is a key of FIGURES or "new_people"; `network` a row, None for "Not known", or left
    out for all of them.
    """
    bookings = Booking.objects.counted(now).filter(surgery__series=series)
    if from_:
        bookings = bookings.filter(surgery__on__gte=from_)
    if to:
        bookings = bookings.filter(surgery__on__lte=to)
    if network is not ...:
        bookings = bookings.filter(credited_network=network)
    if figure == "new_people":
        return bookings.filter(pk__in=_first_comings(series, now))
    return bookings.filter(**FIGURES[figure])


def _first_comings(series, now):
    """For each attendee the booking with which she came to this series for the first time."""
    return (
        Booking.objects.counted(now)
        .filter(surgery__series=series, outcome=Outcome.CAME)
        .order_by("attendee_id", "surgery__starts_at", "pk")
        .distinct("attendee_id")
        .values("pk")
    )


def _cells(series, now, from_, to):
    surgeries = Surgery.objects.started(now).filter(series=series)
    if from_:
        surgeries = surgeries.on_or_after(from_)
    if to:
        surgeries = surgeries.on_or_before(to)
    firsts = Q(bookings__in=_first_comings(series, now))
    return (
        surgeries.order_by("on", "pk")
        .values(
            "pk",
            "on",
            "head_count",
            network=F("bookings__credited_network"),
            name=F("bookings__credited_network__name"),
        )
        .annotate(
            booked=_count("booked"),
            came=_count("came"),
            did_not_come=_count("did_not_come"),
            walk_ins=_count("walk_ins"),
            new_people=Count("bookings", filter=firsts),
        )
    )


def _count(figure: str) -> Count:
    """How many live bookings of the surgery `figure` counts."""
    wanted = {f"bookings__{field}": value for field, value in FIGURES[figure].items()}
    return Count("bookings", filter=Q(bookings__state__in=LIVE, **wanted))


def _evenings(cells) -> Iterator[Evening]:
    for rows in _grouped(cells, "pk"):
        first, came = rows[0], _sum(rows, "came")
        yield Evening(
            pk=first["pk"],
            on=first["on"],
            booked=_sum(rows, "booked"),
            recorded=came + _sum(rows, "did_not_come"),
            came=came,
            walk_ins=_sum(rows, "walk_ins"),
            head_count=first["head_count"] or 0,
        )


def _networks(cells, p0: float) -> Iterator[NetworkTurnout]:
    counted = [cell for cell in cells if cell["booked"] or cell["walk_ins"]]
    for rows in _grouped(counted, "network"):
        yield NetworkTurnout(
            pk=rows[0]["network"],
            network=rows[0]["name"] or NOT_KNOWN,
            booked=_sum(rows, "booked"),
            came=_sum(rows, "came"),
            did_not_come=_sum(rows, "did_not_come"),
            walk_ins=_sum(rows, "walk_ins"),
            new_people=_sum(rows, "new_people"),
            surgeries=sum(1 for row in rows if row["came"] or row["did_not_come"]),
            p0=p0,
        )


def _grouped(cells, name: str) -> list[list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for cell in cells:
        groups.setdefault(cell[name], []).append(cell)
    return list(groups.values())


def _sum(rows, name: str) -> int:
    return sum(row[name] for row in rows)
