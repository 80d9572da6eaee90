"""A connector's name and contact are kept only with that person's own yes (issue 4)."""

import pytest
from django.db import IntegrityError

from surgeries.actions.connectors import (
    find_or_make_connector,
    put_connector_away,
    write_connector,
)
from surgeries.actions.sharing import pass_on
from surgeries.models import Connector
from surgeries.refusals import Refused
from surgeries.turnout.attribution import attribute
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SHARON = {
    "name": "Sharon O’Neill",
    "role": "the caretaker",
    "contact": "+447400123456",
    "ask_by": "call",
    "note": "Not on Fridays",
    "shown": True,
    "digest": True,
}


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def network():
    return factories.create_network(series=factories.create_series(), name="Highgate Tenants")


def write(network, olu, connector=None, *, agreed=True, now=NOW, **said):
    return write_connector(network, connector, agreed=agreed, by=olu, now=now, **SHARON | said)


def test_with_her_yes_all_of_it_is_kept_and_her_page_has_an_address(network, olu):
    sharon = write(network, olu)
    sharon.refresh_from_db()
    assert (sharon.name, sharon.key, sharon.contact) == (
        "Sharon O’Neill",
        "sharon o’neill",
        "+447400123456",
    )
    assert {sharon.agreed_at, sharon.name_shown_from, sharon.digest_from} == {NOW}
    assert Connector.objects.by_secret(sharon.secret).get() == sharon


def test_without_it_she_is_her_role_and_the_rest_is_forgotten(network, olu):
    sharon = write(network, olu, write(network, olu), agreed=False)
    sharon.refresh_from_db()
    assert (str(sharon), sharon.name, sharon.key, sharon.contact) == ("the caretaker", "", "", "")
    assert (sharon.agreed_at, sharon.name_shown_from, sharon.digest_from) == (None, None, None)


def test_a_yes_keeps_its_day_until_it_is_taken_back(network, olu):
    later = NOW.replace(day=9)
    sharon = write(network, olu)
    assert write(network, olu, sharon, now=later).name_shown_from == NOW
    assert write(network, olu, sharon, now=later, shown=False).name_shown_from is None
    assert write(network, olu, sharon, now=later).name_shown_from == later


def test_only_a_name_can_be_shown(network, olu):
    assert write(network, olu, name="").name_shown_from is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "", "role": " "}, "role"),
        ({"agreed": False, "role": ""}, "role"),
        ({"name": "BEV"}, "name"),
        ({"contact": None}, "contact"),
    ],
)
def test_what_is_missing_or_taken_is_refused_and_leaves_no_trace(network, olu, said, field):
    factories.create_connector(network=network, name="Bev")
    with pytest.raises(Refused) as refused:
        write(network, olu, **said)
    assert (refused.value.field, Connector.objects.count()) == (field, 1)


@pytest.mark.parametrize("kept", [{"name": "Sharon"}, {"contact": "sharon@example.org"}])
def test_the_database_keeps_no_name_and_no_contact_without_a_yes(network, kept):
    values = {"name": "", "role": "the caretaker", "agreed_at": None} | kept
    with pytest.raises(IntegrityError, match="is_kept_with_her_yes"):
        factories.create_connector(network=network, **values)


def test_one_put_away_is_asked_no_longer_and_her_link_still_counts(network, olu):
    link = pass_on(network.series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW)
    put_connector_away(link.connector, away=True, by=olu, now=NOW)
    assert not Connector.objects.current().exists()
    assert attribute(network.series, code=link.code).credited_connector == (link.connector)
    put_connector_away(link.connector, away=False, by=olu, now=NOW)
    assert list(Connector.objects.current()) == [link.connector]


def test_a_name_without_a_yes_makes_nobody(network):
    assert find_or_make_connector(network, name="Sharon", agreed=False, now=NOW) is None
    assert not Connector.objects.exists()
