import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.helpers import (
    Balance,
    answer_by,
    balance,
    hours_within,
    is_short_of_adults,
)
from tests.factories import NOW, WEDNESDAY, at

HOUR = datetime.timedelta(hours=1)
STARTS, ENDS = datetime.time(17, 30), datetime.time(19)


@pytest.mark.parametrize(
    ("expected", "helpers", "said"),
    [
        (4.01, 2, Balance.ASK),
        (4.0, 2, Balance.FINE),
        (1.5, 2, Balance.FINE),
        (1.49, 2, Balance.SPARE),
        (0.0, 1, Balance.SPARE),
        (0.0, 0, Balance.ASK),
        (3.0, 0, Balance.ASK),
    ],
)
def test_above_two_people_each_we_ask_and_below_three_quarters_we_spare(expected, helpers, said):
    """R41: 2.0 and 0.75 themselves are fine."""
    assert balance(expected, helpers) == said


@pytest.mark.parametrize(
    ("adults", "before", "short"),
    [
        (1, 24 * HOUR, True),
        (0, HOUR, True),
        (1, 24 * HOUR + datetime.timedelta(seconds=1), False),
        (2, HOUR, False),
    ],
)
def test_two_adults_are_asked_for_in_the_last_24_hours(adults, before, short):
    starts_at = at(WEDNESDAY, 17, 30)
    assert is_short_of_adults(adults, starts_at, starts_at - before) is short


def test_an_offer_is_answered_within_48_hours_and_before_the_start():
    assert answer_by(NOW, NOW + 100 * HOUR) == NOW + 48 * HOUR
    assert answer_by(NOW, NOW + 3 * HOUR) == NOW + 3 * HOUR


@pytest.mark.parametrize(
    ("comes", "leaves", "kept"),
    [
        ((18, 0), (18, 30), ((18, 0), (18, 30))),
        ((17, 30), (19, 0), (None, None)),
        ((17, 0), (20, 0), (None, None)),
        ((18, 15), None, ((18, 15), None)),
        (None, (18, 15), (None, (18, 15))),
        (None, None, (None, None)),
        # The evening moved away from under her hours.
        ((20, 0), (21, 0), (None, None)),
    ],
)
def test_hours_that_are_no_part_of_the_evening_count_for_nothing(comes, leaves, kept):
    times = [clock and datetime.time(*clock) for clock in (comes, leaves)]
    assert hours_within(*times, starts=STARTS, ends=ENDS) == tuple(
        clock and datetime.time(*clock) for clock in kept
    )


@given(st.none() | st.times(), st.none() | st.times())
def test_whatever_she_says_her_hours_lie_inside(comes, leaves):
    kept = hours_within(comes, leaves, starts=STARTS, ends=ENDS)
    assert all(clock is None or STARTS < clock < ENDS for clock in kept)
    assert hours_within(*kept, starts=STARTS, ends=ENDS) == kept
