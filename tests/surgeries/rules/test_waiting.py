"""Who gets a place that has come free (R32, R33)."""

import datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.waiting import Turn, Waiter, give, place_in_queue, turn_of
from tests.factories import NOW

DAY = datetime.timedelta(days=1)
EARLY, LATE = "17:30", "18:15"
TIMES = (EARLY, LATE)


def waiter(party, people=1, accepts=TIMES, turn=Turn.FIRST_TIMER, minutes=0):
    since = NOW + datetime.timedelta(minutes=minutes)
    return Waiter(party, people, frozenset(accepts), turn, since)


def given_to(waiters, free):
    return [(one.party, time) for one, time in give(waiters, free, TIMES)]


@pytest.mark.parametrize(
    ("last_came", "turn"),
    [
        ([None], Turn.FIRST_TIMER),
        ([NOW - 90 * DAY], Turn.NOT_LATELY),
        ([NOW - 89 * DAY], Turn.CAME_LATELY),
        ([NOW - DAY, None], Turn.FIRST_TIMER),
        ([NOW - DAY, NOW - 200 * DAY], Turn.NOT_LATELY),
    ],
)
def test_first_timers_come_before_who_was_here_lately(last_came, turn):
    assert turn_of(was_promised=False, last_came=last_came, now=NOW) == turn
    assert turn_of(was_promised=True, last_came=last_came, now=NOW) == Turn.WAS_PROMISED


def test_within_a_turn_who_asked_first_goes_first():
    queue = [
        waiter("lately", turn=Turn.CAME_LATELY, minutes=-60),
        waiter("second", minutes=1),
        waiter("first"),
        waiter("promised", turn=Turn.WAS_PROMISED, minutes=9),
    ]
    free = {EARLY: 3}
    assert [party for party, _time in given_to(queue, free)] == ["promised", "first", "second"]


def test_a_party_that_does_not_fit_is_passed_over_and_keeps_its_turn():
    queue = [waiter("three", people=3), waiter("one", minutes=1)]
    assert given_to(queue, {EARLY: 2}) == [("one", EARLY)]
    assert given_to(queue, {EARLY: 3}) == [("three", EARLY)]


def test_a_party_is_seated_together_at_the_earliest_time_that_suits():
    assert given_to([waiter("two", people=2)], {EARLY: 1, LATE: 2}) == [("two", LATE)]
    assert given_to([waiter("one")], {EARLY: 1, LATE: 1}) == [("one", EARLY)]
    assert given_to([waiter("one", accepts=[LATE])], {EARLY: 1}) == []


def test_third_means_that_two_others_would_take_the_same_times_first():
    queue = [
        waiter("early", accepts=[EARLY]),
        waiter("late", accepts=[LATE], minutes=1),
        waiter("either", minutes=2),
    ]
    assert [place_in_queue(one, queue) for one in queue] == [1, 1, 3]


WAITERS = st.lists(
    st.builds(
        waiter,
        party=st.uuids().map(str),
        people=st.integers(1, 3),
        accepts=st.sets(st.sampled_from(TIMES), min_size=1),
        turn=st.sampled_from(Turn),
        minutes=st.integers(0, 3),
    ),
    max_size=5,
    unique_by=lambda one: one.party,
)
FREE = st.fixed_dictionaries({time: st.integers(0, 4) for time in TIMES})


@given(WAITERS, FREE)
def test_no_place_is_left_that_a_waiting_party_fits_and_none_is_given_twice(waiters, free):
    given_away = give(waiters, free, TIMES)

    left = dict(free)
    for one, time in given_away:
        left[time] -= one.people
        assert time in one.accepts
    assert min(left.values()) >= 0
    waiting = [one for one in waiters if one not in [got for got, _time in given_away]]
    assert not [one for one in waiting for time in one.accepts if left[time] >= one.people]


@given(WAITERS.filter(lambda waiters: len(waiters) <= 4), FREE)
def test_it_does_not_matter_in_which_order_the_rows_come(waiters, free):
    expected = give(waiters, free, TIMES)
    assert all(give(mixed, free, TIMES) == expected for mixed in permutations(waiters))
