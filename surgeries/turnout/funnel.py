"""The funnel plot: each network's rate against how many were recorded; never an order of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.text import Truncator

from surgeries.rules.funnel import ALARM, ALERT, ENOUGH_NETWORKS, limits, points, where
from surgeries.turnout.way import NetworkWay, Way

WIDE, HIGH = 680, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 180, 14, 46
TICKS_ACROSS = 5
LETTERS, LETTER, ABOVE, BELOW = 21, 8.4, 11, 4  # of a name: how many, how wide, and over its line
CORNER, BESIDE = 7, 11  # from the middle of a diamond to its corner, and to its name
Box = tuple[float, float, float, float]  # left, top, right, bottom


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
class Name:
    """Of a diamond, from (`x`, `y`) in the direction of `anchor`, as SVG has it."""

    text: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> Box:
        """What it covers, near enough."""
        wide = LETTER * len(self.text)
        left = self.x - wide * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]
        return left, self.y - ABOVE, left + wide, self.y + BELOW


@dataclass(frozen=True)
class Funnel:
    """Lines as SVG points, ticks as (place, number), and the networks, outside ones first.

    `names` are those of networks outside for which there is room.
    """

    dots: tuple[Dot, ...]
    names: tuple[Name, ...]
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
    lowest = min(p0, *(row.came_of_booked / row.recorded for row in rows))
    floor = min(int(lowest * 4) * 25, 75)
    across, up = _across(most), _up(floor)
    found = sorted((_dot(row, p0, across, up) for row in rows), key=_outside_first)
    return Funnel(
        dots=tuple(found),
        names=tuple(_names(found, up(p0))),
        p0=p0,
        middle=up(p0),
        alert=_lines(most, p0, ALERT, across, up),
        alarm=_lines(most, p0, ALARM, across, up),
        across=tuple((across(n), n) for n in _ticks(most)),
        up=tuple((up(rate / 100), rate) for rate in range(floor, 101, 25 if floor < 50 else 10)),
    )


def _outside_first(dot: Dot) -> tuple[int, str]:
    return -abs(dot.where), dot.row.network


def _across(most: int) -> Callable[[float], float]:
    each = (WIDE - LEFT - RIGHT) / most
    return lambda recorded: round(LEFT + recorded * each, 1)


def _up(floor: int) -> Callable[[float], float]:
    """From per cent at the bottom, which is as far down as there are networks, to all of them."""
    each = (HIGH - TOP - BOTTOM) / (1 - floor / 100)
    return lambda rate: round(TOP + (1 - rate) * each, 1)


def _dot(row: NetworkWay, p0: float, across, up) -> Dot:
    x, y = across(row.recorded), up(row.came_of_booked / row.recorded)
    found = where(row.came_of_booked, row.recorded, p0)
    return Dot(row, x, y, found, *limits(row.recorded, p0, ALERT))


def _names(dots: list[Dot], middle: float) -> Iterator[Name]:
    """Beside each diamond its name, unless that would cover another, or what is said of all.

    Where there is a choice, it covers as few rings as may be.
    """
    rings = [_around(dot) for dot in dots if not dot.where]
    taken = [_around(dot) for dot in dots if dot.where]
    taken.append((WIDE - RIGHT, middle - ABOVE, WIDE, middle + BELOW))
    for dot in (dot for dot in dots if dot.where):
        text = Truncator(dot.row.network).chars(LETTERS)
        tries = (
            Name(text, dot.x + BESIDE, dot.y + BELOW, "start"),
            Name(text, dot.x - BESIDE, dot.y + BELOW, "end"),
            Name(text, dot.x, dot.y - BESIDE, "middle"),
            Name(text, dot.x, dot.y + BESIDE + ABOVE, "middle"),
        )
        if room := [name for name in tries if _has_room(name.box, taken)]:
            name = min(room, key=lambda name: sum(covers(name.box, ring) for ring in rings))
            taken.append(name.box)
            yield name


def _around(dot: Dot) -> Box:
    return dot.x - CORNER, dot.y - CORNER, dot.x + CORNER, dot.y + CORNER


def _has_room(box: Box, taken: list[Box]) -> bool:
    left, _top, right, _bottom = box
    return left >= LEFT and right <= WIDE and not any(covers(box, other) for other in taken)


def covers(one: Box, other: Box) -> bool:
    """Whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _lines(most: int, p0: float, tail: float, across, up) -> tuple[str, str]:
    """The lower and the upper line, through the last counts with nothing to remark on."""
    ends = [(n, *limits(n, p0, tail)) for n in points(most)]
    lower = [(across(n), up(fewest / n)) for n, fewest, _most in ends]
    upper = [(across(n), up(most_ / n)) for n, _fewest, most_ in ends]
    return _in_the_picture(lower), _in_the_picture(upper)


def _in_the_picture(line: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in line if y <= HIGH - BOTTOM)


def _ticks(most: int) -> list[int]:
    step = next(
        step * 10**power
        for power in range(9)
        for step in (1, 2, 5)
        if most / (step * 10**power) <= TICKS_ACROSS
    )
    return list(range(0, most + 1, step))
