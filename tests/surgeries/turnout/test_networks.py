"""Turnout by network: every figure of model.md, and the list behind it."""

import datetime
from datetime import date

import pytest

from surgeries.states import BookingState, Outcome, SurgeryState, Verdict
from surgeries.turnout.networks import FIGURES, bookings_behind, turnout_by_network
from tests.factories import (
    NOW,
    create_attendee,
    create_booking,
    create_network,
    create_series,
    create_surgery,
)

CAME, AWAY, UNTOLD = Outcome.CAME, Outcome.DID_NOT_COME, Outcome.NOT_RECORDED
JULY, AUGUST, SEPTEMBER = date(2026, 7, 8), date(2026, 8, 12), date(2026, 9, 9)


@pytest.fixture
def series(db):
    return create_series()


@pytest.fixture
def choir(series):
    return create_network(series=series, name="Chœur d’Été")


def evening(series, on, **fields):
    return create_surgery(series=series, on=on, places=(), **fields)


def write(surgery, network, *outcomes, **fields):
    """One imported booking for each outcome: none of them holds a place."""
    fields.setdefault("imported", True)
    return [create_booking(surgery=surgery, network=network, outcome=o, **fields) for o in outcomes]


def row_of(turnout, name):
    return next(row for row in turnout.networks if row.network == name)


def test_figures_count_what_they_say(series, choir):
    july, august = evening(series, JULY), evening(series, AUGUST)
    write(july, choir, CAME, CAME, AWAY, UNTOLD)
    write(august, choir, CAME)
    write(august, choir, CAME, walked_in=True)
    write(evening(series, SEPTEMBER), choir, UNTOLD)

    row = row_of(turnout_by_network(series, now=NOW), choir.name)

    assert (row.booked, row.recorded, row.came, row.did_not_come) == (6, 4, 3, 1)
    assert (row.walk_ins, row.new_people, row.surgeries) == (1, 4, 2)
    assert (row.rate, row.completeness) == (3 / 4, 4 / 6)
    assert row.p0 == 16 / 24
    assert row.shrunken == (3 + 10 * row.p0) / 14
    assert row.wilson == pytest.approx((0.3006, 0.9544), abs=0.0001)
    assert row.verdict == Verdict.TOO_FEW


def test_what_is_not_so_is_not_counted(series, choir):
    """Cancelled bookings, cancelled surgeries, surgeries to come, another series."""
    july = evening(series, JULY)
    write(july, choir, AWAY)
    write(july, choir, CAME, state=BookingState.CANCELLED)
    write(evening(series, AUGUST, state=SurgeryState.CANCELLED), choir, CAME)
    write(evening(series, date(2026, 11, 11)), choir, CAME)
    other = create_series()
    write(evening(other, JULY), create_network(series=other), CAME)

    turnout = turnout_by_network(series, now=NOW)

    assert [(row.network, row.booked, row.came) for row in turnout.networks] == [(choir.name, 1, 0)]
    assert (turnout.through_the_door, turnout.new_people) == (0, 0)


def test_a_surgery_counts_from_the_moment_it_starts(series, choir):
    tonight = evening(series, NOW.date())
    write(tonight, choir, CAME)
    tick = datetime.timedelta(seconds=1)

    assert turnout_by_network(series, now=tonight.starts_at - tick).networks == ()
    assert turnout_by_network(series, now=tonight.starts_at).came == 1


def test_a_period_is_inclusive_by_local_dates(series, choir):
    for people, on in ((1, JULY), (2, AUGUST), (4, SEPTEMBER)):
        write(evening(series, on), choir, *[CAME] * people)

    def came(**period):
        turnout = turnout_by_network(series, now=NOW, **period)
        return turnout.came, turnout.evenings

    assert came(from_=AUGUST) == (2 + 4, 2)
    assert came(to=AUGUST) == (1 + 2, 2)
    assert came(from_=AUGUST, to=AUGUST) == (2, 1)
    assert came(from_=SEPTEMBER, to=JULY) == (0, 0)


def test_the_most_people_come_first_then_the_name_by_code_point(series):
    july = evening(series, JULY)
    for name, people in (("beta", 1), ("Zoo", 1), ("Álamo", 1), ("alpha", 2), ("Empty", 0)):
        write(july, create_network(series=series, name=name), *[CAME] * people, AWAY)
    write(july, None, CAME)

    names = [row.network for row in turnout_by_network(series, now=NOW).networks]

    assert names == ["alpha", "Not known", "Zoo", "beta", "Álamo", "Empty"]


def test_not_known_has_figures_and_no_verdict(series):
    for on in (JULY, AUGUST, SEPTEMBER):
        write(evening(series, on), None, *[CAME] * 20)

    (row,) = turnout_by_network(series, now=NOW).networks

    assert (row.network, row.pk, row.came, row.rate) == ("Not known", None, 60, 1.0)
    assert row.verdict is None


def test_new_people_count_under_the_network_of_their_first_time(series, choir):
    scouts = create_network(series=series, name="Scouts")
    amina = create_attendee(series=series)
    july, august, september = (evening(series, on) for on in (JULY, AUGUST, SEPTEMBER))
    write(july, scouts, AWAY, attendee=amina)
    write(august, choir, CAME, attendee=amina, walked_in=True)
    write(september, scouts, CAME, attendee=amina)

    always = turnout_by_network(series, now=NOW)
    since_september = turnout_by_network(series, now=NOW, from_=SEPTEMBER)

    assert {row.network: row.new_people for row in always.networks} == {choir.name: 1, "Scouts": 0}
    assert since_september.new_people == 0


def test_two_bookings_on_the_first_evening_are_one_new_person(series, choir):
    amina = create_attendee(series=series)
    write(evening(series, JULY), choir, CAME, CAME, attendee=amina)

    assert turnout_by_network(series, now=NOW).new_people == 1


def test_a_head_count_is_through_the_door_and_in_no_rate(series, choir):
    evening(series, JULY, head_count=7)
    august = evening(series, AUGUST, head_count=2)
    write(august, choir, CAME, AWAY)
    write(august, choir, CAME, walked_in=True)

    turnout = turnout_by_network(series, now=NOW)

    assert turnout.through_the_door == 1 + 1 + 9
    assert (turnout.recorded, turnout.rate, turnout.surgeries) == (2, 0.5, 1)
    assert row_of(turnout, choir.name).people == 2


def test_a_register_nobody_filled_in_is_left_out_and_known(series, choir):
    write(evening(series, JULY), choir, UNTOLD, UNTOLD)
    write(evening(series, AUGUST), choir, CAME, UNTOLD)
    evening(series, SEPTEMBER)

    turnout = turnout_by_network(series, now=NOW)

    assert [(e.on, e.booked) for e in turnout.left_out] == [(JULY, 2)]
    assert (turnout.booked, turnout.recorded, turnout.surgeries) == (4, 1, 1)


def test_nothing_at_all_has_no_rate(series):
    turnout = turnout_by_network(series, now=NOW)

    assert (turnout.networks, turnout.rate, turnout.through_the_door) == ((), None, 0)


def test_every_word_is_said_of_whom_it_is_true(series):
    evenings = [evening(series, on) for on in (JULY, AUGUST, SEPTEMBER)]

    def spread(name, came, away, untold=0):
        network = create_network(series=series, name=name)
        outcomes = [CAME] * came + [AWAY] * away + [UNTOLD] * untold
        for number, outcome in enumerate(outcomes):
            write(evenings[number % 3], network, outcome)

    spread("Usual", 35, 15)
    spread("Quiet", 5, 15)
    spread("Eager", 29, 1)
    spread("Half told", 9, 1, 3)
    spread("Few", 4, 0)

    assert {row.network: row.verdict for row in turnout_by_network(series, now=NOW).networks} == {
        "Usual": Verdict.AS_EXPECTED,
        "Quiet": Verdict.PHONE_CALL,
        "Eager": Verdict.GOING_WELL,
        "Half told": Verdict.INCOMPLETE,
        "Few": Verdict.TOO_FEW,
    }


@pytest.mark.parametrize("figure", [*FIGURES, "new_people"])
def test_the_list_behind_a_number_is_as_long_as_the_number(series, choir, figure):
    for on in (JULY, AUGUST, SEPTEMBER):
        write(evening(series, on), choir, CAME, AWAY, UNTOLD)
        write(evening(series, on.replace(day=20)), None, CAME, walked_in=True)
        cancelled = {"state": BookingState.CANCELLED}
        write(evening(series, on.replace(day=21)), choir, CAME, **cancelled)
    period = {"now": NOW, "from_": AUGUST, "to": date(2026, 9, 30)}
    turnout = turnout_by_network(series, **period)

    assert len(turnout.networks) == 2
    for row in turnout.networks:
        behind = bookings_behind(series, **period, figure=figure, network=row.pk)
        assert behind.count() == getattr(row, figure)
    everyone = bookings_behind(series, **period, figure=figure)
    assert everyone.count() == sum(getattr(row, figure) for row in turnout.networks)


@pytest.mark.parametrize("number", [1, 3])
def test_the_figures_are_one_query(series, number, django_assert_num_queries):
    for day in range(1, number + 1):
        write(evening(series, date(2026, 7, day)), create_network(series=series), CAME, UNTOLD)

    with django_assert_num_queries(1):
        turnout = turnout_by_network(series, now=NOW, from_=JULY.replace(day=1))

    assert len(turnout.networks) == number
