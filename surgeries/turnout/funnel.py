"""The funnel plot: each network's rate against how many were recorded; never an order of them."""

from collections.abc import Callable
from dataclasses import dataclass

from surgeries.rules.funnel import ALARM, ALERT, ENOUGH_NETWORKS, limits, points, where
from surgeries.turnout.way import NetworkWay, Way

WIDE, HIGH = 680, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 180, 14, 46
TICKS_ACROSS = 5


@dataclass(frozen=True)
class Dot:
    """A network in the picture; `where` is 0 inside, ±1 outside 95%, ±2 outside 99.8%."""

    row: NetworkWay
    x: float
    y: float
    where: int
    fewest: int
    most: int


@dataclass(frozen=True)
class Funnel:
    """Lines as SVG points, ticks as (place, number), and the networks, outside ones first."""

    dots: tuple[Dot, ...]
    p0: float
    middle: float
    alert: tuple[str, str]
    alarm: tuple[str, str]
    across: tuple[tuple[float, int], ...]
    up: tuple[tuple[float, int], ...]

    wide, high = WIDE, HIGH
    left, right, bottom = LEFT, WIDE - RIGHT, HIGH - BOTTOM

    @property
    def outside(self) -> list[Dot]:
        return [dot for dot in self.dots if dot.where]


def funnel(way: Way) -> Funnel | None:
    """The picture of all networks with something recorded; None under twelve of them."""
    rows = [row for row in way.networks if row.pk and row.recorded]
    if len(rows) < ENOUGH_NETWORKS:
        return None
    p0, most = way.p0, max(row.recorded for row in rows)
    across = _across(most)
    dots = [_dot(row, p0, across) for row in rows]
    return Funnel(
        dots=tuple(sorted(dots, key=lambda dot: (-abs(dot.where), dot.row.network))),
        p0=p0,
        middle=_up(p0),
        alert=_lines(most, p0, ALERT, across),
        alarm=_lines(most, p0, ALARM, across),
        across=tuple((across(n), n) for n in _ticks(most)),
        up=tuple((_up(rate / 100), rate) for rate in (0, 25, 50, 75, 100)),
    )


def _across(most: int) -> Callable[[float], float]:
    each = (WIDE - LEFT - RIGHT) / most
    return lambda recorded: round(LEFT + recorded * each, 1)


def _up(rate: float) -> float:
    return round(TOP + (1 - rate) * (HIGH - TOP - BOTTOM), 1)


def _dot(row: NetworkWay, p0: float, across) -> Dot:
    x, y = across(row.recorded), _up(row.came_of_booked / row.recorded)
    found = where(row.came_of_booked, row.recorded, p0)
    return Dot(row, x, y, found, *limits(row.recorded, p0, ALERT))


def _lines(most: int, p0: float, tail: float, across) -> tuple[str, str]:
    """The lower and the upper line, through the last counts with nothing to remark on."""
    ends = [(n, *limits(n, p0, tail)) for n in points(most)]
    lower = " ".join(f"{across(n)},{_up(fewest / n)}" for n, fewest, _most in ends)
    upper = " ".join(f"{across(n)},{_up(most_ / n)}" for n, _fewest, most_ in ends)
    return lower, upper


def _ticks(most: int) -> list[int]:
    step = next(
        step * 10**power
        for power in range(9)
        for step in (1, 2, 5)
        if most / (step * 10**power) <= TICKS_ACROSS
    )
    return list(range(0, most + 1, step))
