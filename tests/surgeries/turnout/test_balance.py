from datetime import timedelta

import pytest

from surgeries.rules.helpers import Balance
from surgeries.states import BookingState, HelpingState, HelpingStyle, Outcome, SurgeryState
from surgeries.turnout.balance import expected_arrivals, help_on
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user())


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(10, 10))


def evening_before(series, weeks, *, came=0, stayed_away=0, walk_ins=0, **fields):
    """An evening some weeks before NOW, with its register filled in."""
    on = (NOW - 7 * weeks * DAY).date()
    surgery = factories.create_surgery(series=series, on=on, places=(came + stayed_away,), **fields)
    for _ in range(came):
        factories.create_booking(surgery=surgery, outcome=Outcome.CAME)
    for _ in range(stayed_away):
        factories.create_booking(surgery=surgery, outcome=Outcome.DID_NOT_COME)
    for _ in range(walk_ins):
        factories.create_booking(surgery=surgery, walked_in=True, outcome=Outcome.CAME)
    return surgery


def test_without_a_past_65_of_100_come_and_nobody_walks_in(surgery):
    for _ in range(4):
        factories.create_booking(surgery=surgery)
    assert expected_arrivals(surgery, NOW) == pytest.approx(4 * 0.65)


def test_the_common_rate_is_learned_from_30_bookings_on(series, surgery):
    evening_before(series, 1, came=24, stayed_away=6)
    factories.create_booking(surgery=surgery)
    assert expected_arrivals(surgery, NOW) == pytest.approx(0.8)


def test_who_waits_counts_and_who_cancelled_or_walked_in_does_not(surgery):
    factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    factories.create_booking(surgery=surgery, state=BookingState.DISPLACED)
    factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    factories.create_booking(surgery=surgery, walked_in=True, outcome=Outcome.CAME)
    assert expected_arrivals(surgery, NOW) == pytest.approx(2 * 0.65)


def test_walk_ins_are_the_mean_of_the_last_six_recorded_evenings(series, surgery):
    for weeks in range(1, 7):
        evening_before(series, weeks, walk_ins=1 + (weeks == 1))
    evening_before(series, 7, walk_ins=90)
    evening_before(series, 8, came=0)  # nothing written down
    assert expected_arrivals(surgery, NOW) == pytest.approx(7 / 6)


def test_an_evening_without_a_walk_in_counts_and_one_without_a_register_does_not(series, surgery):
    evening_before(series, 1, came=1)
    evening_before(series, 2, walk_ins=1)
    forgotten = evening_before(series, 3)
    factories.create_booking(surgery=forgotten, imported=True)
    assert expected_arrivals(surgery, NOW) == pytest.approx(0.5)


def test_other_series_later_evenings_and_cancelled_ones_teach_nothing(series, surgery):
    evening_before(factories.create_series(), 1, came=30, walk_ins=9)
    evening_before(series, 2, came=30, walk_ins=9, state=SurgeryState.CANCELLED)
    evening_before(series, -2, walk_ins=9)
    factories.create_booking(surgery=surgery)
    assert expected_arrivals(surgery, NOW) == pytest.approx(0.65)
    after = surgery.ends_at + 30 * DAY
    assert expected_arrivals(surgery, after) == pytest.approx(0.65)


def test_the_organiser_counts_unless_she_unticks_herself(surgery):
    factories.create_helping(surgery=surgery)
    factories.create_helping(surgery=surgery, style=HelpingStyle.SIT_BESIDE)
    factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    factories.create_helping(surgery=surgery, state=HelpingState.WITHDRAWN)
    assert (help_on(surgery, NOW).helpers, help_on(surgery, NOW).adults) == (2, 3)
    surgery.organiser_helps = False
    assert (help_on(surgery, NOW).helpers, help_on(surgery, NOW).adults) == (1, 2)


def test_the_balance_goes_both_ways(surgery):
    assert help_on(surgery, NOW).balance == Balance.SPARE
    for _ in range(3):
        factories.create_booking(surgery=surgery)
    assert help_on(surgery, NOW).balance == Balance.FINE
    factories.create_booking(surgery=surgery)
    assert help_on(surgery, NOW).balance == Balance.ASK


def test_there_is_no_balance_before_booking_opens_nor_after_the_end(series, surgery):
    later = factories.create_surgery(series=series, on=WEDNESDAY + 60 * DAY)
    assert help_on(later, NOW).balance is None
    assert help_on(surgery, surgery.ends_at).balance is None


def test_nobody_is_let_off_while_two_adults_are_all_there_are(surgery):
    first = factories.create_helping(surgery=surgery)
    assert help_on(surgery, NOW).balance == Balance.SPARE
    assert not help_on(surgery, NOW).may_let_off
    factories.create_helping(surgery=surgery)
    assert help_on(surgery, NOW).may_let_off
    first.state = HelpingState.WITHDRAWN
    first.save()
    assert not help_on(surgery, NOW).may_let_off


def test_the_two_adults_rule_speaks_in_the_last_24_hours_until_the_end(surgery):
    """R43: one helper who is the organiser is a warning."""
    assert not help_on(surgery, surgery.starts_at - 25 * DAY / 24).is_short_of_adults
    assert help_on(surgery, surgery.starts_at - DAY).is_short_of_adults
    assert help_on(surgery, surgery.starts_at + DAY / 24).is_short_of_adults
    assert not help_on(surgery, surgery.ends_at).is_short_of_adults
    factories.create_helping(surgery=surgery)
    assert not help_on(surgery, surgery.starts_at - DAY).is_short_of_adults


@pytest.mark.parametrize("rows", [1, 3])
def test_the_help_of_an_evening_costs_four_statements(surgery, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.create_helping(surgery=surgery)
        factories.create_booking(surgery=surgery)
        evening_before(surgery.series, 1 + rows + _, came=1, walk_ins=1)
    with django_assert_num_queries(4):
        help = help_on(surgery, NOW)
        assert [helping.is_ready for helping in help.helpings] == [False] * rows
        assert help.balance
