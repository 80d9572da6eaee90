"""The arithmetic behind the dashboard (domain.md C.2 holds the worked values)."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.turnout import (
    chance_of_at_least,
    chance_of_at_most,
    overall_rate,
    share,
    shrunken,
    verdict,
    wilson,
)
from surgeries.states import Verdict

COUNTS = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SOME = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
RATES = st.floats(0.01, 0.99)


@pytest.mark.parametrize(
    ("came", "recorded", "low", "high", "levelled"),
    [
        (0, 3, 0.000, 0.561, 0.538),
        (1, 1, 0.207, 1.000, 0.727),
        (3, 3, 0.439, 1.000, 0.769),
        (4, 5, 0.376, 0.964, 0.733),
        (7, 10, 0.397, 0.892, 0.700),
        (9, 10, 0.596, 0.982, 0.800),
        (14, 20, 0.481, 0.855, 0.700),
        (18, 20, 0.699, 0.972, 0.833),
        (40, 60, 0.541, 0.773, 0.671),
        (45, 60, 0.628, 0.842, 0.743),
    ],
)
def test_the_worked_table_holds(came, recorded, low, high, levelled):
    assert wilson(came, recorded) == pytest.approx((low, high), abs=0.0005)
    assert shrunken(came, recorded, 0.7) == pytest.approx(levelled, abs=0.0005)


def test_nothing_recorded_has_no_rate_and_no_interval():
    assert share(0, 0) is None
    assert wilson(0, 0) is None
    assert shrunken(0, 0, 0.7) == 0.7


@given(SOME)
def test_an_interval_holds_its_rate_and_stays_between_none_and_all(counts):
    low, high = wilson(*counts)

    assert 0 <= low <= counts[0] / counts[1] <= high <= 1
    assert high - low < 1


@given(SOME)
def test_an_interval_is_the_mirror_of_the_interval_of_those_who_stayed_away(counts):
    came, recorded = counts
    low, high = wilson(recorded - came, recorded)

    assert wilson(came, recorded) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(SOME, RATES)
def test_a_levelled_rate_lies_between_its_own_rate_and_the_overall_one(counts, p0):
    own = counts[0] / counts[1]

    assert min(own, p0) - 1e-12 <= shrunken(*counts, p0) <= max(own, p0) + 1e-12


@pytest.mark.parametrize(
    ("came", "recorded", "rate"),
    [(0, 0, 0.65), (10, 10, 23 / 30), (29, 29, 42 / 49), (15, 30, 0.5), (30, 30, 1.0)],
)
def test_the_overall_rate_is_held_near_65_in_100_until_30_are_recorded(came, recorded, rate):
    assert overall_rate(came, recorded) == rate


@given(COUNTS, st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50))
def test_a_tail_is_the_exact_sum(counts, p):
    came, recorded = counts
    terms = [comb(recorded, k) * p**k * (1 - p) ** (recorded - k) for k in range(recorded + 1)]

    at_most = chance_of_at_most(came, recorded, float(p))
    at_least = chance_of_at_least(came, recorded, float(p))

    assert at_most == pytest.approx(float(sum(terms[: came + 1])), rel=1e-9, abs=1e-12)
    assert at_least == pytest.approx(float(sum(terms[came:])), rel=1e-9, abs=1e-12)


@given(COUNTS, RATES)
def test_the_two_tails_overlap_in_one_term(counts, p):
    came, recorded = counts
    below = chance_of_at_most(came - 1, recorded, p)

    assert below + chance_of_at_least(came, recorded, p) == pytest.approx(1)
    assert below <= chance_of_at_most(came, recorded, p) + 1e-12


def test_a_million_bookings_in_one_network_do_not_overflow():
    assert chance_of_at_most(700_000, 1_000_000, 0.7) == pytest.approx(0.5, abs=0.001)
    assert chance_of_at_least(700_000, 1_000_000, 0.7) == pytest.approx(0.5, abs=0.001)
    assert chance_of_at_most(0, 1_000_000, 0.7) == 0
    assert chance_of_at_least(1_000_000, 1_000_000, 0.7) == 0
    assert chance_of_at_most(698_000, 1_000_000, 0.7) == pytest.approx(6.5e-6, rel=0.1)


@pytest.mark.parametrize(
    ("p", "came", "at_most", "at_least"),
    [(0, 0, 1, 1), (0, 1, 1, 0), (1, 4, 0, 1), (1, 5, 1, 1)],
)
def test_a_sure_thing_has_sure_tails(p, came, at_most, at_least):
    assert chance_of_at_most(came, 5, p) == at_most
    assert chance_of_at_least(came, 5, p) == at_least


def judge(came, recorded, *, booked=None, surgeries=3, p0=0.7):
    booked = recorded if booked is None else booked
    return verdict(came=came, recorded=recorded, booked=booked, surgeries=surgeries, p0=p0)


@pytest.mark.parametrize(
    ("recorded", "under", "over"),
    [(10, 4, 10), (15, 7, 14), (20, 10, 18), (30, 16, 26), (50, 28, 41)],
)
def test_the_funnel_flags_outside_its_exact_limits(recorded, under, over):
    assert judge(under - 1, recorded) == Verdict.PHONE_CALL
    assert judge(under, recorded) == Verdict.AS_EXPECTED
    assert judge(over, recorded) == Verdict.AS_EXPECTED
    if over < recorded:
        assert judge(over + 1, recorded) == Verdict.GOING_WELL


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"came": 9, "recorded": 9}, Verdict.TOO_FEW),
        ({"came": 10, "recorded": 10, "surgeries": 2}, Verdict.TOO_FEW),
        ({"came": 0, "recorded": 0, "booked": 50}, Verdict.TOO_FEW),
        ({"came": 0, "recorded": 19, "booked": 24}, Verdict.INCOMPLETE),
        ({"came": 14, "recorded": 20, "booked": 25}, Verdict.AS_EXPECTED),
        ({"came": 9, "recorded": 20}, Verdict.PHONE_CALL),
        ({"came": 10, "recorded": 20}, Verdict.AS_EXPECTED),
        ({"came": 19, "recorded": 20}, Verdict.GOING_WELL),
        ({"came": 0, "recorded": 40, "p0": 0}, Verdict.AS_EXPECTED),
        ({"came": 40, "recorded": 40, "p0": 1}, Verdict.AS_EXPECTED),
    ],
)
def test_the_first_word_that_applies_is_said(counts, word):
    assert judge(counts.pop("came"), counts.pop("recorded"), **counts) == word


@given(SOME, st.integers(0, 5), RATES)
def test_every_network_gets_one_word_and_three_bookings_are_never_flagged(counts, surgeries, p0):
    came, recorded = counts

    word = judge(came, recorded, surgeries=surgeries, p0=p0)

    assert word in Verdict
    assert (word == Verdict.TOO_FEW) == (recorded < 10 or surgeries < 3)
