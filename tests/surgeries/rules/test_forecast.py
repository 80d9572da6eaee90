"""Chances, spreads and ranges: worked values and what holds for all of them."""

from itertools import product
from math import exp, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgeries.rules.forecast import Answer, Kind, Lead, Lesson, People, lead_of, learn, reached

chances = st.floats(0, 1)
groups = st.lists(st.tuples(chances, st.integers(1, 5)), max_size=6).map(tuple)


def kind(*, lead=Lead.DAYS_7, answer=Answer.SILENT, came_before=False, network=1):
    return Kind(lead, answer, came_before, network)


@pytest.mark.parametrize(
    ("days", "lead"),
    [
        (None, Lead.UNKNOWN),
        *((-1, Lead.SAME_DAY), (0, Lead.SAME_DAY), (1, Lead.DAYS_2), (2, Lead.DAYS_2)),
        *((3, Lead.DAYS_7), (7, Lead.DAYS_7), (8, Lead.DAYS_14), (14, Lead.DAYS_14)),
        (15, Lead.LONGER),
    ],
)
def test_days_fall_into_bands(days, lead):
    assert lead_of(days) == lead


# Spread and range


def test_two_bookings_by_hand():
    people = People(((0.5, 1), (0.8, 1)))
    assert people.spread == pytest.approx([0.1, 0.5, 0.4])
    assert (people.booked, people.expected) == (2, pytest.approx(1.3))
    assert (people.low, people.high) == (0, 2)  # 0.1 is reached at 0 already


def test_a_tenth_is_reached_though_the_computer_rounds():
    assert (People(((0.9, 1),)).low, People(((0.9, 1),)).high) == (0, 1)
    assert (People(((0.1, 1),)).low, People(((0.1, 1),)).high) == (0, 0)


def test_walk_ins_are_poisson_on_top():
    people = People((), walk_ins=2.0)
    by_hand = [exp(-2) * 2**k / factorial(k) for k in range(6)]
    assert people.spread[:6] == pytest.approx(by_hand)
    assert (people.low, people.high, people.expected) == (0, 4, 2.0)  # CDF 0.135 and 0.947
    both = People(((1.0, 3),), walk_ins=2.0)
    assert (both.low, both.high, both.expected) == (3, 7, 5.0)


def test_nobody_booked_is_nobody():
    assert (People(()).low, People(()).high, People(()).expected) == (0, 0, 0)


@given(groups)
def test_the_spread_is_exact(groups):
    """Against every way in which they can come or not."""
    each = [chance for chance, number in groups for _one in range(number)][:10]
    people = People(tuple((chance, 1) for chance in each))
    ways = [0.0] * (len(each) + 1)
    for came in product((0, 1), repeat=len(each)):
        way = 1.0
        for comes, chance in zip(came, each, strict=True):
            way *= chance if comes else 1 - chance
        ways[sum(came)] += way
    assert people.spread == pytest.approx(ways, abs=1e-12)


@given(groups, st.floats(0, 20))
def test_a_spread_sums_to_one_and_has_the_expected_mean(groups, walk_ins):
    people = People(groups, walk_ins)
    assert sum(people.spread) == pytest.approx(1)
    mean = sum(number * chance for number, chance in enumerate(people.spread))
    assert mean == pytest.approx(people.expected, abs=1e-6)
    assert 0 <= people.low <= people.high
    assert sum(people.spread[: people.low]) < 0.1
    assert sum(people.spread[: people.high]) < 0.9 <= reached(people.spread, 0.9) + 0.9


# Learning


def lessons_of(*rows):
    """(evening, kind, recorded, came)."""
    return [Lesson(*row) for row in rows]


@pytest.mark.parametrize(
    ("came", "recorded", "p0"), [(0, 0, 0.65), (0, 29, 13 / 49), (20, 29, 33 / 49)]
)
def test_below_30_all_are_p0(came, recorded, p0):
    learned = learn(lessons_of((1, kind(lead=Lead.SAME_DAY), recorded, came)))
    for lead in Lead:
        assert learned.chance(kind(lead=lead)) == pytest.approx(p0)


@pytest.mark.parametrize("came", [0, 40])
def test_when_all_did_the_same_all_are_p0(came):
    assert learn(lessons_of((1, kind(), 40, came))).chance(kind()) == came / 40


def test_where_nothing_differs_everybody_has_the_common_rate():
    rows = [(n, kind(lead=lead, network=n % 3), 10, 7) for n in range(6) for lead in Lead]
    learned = learn(lessons_of(*rows))
    assert not learned.uses_networks
    for lead in Lead:
        assert learned.chance(kind(lead=lead)) == pytest.approx(0.7)
        assert learned.chance_of_new(lead) == pytest.approx(0.7)


def test_a_band_is_drawn_to_the_common_rate_the_more_the_fewer_it_has():
    few = (1, kind(lead=Lead.SAME_DAY), 2, 2)
    many = (1, kind(lead=Lead.SAME_DAY), 200, 200)
    rest = (1, kind(lead=Lead.LONGER), 200, 100)
    little = learn(lessons_of(few, rest)).chance(kind(lead=Lead.SAME_DAY))
    much = learn(lessons_of(many, rest)).chance(kind(lead=Lead.SAME_DAY))
    assert 0.5 < little < 0.65
    assert 0.97 < much < 1


def test_one_evening_alone_says_nothing_about_networks():
    """A group that comes together on one evening is not a better network."""
    rows = [(1, kind(network=1), 30, 30), (1, kind(network=2), 30, 0)]
    assert not learn(lessons_of(*rows)).uses_networks


def test_a_difference_that_does_not_repeat_itself_is_no_difference():
    turns = [(30, 5), (5, 30)] * 3
    rows = [(n, kind(network=w), 30, came[w]) for n, came in enumerate(turns) for w in (0, 1)]
    assert not learn(lessons_of(*rows)).uses_networks


def test_a_difference_that_repeats_itself_is_one():
    rows = [(n, kind(network=w), 10, (9, 3)[w]) for n in range(6) for w in (0, 1)]
    learned = learn(lessons_of(*rows))
    assert learned.uses_networks
    assert 0.8 < learned.chance(kind(network=0)) < 0.9
    assert 0.3 < learned.chance(kind(network=1)) < 0.4
    assert 0.6 < learned.chance(kind(network=7)) < 0.65  # an unknown one: nearly the common rate


kinds = st.builds(
    Kind,
    st.sampled_from(list(Lead)),
    st.sampled_from([Answer.YES, Answer.SILENT]),
    st.booleans(),
    st.sampled_from([None, 1, 2, 3]),
)
some_lessons = st.lists(
    st.builds(
        lambda evening, kind, came, stayed: Lesson(evening, kind, came + stayed, came),
        st.integers(1, 4),
        kinds,
        st.integers(0, 60),
        st.integers(0, 60),
    ),
    max_size=25,
)


@given(some_lessons)
@settings(max_examples=60, deadline=None)
def test_what_is_learned_is_a_chance_and_expects_as_many_as_came(lessons):
    learned = learn(lessons)
    said = [learned.chance(lesson.kind) for lesson in lessons]
    assert all(0 <= chance <= 1 for chance in said)
    if learned.recorded >= 30:
        expected = sum(c * lesson.recorded for c, lesson in zip(said, lessons, strict=True))
        assert expected == pytest.approx(learned.came, rel=0.01, abs=0.5)


@given(some_lessons, kinds)
@settings(max_examples=30, deadline=None)
def test_the_order_of_lessons_does_not_matter(lessons, kind):
    backwards = learn(list(reversed(lessons)))
    assert learn(lessons).chance(kind) == pytest.approx(backwards.chance(kind), abs=0.005)
