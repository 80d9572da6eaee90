"""What leaves the team tells nobody's count (R66)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgeries.rules.suppression import THRESHOLD, suppress, suppress_one, with_totals
from tests.surgeries.rules.attacker import published, recovered

TABLES = st.tuples(st.integers(1, 7), st.integers(1, 4)).flatmap(
    lambda size: st.lists(
        st.lists(
            st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=size[1], max_size=size[1]
        ),
        min_size=size[0],
        max_size=size[0],
    )
)
THRESHOLDS = st.sampled_from([5, 6, 10])


def test_a_small_count_is_hidden_and_the_smallest_other_with_it():
    assert suppress([[12], [3], [7]]) == [[12, 12], [None, None], [None, None], [22, 22]]


def test_large_counts_and_nothing_at_all_are_shown():
    assert suppress([[12, 5], [0, 9]]) == [[12, 5, 17], [0, 9, 9], [12, 14, 26]]


def test_five_single_people_do_not_stand_in_a_total_of_five():
    assert suppress([[1]] * 5) == [[None, None]] * 6


def test_the_total_of_a_row_is_hidden_where_it_would_give_a_count_away():
    shown = suppress([[12, 12], [3, 9], [7, 8], [20, 20]])
    assert shown == [
        [12, 12, 24],
        [None, 9, None],
        [None, 8, None],
        [20, 20, 40],
        [42, 49, 91],
    ]


def test_two_small_counts_of_one_network_may_stand_in_its_total():
    shown = suppress([[3, 4], [9, 8]])
    assert shown == [[None, None, 7], [None, None, 17], [12, 12, 24]]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (41, 41)])
def test_a_count_by_itself(count, shown):
    assert suppress_one(count) == shown


def test_the_threshold_can_be_raised():
    assert suppress_one(9, threshold=10) is None
    assert suppress([[9], [40]], threshold=10) == [[None, None], [None, None], [49, 49]]


def test_a_table_without_rows_has_totals_of_nothing():
    assert suppress([]) == [[]]


@settings(max_examples=300, deadline=None)
@given(TABLES, THRESHOLDS)
def test_whoever_subtracts_finds_no_small_count(counts, threshold):
    assert leaks(counts, threshold) == {}


def leaks(counts, threshold, **how):
    """The small counts that the attacker works out, totals included."""
    found = recovered(list(published(counts, threshold, **how)), len(counts))
    return {cell: count for cell, count in found.items() if 0 < count < threshold}


def test_without_the_second_count_she_does():
    """Negative control."""
    assert leaks([[12], [3], [7]], 5, second=False) == {(1, 0): 3}


@settings(max_examples=100, deadline=None)
@given(TABLES, THRESHOLDS)
def test_what_is_shown_is_true_and_nothing_is_never_hidden(counts, threshold):
    for row, truth in zip(suppress(counts, threshold), with_totals(counts), strict=True):
        for count, true in zip(row, truth, strict=True):
            assert count == true or (count is None and true)
            assert count is None or not 0 < count < threshold


@settings(max_examples=100, deadline=None)
@given(TABLES, THRESHOLDS)
def test_a_period_looks_the_same_alone_and_among_others(counts, threshold):
    together = suppress(counts, threshold)
    for column in range(len(counts[0])):
        alone = suppress([[row[column]] for row in counts], threshold)
        assert [row[0] for row in alone] == [row[column] for row in together]


MANY = st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(MANY)
def test_every_hidden_small_count_could_be_one_that_need_not_be_hidden(counts):
    """Tried by looking at every table there is that would be shown in the same way."""
    shown, truth = suppress(counts), with_totals(counts)
    hidden = {
        (i, j)
        for i, row in enumerate(truth)
        for j, count in enumerate(row)
        if 0 < count < THRESHOLD
    }
    for table in possible(shown, up_to=9):
        sums = with_totals(table)
        hidden -= {(i, j) for i, j in hidden if sums[i][j] >= THRESHOLD}
        if not hidden:
            break
    assert hidden == set()


def possible(shown, up_to):
    """All counts that agree with what is shown: 0 is never hidden."""
    columns = [columns_of(column, up_to) for column in list(zip(*shown, strict=True))[:-1]]
    for chosen in itertools.product(*columns):
        table = [list(row) for row in zip(*chosen, strict=True)]
        if agree(with_totals(table), shown):
            yield table


def columns_of(shown, up_to):
    """Every column of counts that adds up to the total that is shown, if it is."""
    *counts, total = shown
    free = [range(1, up_to + 1) if count is None else [count] for count in counts]
    return [column for column in itertools.product(*free) if total in (None, sum(column))]


def agree(table, shown):
    return all(
        seen in (None, count)
        for row, line in zip(table, shown, strict=True)
        for count, seen in zip(row, line, strict=True)
    )
