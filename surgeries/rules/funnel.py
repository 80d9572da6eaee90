"""The limits of a funnel plot: what chance alone does around one rate (domain.md C.2, [C4, C5])."""

from surgeries.rules.turnout import chance_of_at_least, chance_of_at_most

# The chance below and above: outside "alert" 1 time in 20 by chance alone, outside "alarm" 2 in
# 1,000.
ALERT, ALARM = 0.025, 0.001
ENOUGH_NETWORKS = 12
MOST_POINTS = 48


def limits(recorded: int, p0: float, tail: float) -> tuple[int, int]:
    """The fewest and the most of `recorded` that may come with nothing to remark on.

    Exact binomial: fewer than the first, or more than the second, has a chance under `tail`.
    """
    fewest = _first(lambda k: chance_of_at_most(k, recorded, p0) >= tail, recorded)
    most = recorded - _first(
        lambda k: chance_of_at_least(recorded - k, recorded, p0) >= tail, recorded
    )
    return fewest, most


def where(came: int, recorded: int, p0: float) -> int:
    """0 inside the limits, -1 or 1 below or above the 95% ones, -2 or 2 outside 99.8%."""
    for far, tail in ((2, ALARM), (1, ALERT)):
        fewest, most = limits(recorded, p0, tail)
        if came < fewest:
            return -far
        if came > most:
            return far
    return 0


def points(most_recorded: int) -> list[int]:
    """Whole numbers from 1 to `most_recorded` to draw limits at, closer together at the start."""
    if most_recorded <= MOST_POINTS:
        return list(range(1, most_recorded + 1))
    steps = (1 + (most_recorded - 1) * (n / MOST_POINTS) ** 2 for n in range(MOST_POINTS + 1))
    return sorted({round(step) for step in steps})


def _first(is_enough, most: int) -> int:
    """The smallest whole number up to `most` that is enough; more is always enough too."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low
