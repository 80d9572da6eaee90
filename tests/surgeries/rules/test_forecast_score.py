import pytest

from surgeries.rules.forecast_score import Foretold, Score, score


def test_a_score_by_hand():
    said = [
        Foretold("a", 0.9, came=True, same_day=False),
        Foretold("a", 0.9, came=True, same_day=False),
        Foretold("b", 0.99, came=False, same_day=True),
    ]
    found = score(said)
    assert (found.groups, found.bookings) == (2, 3)
    assert found.error == pytest.approx((0.2**2 + 0.99**2) / 2)
    assert found.brier == pytest.approx((0.1**2 + 0.1**2 + 0.99**2) / 3)
    assert found.coverage == 0.5  # 1 to 2 came true, 1 to 1 did not


def test_who_is_always_right_has_no_error():
    said = [Foretold(n, float(n % 2), came=bool(n % 2), same_day=False) for n in range(4)]
    assert score(said) == Score(groups=4, bookings=4, error=0, brier=0, coverage=1)
