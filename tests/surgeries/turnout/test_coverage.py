"""How we know who told people, and how often what they said is what they followed."""

import pytest

from surgeries.states import BookingState, Outcome
from surgeries.turnout.coverage import SOURCES, bookings_known_by, coverage
from tests.factories import NOW, create_booking, create_network, create_series, create_surgery
from tests.surgeries.turnout.test_way import JUNE, MAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    series = create_series()
    choir, tenants = (create_network(series=series, name=name) for name in ("Choir", "Tenants"))
    surgery = create_surgery(series=series, on=MAY)
    for said, followed, words in (
        (choir, None, "Choir"),
        (choir, choir, "Choir"),
        (choir, choir, "Choir"),
        (tenants, choir, "Tenants"),
        (None, choir, ""),
        (None, None, "a man on the bus"),
        (None, None, ""),
    ):
        create_booking(
            surgery=surgery,
            said=words,
            said_network=said,
            followed_network=followed,
            outcome=Outcome.CAME,
            imported=True,
        )
    create_booking(surgery=surgery, said_network=choir, state=BookingState.CANCELLED)
    create_booking(surgery=create_surgery(series=create_series(), on=MAY), imported=True)
    return series


def test_every_booking_is_known_in_one_way(series):
    found = coverage(series, now=NOW)
    assert (found.bookings, found.said, found.followed) == (7, 4, 4)
    ways = (found.only_said, found.only_followed, found.both, found.neither)
    assert ways == (1, 1, 3, 2)
    assert (found.agree, found.agreement, found.not_understood) == (2, 2 / 3, 1)
    assert found.different == 7


@pytest.mark.parametrize("figure", SOURCES)
def test_every_number_has_a_list_of_as_many(series, figure):
    number = getattr(coverage(series, now=NOW), figure)
    assert bookings_known_by(series, now=NOW, figure=figure).count() == number > 0


def test_where_nobody_did_both_there_is_nothing_to_agree_on(series):
    assert coverage(series, now=NOW, from_=JUNE).agreement is None
    assert coverage(series, now=NOW, to=MAY).bookings == 7


def test_it_is_one_statement(series, django_assert_num_queries):
    with django_assert_num_queries(1):
        coverage(series, now=NOW)
