import threading

import pytest
from django.db import IntegrityError, connection

from surgeries.actions.networks import (
    describe_network,
    find_or_make_network,
    pass_on,
    switch_link,
)
from surgeries.models import Connector, InviteLink, Network
from surgeries.refusals import Refused
from surgeries.states import AliasKind, NetworkKind
from surgeries.turnout.attribution import attribute
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def rows():
    return (Network.objects.count(), Connector.objects.count(), InviteLink.objects.count())


@pytest.mark.parametrize("to", ["Sharon at Highgate Tenants", "Sharon, Highgate Tenants"])
def test_a_person_and_her_group_become_a_connector_and_a_network(series, olu, to):
    link = pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert (link.connector.name, link.network.name) == ("Sharon", "Highgate Tenants")
    assert (link.made_by, link.created_at, len(link.code)) == (olu, NOW, 8)
    assert rows() == (1, 1, 1)


def test_without_her_yes_a_persons_name_is_not_kept_and_the_link_is_her_groups(series, olu):
    link = pass_on(series, to="Sharon at Highgate Tenants", by=olu, now=NOW)
    assert (link.connector, link.network.name, rows()) == (None, "Highgate Tenants", (1, 0, 1))
    assert "sharon" not in str(list(Network.objects.values())).casefold()


def test_somebody_we_know_by_her_role_needs_no_name(series, olu):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    caretaker = factories.create_connector(network=tenants, name="", role="the caretaker")
    link = pass_on(series, to="The caretaker at Highgate Tenants", by=olu, now=NOW)
    assert (link.connector, rows()) == (caretaker, (1, 1, 1))


def test_somebody_who_was_put_away_is_taken_up_again_only_with_her_yes(series, olu):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    sharon = factories.create_connector(network=tenants, removed_at=NOW)
    to = "Sharon at Highgate Tenants"
    assert pass_on(series, to=to, by=olu, now=NOW).connector is None
    assert pass_on(series, to=to, agreed=True, by=olu, now=NOW).connector == sharon
    sharon.refresh_from_db()
    assert sharon.removed_at is None


def test_a_name_that_two_networks_know_is_asked_about(series, olu):
    for name in ("Highgate Tenants", "Ladywood Choir"):
        factories.create_connector(network=factories.create_network(series=series, name=name))
    with pytest.raises(Refused) as refused:
        pass_on(series, to="Sharon", agreed=True, by=olu, now=NOW)
    assert (refused.value.field, rows()) == ("which", (2, 2, 0))


def test_a_network_put_away_is_not_passed_on_before_it_is_brought_back(series, olu):
    factories.create_network(series=series, name="Highgate Tenants", removed_at=NOW)
    with pytest.raises(Refused, match="You have put Highgate Tenants away"):
        pass_on(series, to="highgate tenants", by=olu, now=NOW)
    assert rows() == (1, 0, 0)


def test_a_group_alone_becomes_a_network(series, olu):
    link = pass_on(series, to="Ladywood Choir O’Neill", by=olu, now=NOW)
    assert (link.connector, link.network.name) == (None, "Ladywood Choir O’Neill")
    assert rows() == (1, 0, 1)


def test_the_same_answer_again_gets_the_same_link(series, olu):
    first = pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW)
    again = pass_on(series, to=" sharon  AT highgate tenants", agreed=True, by=olu, now=NOW)
    assert again == first
    assert pass_on(series, to="Highgate Tenants", by=olu, now=NOW) != first
    assert rows() == (1, 1, 2)


def test_a_person_we_know_needs_no_group(series, olu):
    first = pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW)
    assert pass_on(series, to="sharon", agreed=True, by=olu, now=NOW) == first


def test_a_known_group_with_at_or_a_comma_in_its_name_is_not_taken_apart(series, olu):
    network = factories.create_network(series=series, name="Women at Work, Ladywood")
    link = pass_on(series, to="women at work, ladywood", by=olu, now=NOW)
    assert (link.network, link.connector) == (network, None)


def test_a_link_that_is_switched_off_is_not_handed_out_again(series, olu):
    first = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    switch_link(first, on=False, by=olu, now=NOW)
    assert pass_on(series, to="Highgate Tenants", by=olu, now=NOW) != first
    assert attribute(series, code=first.code).followed_network == first.network


def test_a_link_can_be_switched_on_again(series, olu):
    link = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    switch_link(link, on=False, by=olu, now=NOW)
    assert switch_link(link, on=True, by=olu, now=NOW).switched_off_at is None


@pytest.mark.parametrize("to", ["", "  ", "\x00\u00a0"])
def test_nobody_is_asked_for_in_a_sentence(series, olu, to):
    with pytest.raises(Refused) as refused:
        pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert refused.value.sentence == "Enter a person or a group, like “Sharon at Highgate Tenants”."
    assert (refused.value.field, rows()) == ("who", (0, 0, 0))


@pytest.mark.parametrize("to", ["x" * 201, "ﬃ" * 200, "x" * 121 + " at Highgate Tenants"])
def test_a_name_too_long_to_keep_leaves_no_trace(series, olu, to):
    with pytest.raises(Refused, match="Shorten the name"):
        pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert rows() == (0, 0, 0)


def test_another_series_keeps_its_own_networks(series, olu):
    theirs = pass_on(factories.create_series(), to="Highgate Tenants", by=olu, now=NOW)
    ours = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    assert theirs.network != ours.network
    assert theirs.code != ours.code


def test_two_networks_of_one_name_are_stopped_by_the_database(series):
    factories.create_network(series=series, name="Ladywood Choir")
    with pytest.raises(IntegrityError, match="one_network_per_name"):
        factories.create_network(series=series, name="ladywood  CHOIR")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_ten_people_who_name_the_same_group_at_once_make_one_network_and_one_link(known):
    olu = factories.create_user()
    series = factories.create_series(organiser=olu)
    if known:
        network = factories.create_network(series=series, name="Highgate Tenants")
        factories.create_connector(network=network)
    barrier = threading.Barrier(10)
    links = []

    def passes_on():
        barrier.wait()
        links.append(pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW))
        connection.close()

    threads = [threading.Thread(target=passes_on) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(links) == 10
    assert rows() == (1, 1, 1)


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
