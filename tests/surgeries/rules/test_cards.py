"""When a card is shown, and when it rests: worked values and what holds for every number."""

import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surgeries.rules.cards import (
    before_and_since,
    is_quiet,
    lives_off,
    rests,
    sent_too_few,
    turned_up_too_few,
)
from surgeries.rules.turnout import ENOUGH_RECORDED
from surgeries.states import CardKind
from tests.factories import NOW

people = st.integers(min_value=0, max_value=40)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("sent", "hoped_for", "too_few"),
    [
        ([2, 1], 2, True),
        ([2, 2], 2, False),
        ([0, 4], 2, False),
        ([0, 3, 9], 2, True),  # the evening before those two does not help
        ([0, 0], None, False),  # she hoped for nothing in particular
        ([0], 3, False),  # one evening says nothing
        ([], 3, False),
    ],
)
def test_fewer_than_she_hoped_over_two_evenings(sent, hoped_for, too_few):
    assert sent_too_few(sent, hoped_for) is too_few


@pytest.mark.parametrize(
    ("came", "recorded", "booked", "p0", "too_few"),
    [
        (9, 20, 20, 0.7, True),  # domain.md, R58
        (10, 20, 20, 0.7, False),
        (3, 10, 10, 0.7, True),  # P(X <= 3) = 0.0106
        (4, 10, 10, 0.7, False),  # P(X <= 4) = 0.0473
        (0, 9, 9, 0.7, False),  # under ten nothing is said
        (3, 10, 13, 0.7, False),  # the register is not complete
        (0, 0, 0, 0.7, False),
        (3, 10, 10, 1.0, False),
    ],
)
def test_turning_up_below_the_exact_limit(came, recorded, booked, p0, too_few):
    assert turned_up_too_few(came=came, recorded=recorded, booked=booked, p0=p0) is too_few


@pytest.mark.parametrize(
    ("sent", "quiet"),
    [
        ([0, 0, 0, 2], True),
        ([0, 0, 1, 2], False),
        ([0, 0, 0], False),  # never heard of
        ([0, 0, 0, 0], False),
        ([0, 0], False),
        ([], False),
    ],
)
def test_quiet_is_three_evenings_after_having_been_heard_of(sent, quiet):
    assert is_quiet(sent) is quiet


@pytest.mark.parametrize(
    ("came", "evenings", "most"),
    [
        ({1: 6, 2: 4}, 3, 1),
        ({1: 5, 2: 4}, 3, None),  # nine people
        ({1: 59, 2: 41}, 3, None),
        ({1: 6, None: 4}, 3, 1),
        ({1: 5, None: 5}, 3, None),  # those not known may be somebody else's
        ({None: 12}, 3, None),
        ({1: 20}, 2, None),
        ({}, 3, None),
    ],
)
def test_a_series_lives_off_the_network_that_brings_six_in_ten(came, evenings, most):
    assert lives_off(came, evenings) == most


@pytest.mark.parametrize(
    ("kind", "since", "then", "now", "rest"),
    [
        (CardKind.NOT_WORKING, 0, 3, 3, True),
        (CardKind.NOT_WORKING, 1, 3, 4, False),
        (CardKind.NOT_WORKING, 3, 3, 2, True),
        (CardKind.NOT_WORKING, 4, 3, 2, False),
        (CardKind.ONE_NETWORK, 2, 60, 69, True),
        (CardKind.ONE_NETWORK, 2, 60, 70, False),
        (CardKind.QUIET, 3, 0, 9, True),
        (CardKind.QUIET, 4, 0, 0, False),
        (CardKind.NEVER_ASKED, 3, 0, 0, True),
    ],
)
def test_what_was_put_aside_comes_back_when_worse_or_after_four_evenings(
    kind, since, then, now, rest
):
    assert rests(kind, evenings_since=since, then=then, now=now) is rest


def test_two_evenings_before_are_compared_with_two_since():
    starts = [NOW - DAY * days for days in (1, 8, 15, 22, 29)]
    assert before_and_since(starts, NOW - DAY * 16) == ([4, 3], [2, 1])
    assert before_and_since(starts, NOW) == ([1, 0], [])
    assert before_and_since(starts, NOW - DAY * 40) == ([], [4, 3])
    assert before_and_since([], NOW) == ([], [])


@given(st.lists(people, max_size=12), st.integers(1, 200))
def test_more_people_never_make_it_too_few(sent, hoped_for):
    if not sent_too_few(sent, hoped_for):
        assert not sent_too_few([number + 1 for number in sent], hoped_for)


@given(people, people, st.floats(0.01, 0.99))
def test_one_more_who_came_never_raises_a_card(came, stayed_away, p0):
    recorded = came + stayed_away
    assume(recorded >= ENOUGH_RECORDED)  # the tenth who is recorded may be the one too few
    if not turned_up_too_few(came=came, recorded=recorded, booked=recorded, p0=p0):
        assert not turned_up_too_few(
            came=came + 1, recorded=recorded + 1, booked=recorded + 1, p0=p0
        )


@given(st.dictionaries(st.integers(1, 5), people))
def test_at_most_one_network_can_be_the_one(came):
    most = lives_off(came, 3)
    assert most is None or all(came[most] > came[other] for other in came if other != most)


@given(st.lists(st.integers(0, 100), unique=True, max_size=12), st.integers(0, 100))
def test_no_evening_is_both_before_and_since(days, answered):
    starts = [NOW + DAY * day for day in sorted(days, reverse=True)]
    before, since = before_and_since(starts, NOW + DAY * answered)
    assert not {*before} & {*since}
    assert all(starts[a] < starts[b] for a in before for b in since)
    assert max(len(before), len(since)) <= 2
