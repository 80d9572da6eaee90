"""What few bookings can and cannot say (domain.md C.2, R56 to R59; model.md, Figures).

Everything here is arithmetic on counts: `came` of `recorded` bookings, both whole numbers.
"""

from math import exp, lgamma, log, sqrt

from surgeries.states import Verdict

Z = 1.959964  # of a 95% interval
PRIOR_BOOKINGS = 10  # how many bookings at the overall rate are mixed into each network's
ENOUGH_FOR_A_RATE = 30
EVERYWHERE_CAME, EVERYWHERE_RECORDED = 13, 20  # 65% of 20: our judgement until there are 30
ENOUGH_RECORDED = 10
ENOUGH_SURGERIES = 3
COMPLETE = 0.8
TAIL = 0.025
NEGLIGIBLE = 1e-17


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` as a number from 0 to 1; None of nothing."""
    return part / whole if whole else None


def overall_rate(came: int, recorded: int) -> float:
    """p0: the rate of a whole series and period, held near 65% while under 30 are recorded."""
    if recorded >= ENOUGH_FOR_A_RATE:
        return came / recorded
    return (came + EVERYWHERE_CAME) / (recorded + EVERYWHERE_RECORDED)


def shrunken(came: int, recorded: int, p0: float) -> float:
    """The rate drawn towards `p0`, the more so the fewer bookings there are."""
    return (came + PRIOR_BOOKINGS * p0) / (recorded + PRIOR_BOOKINGS)


def wilson(came: int, recorded: int) -> tuple[float, float] | None:
    """The ends of the Wilson 95% interval of a rate; None when nothing is recorded."""
    if not recorded:
        return None
    rate, square = came / recorded, Z * Z
    middle = rate + square / (2 * recorded)
    reach = Z * sqrt(rate * (1 - rate) / recorded + square / (4 * recorded**2))
    low, high = ((middle + side * reach) / (1 + square / recorded) for side in (-1, 1))
    # At 0 of n and n of n the ends are 0 and 1; rounding leaves them a hair away.
    return (low if came else 0.0), (high if came < recorded else 1.0)


def chance_of_at_most(came: int, recorded: int, p: float) -> float:
    """Exact P(X <= came) for X binomial(recorded, p), whatever the size of `recorded`."""
    if came < 0:
        return 0.0
    if came >= recorded or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    if came > recorded * p:
        return 1 - chance_of_at_least(came + 1, recorded, p)
    return _tail_below(came, recorded, p)


def chance_of_at_least(came: int, recorded: int, p: float) -> float:
    """Exact P(X >= came) for X binomial(recorded, p): as many of the others stayed away."""
    return chance_of_at_most(recorded - came, recorded, 1 - p)


def _tail_below(came: int, recorded: int, p: float) -> float:
    """The sum from `came` down; below the mean its terms only shrink, so it may end early."""
    term, total, odds = exp(_log_chance(came, recorded, p)), 0.0, (1 - p) / p
    for k in range(came, -1, -1):
        total += term
        term *= odds * k / (recorded - k + 1)
        if term < total * NEGLIGIBLE:
            break
    return min(total, 1.0)


def _log_chance(k: int, n: int, p: float) -> float:
    """The logarithm of P(X = k): the binomial coefficient itself would overflow."""
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return ways + k * log(p) + (n - k) * log(1 - p)


def verdict(*, came: int, recorded: int, booked: int, surgeries: int, p0: float) -> Verdict:
    """What may be said of a network: the first that applies (R57 to R59)."""
    if recorded < ENOUGH_RECORDED or surgeries < ENOUGH_SURGERIES:
        return Verdict.TOO_FEW
    if recorded / booked < COMPLETE:
        return Verdict.INCOMPLETE
    if not 0 < p0 < 1:
        return Verdict.AS_EXPECTED
    if chance_of_at_most(came, recorded, p0) < TAIL:
        return Verdict.PHONE_CALL
    if chance_of_at_least(came, recorded, p0) < TAIL:
        return Verdict.GOING_WELL
    return Verdict.AS_EXPECTED
