"""What leaves the team: whole quarters, small counts hidden, private names under one (R66, R68)."""

import datetime
from datetime import date

import pytest

from surgeries.states import Outcome
from surgeries.turnout.outside import Line, outside, years_of
from tests.factories import (
    NOW,
    create_booking,
    create_helping,
    create_network,
    create_series,
    create_surgery,
)

CAME, AWAY, UNTOLD = Outcome.CAME, Outcome.DID_NOT_COME, Outcome.NOT_RECORDED
SPRING, SUMMER = date(2026, 2, 11), date(2026, 5, 13)
LATER = datetime.datetime(2027, 3, 1, tzinfo=datetime.UTC)


@pytest.fixture
def series(db):
    return create_series()


def evening(series, on, **fields):
    return create_surgery(series=series, on=on, places=(), **fields)


def came(surgery, network, people, outcome=CAME):
    for _ in range(people):
        create_booking(surgery=surgery, network=network, outcome=outcome, imported=True)


def lines(figures):
    return {line.name: line.counts for line in figures.networks}


def totals(figures):
    return {line.name: line.counts for line in figures.totals}


def test_a_small_count_is_hidden_with_a_second_one(series):
    spring = evening(series, SPRING)
    for name, people in (("Choir", 12), ("Scouts", 3), ("Tenants", 7)):
        came(spring, create_network(series=series, name=name), people)

    figures = outside(series, 2026, now=NOW)

    assert [q.number for q in figures.quarters] == [1, 2, 3]
    assert lines(figures) == {
        "Choir": (12, 0, 0),
        "Scouts": (None, 0, 0),
        "Tenants": (None, 0, 0),
    }
    assert totals(figures)["People who came"] == (22, 0, 0)


def test_private_networks_and_names_nobody_described_are_one_line(series):
    spring = evening(series, SPRING, head_count=9)
    came(spring, create_network(series=series, name="Mosque", private=True), 6)
    came(spring, create_network(series=series, name="Mrs Khan", suggested_from=None), 7)
    came(spring, create_network(series=series, name="Choir"), 8)
    came(spring, None, 5)

    assert outside(series, 2026, now=NOW).networks == (
        Line("Choir", (8, 0, 0), series.networks.get(name="Choir").pk),
        Line("Other networks", (13, 0, 0)),
        Line("Not known", (5, 0, 0)),
        Line("Counted without a name", (9, 0, 0)),
    )


def test_the_year_is_summed_when_all_of_it_is_shown(series):
    choir = create_network(series=series, name="Choir")
    came(evening(series, SPRING), choir, 3)
    came(evening(series, SUMMER), choir, 4)
    came(evening(series, SPRING.replace(day=20)), None, 9)
    came(evening(series, SUMMER.replace(day=20)), None, 8)

    assert lines(outside(series, 2026, now=LATER)) == {
        "Choir": (None, None, 0, 0, 7),
        "Not known": (None, None, 0, 0, 17),
    }


def test_the_order_of_the_names_tells_nothing(series):
    spring = evening(series, SPRING)
    for name, people in (("Zoo", 9), ("Álamo", 6), ("beta", 7)):
        came(spring, create_network(series=series, name=name), people)

    names = [line.name for line in outside(series, 2026, now=NOW).networks]

    assert names == sorted(names, key=str.casefold)


def test_what_there_was_in_all(series):
    spring = evening(series, SPRING)
    for _ in range(3):
        create_helping(surgery=spring)
    create_helping(surgery=spring, state="offered")
    came(spring, None, 6, UNTOLD)
    for number in range(6):
        booking = create_booking(surgery=spring, outcome=CAME, imported=True)
        booking.attendee.group = f"Group {number}"
        booking.attendee.save()
    evening(series, SUMMER)

    assert totals(outside(series, 2026, now=NOW)) == {
        "Surgeries held": (1, 1, 0),
        "People who came": (6, 0, 0),
        "Different groups": (6, 0, 0),
        "Hours given by helpers": (8, 2, 0),
        "Bookings nobody wrote down": (6, 0, 0),
    }


def test_a_quarter_is_shown_four_weeks_after_it_ended(series):
    came(evening(series, SPRING), None, 6)

    def quarters(day):
        now = datetime.datetime(2026, day[0], day[1], 12, tzinfo=datetime.UTC)
        return years_of(series, now), len(outside(series, 2026, now=now).quarters)

    assert quarters((4, 28)) == ([], 0)
    assert quarters((4, 29)) == ([2026], 1)


def test_the_threshold_is_that_of_the_series(series):
    series.hides_below = 10
    series.save()
    spring = evening(series, SPRING)
    came(spring, create_network(series=series, name="Choir"), 9)
    came(spring, None, 30)

    assert lines(outside(series, 2026, now=NOW)) == {
        "Choir": (None, 0, 0),
        "Not known": (None, 0, 0),
    }


@pytest.mark.parametrize("number", [1, 8])
def test_the_statements_do_not_grow(series, number, django_assert_num_queries):
    for day in range(1, number + 1):
        surgery = evening(series, date(2026, 2, day))
        came(surgery, create_network(series=series), 6)
        create_helping(surgery=surgery)

    with django_assert_num_queries(9):
        outside(series, 2026, now=NOW)
