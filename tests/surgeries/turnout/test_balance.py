import pytest

from surgeries.rules.helpers import Balance
from surgeries.states import HelpingState, HelpingStyle
from surgeries.turnout.balance import help_on
from tests import factories
from tests.factories import NOW, WEDNESDAY
from tests.surgeries.turnout.evenings import DAY, evening_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user())


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(10, 10))


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
def test_the_help_of_an_evening_costs_two_statements(surgery, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.create_helping(surgery=surgery)
        factories.create_booking(surgery=surgery)
        evening_before(surgery.series, 1 + rows + _, came=1, walk_ins=1)
    with django_assert_num_queries(2):
        help = help_on(surgery, NOW)
        assert [helping.is_ready for helping in help.helpings] == [False] * rows
        assert help.balance
