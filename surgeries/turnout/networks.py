"""Turnout by referring network: the one definition behind the page and the command (model.md)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from surgeries.models import Booking
from surgeries.rules.turnout import overall_rate, share, shrunken, verdict, wilson
from surgeries.states import Outcome, Verdict
from surgeries.turnout.cells import FIGURES, KNOWN_BY, SUMMED, cells, known_by
from surgeries.turnout.coverage import Coverage

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
    """A surgery people had booked for, and nobody wrote down whether they came."""

    pk: int
    on: datetime.date
    booked: int


@dataclass(frozen=True)
class Turnout:
    """The figures of one series and period, networks in their order.

    `evenings` took place, of `surgeries` an outcome is recorded, of `written_down` anything is
    known about who came; `left_out` are those whose register nobody filled in, by date;
    `coverage` is how we know who told people.
    """

    networks: tuple[NetworkTurnout, ...]
    evenings: int
    surgeries: int
    written_down: int
    head_count: int
    left_out: tuple[Evening, ...]
    coverage: Coverage
    p0: float

    @property
    def booked(self) -> int:
        return sum(network.booked for network in self.networks)

    @property
    def recorded(self) -> int:
        return sum(network.recorded for network in self.networks)

    @property
    def came(self) -> int:
        return sum(network.came for network in self.networks)

    @property
    def walk_ins(self) -> int:
        return sum(network.walk_ins for network in self.networks)

    @property
    def new_people(self) -> int:
        return sum(network.new_people for network in self.networks)

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

    @property
    def all_different(self) -> bool:
        """Whether everybody who came is surely another person.

        At one evening, and where each came for the first time, they are. Otherwise somebody may
        have come again, which no sum of months can tell.
        """
        return self.written_down <= 1 or self.new_people == self.came + self.walk_ins


def turnout_by_network(
    series, *, now: datetime.datetime, from_: datetime.date | None = None, to=None
) -> Turnout:
    """Every figure of `series` from one query; the period is inclusive, by local dates.

    The time does not grow with the bookings of months that are over (`surgeries.turnout.cells`).
    """
    return turnout_of_each([series], now=now, from_=from_, to=to)[series.pk]


def turnout_of_each(
    series, *, now: datetime.datetime, from_: datetime.date | None = None, to=None
) -> dict[int, Turnout]:
    """The figures of each of `series`, a list, from the same one query: {number: Turnout}."""
    rows = grouped(cells(series, now, from_, to), "of_series")
    return {one.pk: _turnout(rows.get(one.pk, [])) for one in series}


def _turnout(rows) -> Turnout:
    evenings = grouped((row for row in rows if row["evening"]), "evening").values()
    months = [row for row in rows if row["silent"] is not None]
    networks = [row for row in rows if row["silent"] is None]
    came, away = _sum(networks, "n_came"), _sum(networks, "n_did_not_come")
    p0 = overall_rate(came, came + away)
    tallies = [*map(tally, evenings), *map(_tally_of_month, months)]
    return Turnout(
        networks=tuple(sorted(_networks(networks, p0), key=lambda row: (-row.came, row.network))),
        evenings=sum(t.evenings for t in tallies),
        surgeries=sum(t.surgeries for t in tallies),
        written_down=sum(t.written_down for t in tallies),
        head_count=sum(t.head_count for t in tallies),
        left_out=tuple(sorted((e for t in tallies for e in t.left_out), key=lambda e: e.on)),
        coverage=Coverage(**{name: sum(t.known_by[name] for t in tallies) for name in KNOWN_BY}),
        p0=p0,
    )


def bookings_behind(
    series, *, now: datetime.datetime, from_=None, to=None, figure: str, network=...
):
    """The bookings that one figure counts: as many as it says (R62).

    `figure` is a key of FIGURES or KNOWN_BY, or "new_people"; `network` a row, None for "Not
    known", or left out for all of them.
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
    if figure in KNOWN_BY:
        return bookings.filter(known_by()[figure])
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


@dataclass(frozen=True)
class Tally:
    """What Turnout counts of evenings, for one of them or for a month."""

    evenings: int
    surgeries: int
    written_down: int
    head_count: int
    left_out: tuple[Evening, ...]
    known_by: dict[str, int]


def tally(rows) -> Tally:
    """Of one evening, from its rows as `count_bookings` gives them."""
    first, booked = rows[0], _sum(rows, "n_booked")
    recorded = _sum(rows, "n_came") + _sum(rows, "n_did_not_come")
    heads = first["n_head_count"] or 0
    silent = Evening(first["evening"], first["day"], booked)
    return Tally(
        evenings=1,
        surgeries=bool(recorded),
        written_down=bool(recorded or _sum(rows, "n_walk_ins") or heads),
        head_count=heads,
        left_out=(silent,) if booked and not recorded else (),
        known_by={name: _sum(rows, f"n_{name}") for name in KNOWN_BY},
    )


def _tally_of_month(row) -> Tally:
    return Tally(
        evenings=row["n_evenings"],
        surgeries=row["n_surgeries"],
        written_down=row["n_written_down"],
        head_count=row["n_head_count"],
        left_out=tuple(
            Evening(pk, datetime.date.fromisoformat(on), booked) for pk, on, booked in row["silent"]
        ),
        known_by={name: row[f"n_{name}"] for name in KNOWN_BY},
    )


def _networks(rows, p0: float) -> Iterator[NetworkTurnout]:
    counted = [row for row in rows if row["n_booked"] or row["n_walk_ins"]]
    for hers in grouped(counted, "of_network").values():
        yield NetworkTurnout(
            pk=hers[0]["of_network"],
            network=hers[0]["name"] or NOT_KNOWN,
            p0=p0,
            **sums_of_network(hers),
        )


def sums_of_network(rows) -> dict[str, int]:
    """The figures of one network, from its rows; an evening with something recorded is one."""
    folded = _sum((row for row in rows if not row["evening"]), "n_surgeries")
    evenings = sum(1 for r in rows if r["evening"] and (r["n_came"] or r["n_did_not_come"]))
    sums = {name: _sum(rows, f"n_{name}") for name in SUMMED if name != "surgeries"}
    return sums | {"surgeries": folded + evenings}


def grouped(rows, name: str) -> dict[Any, list[dict[str, Any]]]:
    """`rows` by their value of `name`, in the order of their first."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def _sum(rows, name: str) -> int:
    return sum(row[name] for row in rows)
