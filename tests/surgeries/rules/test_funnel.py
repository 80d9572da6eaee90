"""Limits of the funnel plot: the worked values of domain.md C.2, and exact everywhere."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.funnel import ALARM, ALERT, limits, points, where


@pytest.mark.parametrize(
    ("recorded", "within"),
    [(10, (4, 10)), (15, (7, 14)), (20, (10, 18)), (30, (16, 26)), (50, (28, 41)), (3, (0, 3))],
)
def test_the_limits_around_70_per_cent_are_the_worked_ones(recorded, within):
    assert limits(recorded, 0.7, ALERT) == within


@given(st.integers(1, 60), st.floats(0.02, 0.98), st.sampled_from([ALERT, ALARM]))
def test_the_limits_are_exact(recorded, p0, tail):
    chances = [comb(recorded, k) * p0**k * (1 - p0) ** (recorded - k) for k in range(recorded + 1)]
    fewest, most = limits(recorded, p0, tail)
    assert fewest == 0 or sum(chances[:fewest]) < tail * (1 + 1e-9)
    assert sum(chances[: fewest + 1]) >= tail * (1 - 1e-9)
    assert most == recorded or sum(chances[most + 1 :]) < tail * (1 + 1e-9)
    assert sum(chances[most:]) >= tail * (1 - 1e-9)


@pytest.mark.parametrize(
    ("came", "found"), [(9, -1), (10, 0), (14, 0), (18, 0), (19, 1), (6, -2), (20, 2), (5, -2)]
)
def test_where_a_network_stands(came, found):
    assert where(came, 20, 0.7) == found


@pytest.mark.parametrize("p0", [0.0, 1.0])
def test_where_everybody_came_or_nobody_nothing_is_remarkable(p0):
    assert where(round(20 * p0), 20, p0) == 0


def test_thousands_of_bookings_are_no_trouble():
    fewest, most = limits(50_000, 0.7, ALARM)
    assert 34_600 < fewest < 35_000 < most < 35_400


def test_limits_are_drawn_at_every_number_while_there_are_few():
    assert points(5) == [1, 2, 3, 4, 5]
    many = points(10_000)
    assert (many[0], many[-1], len(many) < 60) == (1, 10_000, True)
