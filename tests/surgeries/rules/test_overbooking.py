"""Places worth opening: the table of domain.md B.6, worked out exactly, and its caps (R35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.forecast import People
from surgeries.rules.overbooking import OVERFLOW, room_for, worth_opening
from surgeries.rules.turnout import chance_of_at_least

NOBODY = [1.0]
TABLE = {  # places: bookings at 50, 60, 70 and 80%; domain.md says 11 of 8 at 60%, which is 11.9%
    4: (5, 5, 4, 4),
    5: (7, 6, 5, 5),
    6: (9, 7, 7, 6),
    8: (12, 10, 9, 8),
    10: (15, 13, 12, 11),
    12: (19, 16, 14, 13),
    16: (26, 22, 19, 18),
    20: (33, 28, 25, 22),
}


@pytest.mark.parametrize("places", TABLE)
def test_the_table_of_b6(places):
    found = tuple(room_for(places, NOBODY, chance) for chance in (0.5, 0.6, 0.7, 0.8))
    assert found == TABLE[places]


@given(st.integers(1, 25), st.floats(0.3, 1))
def test_one_more_would_be_too_many(places, chance):
    most = room_for(places, NOBODY, chance)
    assert chance_of_at_least(places + 1, most, chance) <= OVERFLOW + 1e-9
    assert chance_of_at_least(places + 1, most + 1, chance) > OVERFLOW - 1e-9


def worth(chairs, chance, *, places=None, walk_ins=0.0):
    places = places or chairs
    spread = People(((chance, places),), walk_ins).spread
    return worth_opening(chairs=chairs, places=places, spread=spread, chance=chance)


def test_five_places_get_none_and_ten_at_70_two():
    assert (worth(5, 0.7), worth(10, 0.7)) == (0, 2)


def test_two_more_are_the_most_under_12_and_a_fifth_above():
    assert (worth(11, 0.3), worth(12, 0.3), worth(20, 0.3)) == (2, 2, 4)


def test_what_is_opened_already_counts_and_a_small_room_gets_none():
    assert [worth(10, 0.7, places=places) for places in (9, 11, 12, 13)] == [0, 1, 0, 0]


def test_walk_ins_take_chairs_too():
    assert worth(10, 0.7, walk_ins=2) == 0
    assert worth(10, 1.0) == 0
