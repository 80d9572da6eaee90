"""How many of those who booked will come (domain.md C.6; the model on one page: docs/forecast.md).

Every booking has a chance of its own: the common rate, moved in log odds by how long ago it was
made, by the answer to "will you be there?", by whether the person came before, and by the network,
each only as far as the evenings before bear it out. Chances are numbers from 0 to 1.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log, sqrt
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from surgeries.rules.turnout import ENOUGH_FOR_A_RATE, PRIOR_BOOKINGS, overall_rate

LOW, HIGH = 0.1, 0.9  # what the ends of a range reach: 8 evenings of 10 lie between them
ROUNDING = 1e-12
LARGEST_STEP, SMALL_STEP, MOST_PASSES = 1.0, 0.005, 25


class Lead(TextChoices):
    """How long before the evening somebody booked, in local days."""

    SAME_DAY = "0", _("on the day itself")
    DAYS_2 = "2", _("1 or 2 days before")
    DAYS_7 = "7", _("3 to 7 days before")
    DAYS_14 = "14", _("8 to 14 days before")
    LONGER = "longer", _("15 days before or more")
    UNKNOWN = "unknown", _("we do not know when")


BANDS = {0: Lead.SAME_DAY, 2: Lead.DAYS_2, 7: Lead.DAYS_7, 14: Lead.DAYS_14}


class Answer(TextChoices):
    """What somebody said to "will you be there?". Before we asked, silence says nothing."""

    YES = "yes", _("said “I’ll be there”")
    SILENT = "silent", _("did not answer")
    NOT_ASKED = "not_asked", _("not asked yet")


class Kind(NamedTuple):
    """Bookings that are alike, and so have the same chance."""

    lead: str
    answer: str
    came_before: bool
    network: int | None


class Lesson(NamedTuple):
    """What became of the bookings of one kind at one evening."""

    evening: Hashable
    kind: Kind
    recorded: int
    came: int


@dataclass(frozen=True)
class Learned:
    """What the evenings before teach. `steps` are log odds, by factor and level."""

    came: int
    recorded: int
    p0: float
    start: float = 0.0
    steps: Mapping[str, Mapping[Hashable, float]] = field(default_factory=dict)

    def chance(self, kind: Kind) -> float:
        """That a booking of this kind comes."""
        return self._moved(kind._asdict())

    def chance_of_new(self, lead: str) -> float:
        """That somebody comes who books now, of whom we know nothing else."""
        return self._moved({"lead": lead})

    def _moved(self, levels: Mapping[str, Hashable]) -> float:
        if not self.steps:
            return self.p0
        moved = (self.steps.get(factor, {}).get(level, 0.0) for factor, level in levels.items())
        return _chance(self.start + sum(moved))

    @property
    def uses_networks(self) -> bool:
        """Networks differ by more than chance."""
        return "network" in self.steps


def lead_of(days: int | None) -> Lead:
    """The band of a booking made `days` before; None is not known, less than 0 is the day."""
    if days is None:
        return Lead.UNKNOWN
    return next((band for most, band in BANDS.items() if days <= most), Lead.LONGER)


def learn(lessons: Iterable[Lesson]) -> Learned:
    """What these lessons teach; with fewer than 30 recorded, or no two outcomes, only p0."""
    lessons = [lesson for lesson in lessons if lesson.recorded]
    came, recorded = sum(one.came for one in lessons), sum(one.recorded for one in lessons)
    p0 = overall_rate(came, recorded)
    if recorded < ENOUGH_FOR_A_RATE or not 0 < p0 < 1:
        return Learned(came, recorded, p0)
    mixed_in = PRIOR_BOOKINGS * p0 * (1 - p0)
    fit = _Fit(lessons, start=log(p0 / (1 - p0)))
    fit.settle(dict.fromkeys(("lead", "answer", "came_before"), mixed_in))
    if differ := _differ(lessons, fit.chance):
        fit.settle({**fit.holds, "network": 1 / differ})
    return Learned(came, recorded, p0, fit.start, fit.steps)


class _Fit:
    """Steps in log odds that fit the lessons, each held back towards 0: a ridge regression."""

    def __init__(self, lessons: list[Lesson], start: float):
        counts: dict[Kind, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for lesson in lessons:
            recorded, came = counts[lesson.kind]
            counts[lesson.kind] = recorded + lesson.recorded, came + lesson.came
        self.counts, self.start = counts, start
        self.odds = dict.fromkeys(counts, start)  # of each kind, as the steps are by now
        self.steps: dict[str, dict[Hashable, float]] = {}
        self.holds: dict[str, float] = {}

    def settle(self, holds: dict[str, float]) -> None:
        """Find the steps of each factor, held with that much variance, until they rest."""
        self.holds = holds
        for factor in holds:
            self.steps.setdefault(factor, {})
        for _pass in range(MOST_PASSES):
            if max(map(self._move, holds)) + self._move_start() < SMALL_STEP:
                break

    def _move(self, factor: str) -> float:
        """One Newton step for every level of a factor; returns the largest."""
        hold, steps = self.holds[factor], self.steps[factor]
        at, moves = Kind._fields.index(factor), {}
        for level, (more, variance) in self._left_over(lambda kind: kind[at]).items():
            before = steps.get(level, 0.0)
            moves[level] = _limited((more - before * hold) / (variance + hold))
            steps[level] = before + moves[level]
        for kind in self.odds:
            self.odds[kind] += moves[kind[at]]
        return max(map(abs, moves.values()))

    def _move_start(self) -> float:
        """So that as many are expected in all as came."""
        ((more, variance),) = self._left_over(lambda kind: None).values()
        step = _limited(more / variance) if variance else 0.0
        self.start += step
        for kind in self.odds:
            self.odds[kind] += step
        return abs(step)

    def _left_over(self, level_of: Callable[[Kind], Hashable]) -> dict[Hashable, list[float]]:
        """For each level: how many more came than expected, and the variance of that."""
        sums: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for kind, (recorded, came) in self.counts.items():
            chance, here = _chance(self.odds[kind]), sums[level_of(kind)]
            here[0] += came - recorded * chance
            here[1] += recorded * chance * (1 - chance)
        return sums

    def chance(self, kind: Kind) -> float:
        """As far as it is settled, of a kind there were lessons about."""
        return _chance(self.odds[kind])


def _differ(lessons: list[Lesson], chance: Callable[[Kind], float]) -> float:
    """How far networks differ: the variance of their log odds, less its standard error, or 0.

    Only what repeats itself counts: a network's surplus at one evening times that at another. So
    a group that comes together, or not at all, on one evening is not taken for a better network.
    Without a difference the products are 0 on average (moments, as DerSimonian and Laird's).
    """
    evenings: dict[tuple[Hashable, Hashable], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for lesson in lessons:
        p = chance(lesson.kind)
        here = evenings[lesson.kind.network, lesson.evening]
        here[0] += lesson.came - lesson.recorded * p
        here[1] += lesson.recorded * p * (1 - p)
    networks: dict[Hashable, list[list[float]]] = defaultdict(list)
    for (network, _evening), sums in evenings.items():
        networks[network].append(sums)
    repeats = [_products_of_pairs(more for more, _v in rows) for rows in networks.values()]
    weight = sum(_products_of_pairs(v for _more, v in rows) for rows in networks.values())
    sure = sum(repeats) - sqrt(sum(product**2 for product in repeats))
    return sure / weight if weight > ROUNDING and sure > ROUNDING else 0.0


def _products_of_pairs(numbers: Iterable[float]) -> float:
    """The sum of x·y over all ordered pairs of different ones."""
    numbers = list(numbers)
    return sum(numbers) ** 2 - sum(number * number for number in numbers)


def _limited(step: float) -> float:
    return max(-LARGEST_STEP, min(LARGEST_STEP, step))


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else 1 - 1 / (1 + exp(odds))


# How many, from the chance of each -----------------------------------------------------


@dataclass(frozen=True)
class People:
    """How many may come: bookings as (chance, how many of them), and walk-ins on average."""

    chances: tuple[tuple[float, int], ...]
    walk_ins: float = 0.0

    @property
    def booked(self) -> int:
        return sum(number for _chance, number in self.chances)

    @property
    def expected(self) -> float:
        return sum(chance * number for chance, number in self.chances) + self.walk_ins

    @cached_property
    def spread(self) -> list[float]:
        """The chance of 0, 1, 2 … people: Poisson-binomial, walk-ins as Poisson on top."""
        spread = [1.0]
        for chance, number in self.chances:
            for _booking in range(number):
                spread = one_more(spread, chance)
        return _with_walk_ins(spread, self.walk_ins)

    @cached_property
    def low(self) -> int:
        return reached(self.spread, LOW)

    @cached_property
    def high(self) -> int:
        return reached(self.spread, HIGH)


def one_more(spread: list[float], chance: float) -> list[float]:
    """The spread with one more booking in it."""
    stays, comes = 1 - chance, chance
    return [
        here * stays + below * comes
        for here, below in zip([*spread, 0.0], [0.0, *spread], strict=True)
    ]


def reached(spread: list[float], share: float) -> int:
    """The smallest number of people at which the chance of at most so many reaches `share`."""
    total = 0.0
    for people, chance in enumerate(spread):
        total += chance
        if total >= share - ROUNDING:
            return people
    return len(spread) - 1


def _with_walk_ins(spread: list[float], mean: float) -> list[float]:
    if not mean:
        return spread
    walk_ins = list(_poisson(mean))
    summed = [0.0] * (len(spread) + len(walk_ins) - 1)
    for people, chance in enumerate(spread):
        for more, also in enumerate(walk_ins):
            summed[people + more] += chance * also
    return summed


def _poisson(mean: float) -> Iterator[float]:
    """The chances of 0, 1, 2 … until what is left is nothing."""
    term, left, number = exp(-mean), 1.0, 0
    while left > ROUNDING and (term > ROUNDING or number < mean):
        yield term
        left -= term
        number += 1
        term *= mean / number
