"""Who of us belongs where: with a yes, once, and gone with the person."""

from datetime import timedelta

import pytest

from surgeries.actions.belongings import forget_belonging, note_belonging, say_where_i_belong
from surgeries.actions.merging import merge_networks
from surgeries.actions.privacy import erase_what_is_due
from surgeries.actions.series import remove_member
from surgeries.models import Belonging
from surgeries.refusals import Refused
from surgeries.states import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def olu():
    return factories.create_user()


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def choir(series):
    return factories.create_network(series=series, name="Choir")


@pytest.fixture
def hana(series):
    return factories.create_helper(series=series)


def note(network, kind, row, by, *, agreed=True, now=NOW):
    return note_belonging(network, person=(kind, row), agreed=agreed, by=by, now=now)


def test_nothing_is_written_without_that_persons_yes(choir, hana, olu):
    with pytest.raises(Refused):
        note(choir, "helper", hana, olu, agreed=False)
    assert not Belonging.objects.exists()


def test_said_twice_it_is_one_row_with_the_first_yes(choir, hana, olu):
    first = note(choir, "helper", hana, olu)
    assert note(choir, "helper", hana, olu, now=LATER) == first
    assert Belonging.objects.get().agreed_at == NOW
    forget_belonging(first, by=olu, now=LATER)
    assert not Belonging.objects.exists()


def test_nothing_is_written_of_somebody_who_was_erased(choir, series, olu):
    gone = factories.create_helper(series=series, name="", email="", erased_at=NOW)
    with pytest.raises(Refused):
        note(choir, "helper", gone, olu)


def test_a_helpers_ticks_are_all_there_is_and_a_tick_she_had_keeps_its_time(choir, series, hana):
    lunch = factories.create_network(series=series, name="Lunch")
    mosque = factories.create_network(series=series, name="Mosque")
    say_where_i_belong(hana, [choir, lunch], now=NOW)
    say_where_i_belong(hana, [lunch, mosque], now=LATER)
    rows = Belonging.objects.order_by("network__key").values_list("network", "agreed_at")
    assert list(rows) == [(lunch.pk, NOW), (mosque.pk, LATER)]


def test_it_goes_when_the_person_is_erased(choir, series):
    long_ago = NOW - timedelta(days=800)
    hana = factories.create_helper(series=series, last_active_at=long_ago)
    amina = factories.create_attendee(series=series, last_active_at=long_ago)
    stays = factories.create_belonging(network=choir, helper=factories.create_helper(series=series))
    factories.create_belonging(network=choir, helper=hana)
    factories.create_belonging(network=choir, attendee=amina)
    erase_what_is_due(NOW)
    assert list(Belonging.objects.all()) == [stays]


def test_it_goes_with_the_last_role_in_the_team(choir, series):
    dee = factories.create_user()
    roles = [
        factories.create_member(series=series, user=dee, role=role)
        for role in (Role.HELPER, Role.DOOR)
    ]
    factories.create_belonging(network=choir, user=dee)
    remove_member(roles[0], now=NOW)
    assert Belonging.objects.count() == 1
    remove_member(roles[1], now=NOW)
    assert Belonging.objects.count() == 0


def test_whoever_belongs_to_two_networks_that_are_one_belongs_once(choir, series, hana, olu):
    singers = factories.create_network(series=series, name="Singers")
    bev = factories.create_helper(series=series)
    stays = factories.create_belonging(network=choir, helper=hana)
    factories.create_belonging(network=singers, helper=hana)
    moves = factories.create_belonging(network=singers, helper=bev)
    merge_networks(singers, into=choir, by=olu, now=LATER)
    assert set(Belonging.objects.values_list("pk", "network")) == {
        (stays.pk, choir.pk),
        (moves.pk, choir.pk),
    }
