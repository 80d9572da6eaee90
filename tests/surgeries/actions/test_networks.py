import pytest
from django.db import IntegrityError

from surgeries.actions.networks import (
    describe_network,
    find_or_make_network,
)
from surgeries.actions.sharing import pass_on
from surgeries.models import Network
from surgeries.refusals import Refused
from surgeries.states import AliasKind, NetworkKind
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def test_two_networks_of_one_name_are_stopped_by_the_database(series):
    factories.create_network(series=series, name="Ladywood Choir")
    with pytest.raises(IntegrityError, match="one_network_per_name"):
        factories.create_network(series=series, name="ladywood  CHOIR")


# Describing one -------------------------------------------------------------------------


def describe(network, olu, **changes):
    as_it_was = {"name": network.name, "kind": network.kind, "area": "", "private": network.private}
    return describe_network(network, **as_it_was | changes, by=olu, now=NOW)


@pytest.mark.parametrize("kind", ["faith", "health", "support", "union"])
def test_a_sensitive_kind_makes_a_network_private_until_she_says_otherwise(series, olu, kind):
    network = factories.create_network(series=series)
    private = describe(network, olu, kind=kind)
    assert private.private
    assert not describe(private, olu, kind=kind, private=False).private


def test_other_kinds_leave_privacy_as_it_is(series, olu):
    network = factories.create_network(series=series)
    assert not describe(network, olu, kind=NetworkKind.COUNCIL).private


def test_a_network_can_be_spelled_anew_but_not_as_another_one(series, olu):
    network = factories.create_network(series=series, name="highgate tenants")
    factories.create_network(series=series, name="Ladywood Choir")
    factories.create_network(series=factories.create_series(), name="Nechells")
    assert describe(network, olu, name="Highgate Tenants").name == "Highgate Tenants"
    assert describe(network, olu, name="Nechells").key == "nechells"
    with pytest.raises(Refused) as refused:
        describe(network, olu, name="LADYWOOD choir")
    assert refused.value.field == "name"
    network.refresh_from_db()
    assert network.name == "Nechells"


def test_finding_a_network_makes_it_once(series):
    first = find_or_make_network(series, name="Ladywood Choir", now=NOW)
    assert find_or_make_network(series, name=" ladywood choir ", now=NOW) == first


def test_a_name_that_a_network_had_before_finds_it(series):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    factories.create_alias(
        series=series, words="The Singers", network=choir, kind=AliasKind.FORMER_NAME
    )
    assert find_or_make_network(series, name="the singers", now=NOW) == choir
    assert Network.objects.count() == 1


def test_a_name_is_suggested_once_somebody_has_said_what_it_is(series, olu):
    refuge = pass_on(series, to="St Mary’s Refuge", by=olu, now=NOW).network
    tenants = pass_on(series, to="Highgate Tenants", by=olu, now=NOW).network
    assert not Network.objects.suggestible().exists()
    describe(refuge, olu, kind=NetworkKind.SUPPORT)
    describe(tenants, olu)
    assert list(Network.objects.suggestible()) == [tenants]
    describe(tenants, olu, private=True)
    assert not Network.objects.suggestible().exists()
