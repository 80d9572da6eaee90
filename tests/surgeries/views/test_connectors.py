"""The organiser's pages of people in a network, groups, merging and the three lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surgeries.models import Alias, Connector, Group, InviteLink, Network, Prospect
from tests import factories
from tests.factories import NOW
from tests.surgeries.views.visitor import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenants(series):
    return factories.create_network(series=series, name="Highgate Tenants")


def at_central(name, *more):
    return reverse(name, args=["central", *more])


def errors(response):
    return {name: list(said) for name, said in response.context["form"].errors.items()}


# People ---------------------------------------------------------------------------------


def test_a_person_is_written_down_with_what_she_agreed_to(as_olu, tenants):
    said = {
        "role": "the caretaker",
        "agreed": "on",
        "name": "Sharon O’Neill",
        "contact": "07400 123456",
        "ask_by": "call",
        "note": "Not on Fridays",
        "digest": "on",
    }
    response = as_olu.post(at_central("connector_create", tenants.pk), said, follow=True)
    page = words(response)
    sharon = Connector.objects.get()
    assert (sharon.name, sharon.contact, sharon.name_shown_from) == (
        "Sharon O’Neill",
        "+447400123456",
        None,
    )
    for shown in ("Sharon O’Neill", "the caretaker", "Ask by a call.", "Not on Fridays", "07400"):
        assert shown in page, shown
    as_olu.post(at_central("connector_edit", sharon.pk), {"role": "the caretaker"})
    sharon.refresh_from_db()
    assert (sharon.name, sharon.contact, sharon.digest_from) == ("", "", None)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({}, "role", "Say what this person does there"),
        ({"name": "Sharon"}, "agreed", "Tick this once the person agreed"),
        ({"contact": "07400123456", "role": "x"}, "agreed", "Tick this once the person agreed"),
        (
            {"agreed": "on", "name": "Sharon", "contact": "12"},
            "contact",
            "Enter a phone number with 11 digits",
        ),
        ({"agreed": "on", "name": "Sharon", "digest": "on"}, "contact", "Enter where the note"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(as_olu, tenants, said, field, sentence):
    response = as_olu.post(at_central("connector_create", tenants.pk), said)
    assert list(errors(response)) == [field]
    assert errors(response)[field][0].startswith(sentence)
    assert not Connector.objects.exists()


def test_a_person_is_put_away_and_brought_back(as_olu, tenants):
    sharon = factories.create_connector(network=tenants)
    as_olu.post(at_central("connector_away", sharon.pk))
    response = as_olu.get(at_central("network_detail", tenants.pk))
    assert response.context["connectors"] == []
    assert response.context["connectors_away"] == [sharon]
    as_olu.post(at_central("connector_away", sharon.pk), {"back": "yes"})
    assert list(Connector.objects.current()) == [sharon]


def test_one_tap_makes_the_text_for_a_network_or_a_person_in_it(as_olu, tenants):
    bev = factories.create_connector(network=tenants, name="", role="runs the bar, at the back")
    as_olu.post(at_central("link_make", tenants.pk))
    as_olu.post(at_central("link_make", tenants.pk), {"connector": bev.pk})
    plain = InviteLink.objects.filter(passed_on_by="link").order_by("pk")
    assert list(plain.values_list("connector", flat=True)) == [None, bev.pk]
    foreign = factories.create_connector(network=factories.create_network(series=tenants.series))
    for wrong in (foreign.pk, "x", "²"):
        response = as_olu.post(at_central("link_make", tenants.pk), {"connector": wrong})
        assert response.status_code == 404, wrong


# Networks -------------------------------------------------------------------------------


FACTS = {"name": "Ladywood Choir", "kind": "group", "area": "Ladywood"}


def test_a_network_is_added_with_what_she_knows_of_it(as_olu, series):
    facts = FACTS | {"about": "Tuesdays", "hoped_for": "4", "languages": ["en", "ur"]}
    page = words(as_olu.post(at_central("network_create"), facts, follow=True))
    choir = Network.objects.get()
    assert (choir.name, choir.about, choir.hoped_for, choir.languages) == (
        "Ladywood Choir",
        "Tuesdays",
        4,
        ["en", "ur"],
    )
    for shown in ("Tuesdays", "4 people each time", "English, Urdu"):
        assert shown in page, shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "HIGHGATE tenants"}, "name"),
        ({"name": "the flats"}, "name"),
        ({"name": "old club"}, "name"),
        ({"hoped_for": "0"}, "hoped_for"),
        ({"hoped_for": "many"}, "hoped_for"),
        ({"languages": ["xx"]}, "languages"),
        ({"kind": "evil"}, "kind"),
    ],
)
def test_a_network_with_something_wrong_is_not_added(as_olu, series, tenants, wrong, field):
    factories.create_alias(series=series, words="The Flats", network=tenants)
    factories.create_network(series=series, name="Old Club", removed_at=NOW)
    response = as_olu.post(at_central("network_create"), FACTS | wrong)
    assert list(errors(response)) == [field]
    assert Network.objects.count() == 2


def test_a_network_is_put_away_stands_behind_a_link_and_comes_back(as_olu, tenants):
    as_olu.post(at_central("network_away", tenants.pk))
    response = as_olu.get(at_central("network_list"))
    assert (list(response.context["networks"]), response.context["away"]) == ([], 1)
    assert "1 put away" in words(response)
    assert list(as_olu.get(at_central("networks_away")).context["networks"]) == [tenants]
    assert "Bring it back" in words(as_olu.get(at_central("network_detail", tenants.pk)))
    as_olu.post(at_central("network_away", tenants.pk), {"back": "yes"})
    assert list(Network.objects.current()) == [tenants]


def test_two_networks_become_one_after_she_has_seen_what_moves(as_olu, series, tenants):
    flats = factories.create_network(series=series, name="The Flats")
    link = factories.create_link(network=flats)
    address = at_central("network_merge", flats.pk)
    assert list(as_olu.get(address).context["form"].fields["into"].queryset) == [tenants]
    page = words(as_olu.get(address, {"into": tenants.pk}))
    assert ("The Flats is the same as Highgate Tenants?" in page, "1 link" in page) == (True, True)
    assert Network.objects.count() == 2
    as_olu.post(address, {"into": tenants.pk})
    link.refresh_from_db()
    assert (list(Network.objects.all()), link.network) == ([tenants], tenants)
    assert Alias.objects.get().words == "The Flats"


def test_networks_of_others_are_not_merged_with_hers(as_olu, tenants):
    foreign = factories.create_network(series=factories.create_series())
    for into in (foreign.pk, tenants.pk, "x", ""):
        response = as_olu.post(at_central("network_merge", tenants.pk), {"into": into})
        assert list(errors(response)) == ["into"], into
    assert Network.objects.count() == 2


def test_only_an_empty_network_is_deleted(as_olu, tenants):
    link = factories.create_link(network=tenants)
    address = at_central("network_delete", tenants.pk)
    assert "It cannot be deleted" in words(as_olu.get(address))
    assert "Put it away instead" in words(as_olu.post(address))
    link.delete()
    assert "nothing is lost" in words(as_olu.get(address))
    as_olu.post(address)
    assert not Network.objects.exists()


# Groups ---------------------------------------------------------------------------------


def test_a_group_is_in_several_networks_and_counts_its_people_in_any_spelling(
    as_olu, series, tenants
):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    for number, group in enumerate(("Knit & Natter", "knit &  natter", "Other")):
        factories.create_attendee(series=series, group=group, contact=f"a{number}@example.org")
    for network in (tenants, choir):
        as_olu.post(at_central("group_add", network.pk), {"name": "KNIT & natter"})
    group = Group.objects.get()
    assert list(group.networks.order_by("name")) == [tenants, choir]
    response = as_olu.get(at_central("network_detail", tenants.pk))
    assert [(g.name, g.people) for g in response.context["groups"]] == [("KNIT & natter", 2)]
    assert response.context["known_groups"] == ["Other"]
    as_olu.post(at_central("group_remove", tenants.pk, group.pk))
    assert list(group.networks.all()) == [choir]
    as_olu.post(at_central("group_remove", choir.pk, group.pk))
    assert not Group.objects.exists()


def test_a_group_needs_a_name(as_olu, tenants):
    page = words(as_olu.post(at_central("group_add", tenants.pk), {"name": " "}, follow=True))
    assert "Enter the name of the group" in page
    assert not Group.objects.exists()


# The three lists ------------------------------------------------------------------------


def test_the_three_lists_are_filled_asked_and_lead_to_networks(as_olu, series):
    lists = at_central("prospect_lists")
    assert words(as_olu.get(lists)).count("Nobody yet.") == 3
    as_olu.post(lists, {"list": "big_lists", "who": "Bev O’Neill", "note": "has keys"})
    line = Prospect.objects.get()
    as_olu.post(at_central("prospect_asked", line.pk))
    page = words(as_olu.get(lists))
    for shown in ("Bev O’Neill", "has keys", "asked on", "Which network is it?"):
        assert shown in page, shown
    as_olu.post(at_central("prospect_network", line.pk), {"name": "Ladywood School"})
    line.refresh_from_db()
    assert line.network == Network.objects.get()
    assert "Ladywood School" in words(as_olu.get(lists))
    as_olu.post(at_central("prospect_asked", line.pk), {"not_yet": "yes"})
    line.refresh_from_db()
    assert line.asked_at is None
    as_olu.post(at_central("prospect_remove", line.pk))
    assert not Prospect.objects.exists()


@pytest.mark.parametrize(
    "said", [{"list": "might_help", "who": ""}, {"list": "evil", "who": "Bev"}, {"who": "Bev"}]
)
def test_a_line_without_a_name_or_a_list_is_not_kept(as_olu, series, said):
    page = words(as_olu.post(at_central("prospect_lists"), said))
    assert "One thing to put right" in page
    assert not Prospect.objects.exists()


# All of them ----------------------------------------------------------------------------


def test_pages_ask_the_database_the_same_at_1_and_at_100_rows(as_olu, olu, series):
    def fill(series, count):
        network = factories.create_network(series=series)
        for number in range(count):
            factories.create_network(series=series, removed_at=NOW)
            factories.create_connector(network=network, name=f"Bev {number}")
            factories.create_connector(network=network, name=f"Dot {number}", removed_at=NOW)
            name = f"Group {number}"
            factories.create_group(series=series, name=name, networks=[network])
            factories.create_attendee(series=series, group=name, contact=f"a{number}@example.org")
            factories.create_alias(series=series, words=f"word {number}", network=network)
            line = factories.create_prospect(series=series, network=network)
        return network, line

    def statements(name, *where):
        with CaptureQueriesContext(connection) as queries:
            assert as_olu.get(reverse(name, args=where)).status_code == 200
        return len(queries)

    few = fill(series, 1)
    many = fill(factories.create_series(organiser=olu, slug="dudley"), 100)
    for name in ("network_list", "networks_away", "prospect_lists"):
        assert statements(name, "central") == statements(name, "dudley"), name
    for name in ("network_detail", "network_merge", "network_delete"):
        one = statements(name, "central", few[0].pk)
        assert one == statements(name, "dudley", many[0].pk), name
    one = statements("prospect_network", "central", few[1].pk)
    assert one == statements("prospect_network", "dudley", many[1].pk)
