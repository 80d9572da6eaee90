"""How we know who told people, and how often what they said is what they followed."""

import pytest

from surgeries.states import BookingState, Outcome
from surgeries.turnout.cells import KNOWN_BY
from surgeries.turnout.networks import bookings_behind, turnout_by_network
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


def coverage(series, **period):
    return turnout_by_network(series, now=NOW, **period).coverage


def test_every_booking_is_known_in_one_way(series):
    found = coverage(series)
    assert found.bookings == 7
    ways = (found.only_said, found.only_followed, found.both, found.neither)
    assert ways == (1, 1, 3, 2)
    assert (found.agree, found.agreement, found.not_understood) == (2, 2 / 3, 1)


@pytest.mark.parametrize("figure", KNOWN_BY)
def test_every_number_has_a_list_of_as_many(series, figure):
    number = getattr(coverage(series), figure)
    assert bookings_behind(series, now=NOW, figure=figure).count() == number > 0


def test_where_nobody_did_both_there_is_nothing_to_agree_on(series):
    assert coverage(series, from_=JUNE).agreement is None
    assert coverage(series, to=MAY).bookings == 7
