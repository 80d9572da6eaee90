"""How good forecasts were: error, Brier score, and how often the range held."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from surgeries.rules.forecast import People


@dataclass(frozen=True)
class Foretold:
    """One booking: `group` is its network and day, `chance` what we said, and what was true."""

    group: Hashable
    chance: float
    came: bool
    same_day: bool


@dataclass(frozen=True)
class Score:
    """`error`: mean square of expected less came, over the groups. `brier`: over the bookings.

    `coverage`: in which share of the groups the range held.
    """

    groups: int
    bookings: int
    error: float
    brier: float
    coverage: float


def score(foretold: Iterable[Foretold]) -> Score:
    """The score of forecasts whose truth is known; there must be at least one."""
    foretold = list(foretold)
    groups: dict[Hashable, list[Foretold]] = defaultdict(list)
    for one in foretold:
        groups[one.group].append(one)
    people = [(People(tuple((one.chance, 1) for one in g)), _came(g)) for g in groups.values()]
    errors = [(said.expected - came) ** 2 for said, came in people]
    held = [said.low <= came <= said.high for said, came in people]
    brier = [(one.chance - one.came) ** 2 for one in foretold]
    return Score(
        groups=len(groups),
        bookings=len(foretold),
        error=sum(errors) / len(errors),
        brier=sum(brier) / len(brier),
        coverage=sum(held) / len(held),
    )


def _came(group: list[Foretold]) -> int:
    return sum(one.came for one in group)
