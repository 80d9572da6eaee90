import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Connector, InviteLink, Network
from surgeries.states import BookingState, SurgeryState
from surgeries.turnout.networks import turnout_by_network
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenants(series):
    return factories.create_network(series=series, name="Highgate Tenants")


@pytest.fixture
def link(tenants):
    sharon = factories.create_connector(network=tenants, name="Sharon")
    return factories.create_link(network=tenants, connector=sharon, code="abcd2345")


def days(number):
    """The local date so many days from now."""
    return timezone.localdate() + datetime.timedelta(days=number)


def at_central(name, *more):
    return reverse(name, args=["central", *more])


def rows():
    return (Network.objects.count(), Connector.objects.count(), InviteLink.objects.count())


# Who may come in ------------------------------------------------------------------------


def test_a_stranger_finds_nothing(as_stan, tenants, link):
    for address in (
        at_central("network_list"),
        at_central("network_detail", tenants.pk),
        at_central("network_edit", tenants.pk),
        at_central("share"),
        at_central("link_detail", link.pk),
        reverse("network_detail", args=["stans", tenants.pk]),
        reverse("link_detail", args=["stans", link.pk]),
    ):
        assert as_stan.get(address).status_code == 404, address


def test_a_stranger_changes_nothing(as_stan, tenants, link):
    for address in (
        at_central("network_edit", tenants.pk),
        at_central("share"),
        at_central("link_switch", link.pk),
    ):
        assert as_stan.post(address, {"who": "Evil", "name": "Evil"}).status_code == 404, address
    link.refresh_from_db()
    tenants.refresh_from_db()
    assert (tenants.name, link.switched_off_at, rows()) == ("Highgate Tenants", None, (1, 1, 1))


def test_opening_the_address_of_an_act_does_nothing(as_olu, link):
    assert as_olu.get(at_central("link_switch", link.pk)).status_code == 405
    assert as_olu.post(at_central("link_detail", link.pk)).status_code == 405
    assert as_olu.post(at_central("network_list")).status_code == 405
    assert as_olu.post(reverse("invite_follow", args=[link.code])).status_code == 405


# Following one --------------------------------------------------------------------------


def test_a_link_opens_the_next_surgery_with_its_code_and_sets_no_cookie(client, series, link):
    factories.create_surgery(series=series, on=days(14))
    surgery = factories.create_surgery(series=series, on=days(7))
    response = client.get(reverse("invite_follow", args=["ABCD2345"]))
    assert response.status_code == 200
    assert response.context["surgery"] == surgery
    assert "abcd2345" in response.content.decode()
    assert response.cookies == {}


def test_a_link_that_is_switched_off_still_opens_the_surgery(client, series, link):
    InviteLink.objects.update(switched_off_at=NOW)
    factories.create_surgery(series=series, on=days(7))
    response = client.get(reverse("invite_follow", args=[link.code]))
    assert (response.status_code, "abcd2345" in response.content.decode()) == (200, True)


@pytest.mark.parametrize("code", ["unknown1", "abcd 345", "x" * 300, "é", "a\x00b"])
def test_an_unknown_code_gets_a_kind_page_and_makes_nothing(client, series, code):
    surgery = factories.create_surgery(series=series, on=days(7))
    factories.create_surgery(series=series, on=days(9), state=SurgeryState.DRAFT)
    response = client.get(reverse("invite_follow", args=[code]))
    assert response.status_code == 404
    assert list(response.context["coming"]) == [surgery]
    assert (response.cookies, rows()) == ({}, (0, 0, 0))


# Networks -------------------------------------------------------------------------------


def test_networks_stand_by_people_who_came(as_olu, series, tenants):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    factories.create_network(series=factories.create_series())
    past = factories.create_surgery(series=series, on=days(-7), places=(5, 5))
    coming = factories.create_surgery(series=series, on=days(7), places=(5, 5))
    off = factories.create_surgery(series=series, on=days(-9), state=SurgeryState.CANCELLED)
    factories.create_booking(surgery=past, network=choir, outcome="came")
    factories.create_booking(surgery=past, network=choir, walked_in=True, outcome="came")
    factories.create_booking(surgery=past, network=tenants, outcome="came")
    factories.create_booking(surgery=past, network=tenants)
    factories.create_booking(surgery=past, network=tenants, state=BookingState.CANCELLED)
    factories.create_booking(surgery=coming, network=tenants)
    factories.create_booking(surgery=off, network=tenants)
    networks = as_olu.get(at_central("network_list")).context["networks"]
    assert [(n.name, n.booked, n.came, n.walk_ins, n.coming) for n in networks] == [
        ("Highgate Tenants", 2, 1, 0, 1),
        ("Ladywood Choir", 1, 1, 1, 0),
    ]
    figures = turnout_by_network(series, now=timezone.now()).networks
    assert [(n.name, n.booked, n.came, n.walk_ins) for n in networks] == [
        (row.network, row.booked, row.came, row.walk_ins) for row in figures
    ]


def test_an_empty_list_teaches(as_olu, series):
    page = as_olu.get(at_central("network_list")).content.decode()
    assert "A network is any group people already belong to" in page


def test_a_network_shows_its_people_and_links(as_olu, tenants, link):
    response = as_olu.get(at_central("network_detail", tenants.pk))
    assert list(response.context["connectors"]) == [link.connector]
    assert (response.context["kit"], response.context["connectors"][0].kit) == (None, link)


def edit(client, network, **changes):
    answers = {"name": network.name, "kind": network.kind, "area": network.area}
    return client.post(at_central("network_edit", network.pk), answers | changes, follow=True)


def test_a_network_that_turns_out_to_be_a_mosque_becomes_private(as_olu, tenants):
    response = edit(as_olu, tenants, kind="faith")
    tenants.refresh_from_db()
    assert tenants.private
    assert "Its name stays among ourselves" in response.content.decode()
    edit(as_olu, tenants)
    tenants.refresh_from_db()
    assert not tenants.private


def test_a_name_that_is_taken_is_refused_and_the_form_kept(as_olu, series, tenants):
    factories.create_network(series=series, name="Ladywood Choir")
    response = edit(as_olu, tenants, name="ladywood choir", area="Ladywood")
    assert response.context["form"].errors["name"] == [
        "You have a network of this name already. Choose another one."
    ]
    assert response.context["form"]["area"].value() == "Ladywood"
    tenants.refresh_from_db()
    assert tenants.name == "Highgate Tenants"


def test_pages_ask_the_database_the_same_at_1_and_at_100_rows(as_olu, olu, series):
    def fill(series, count):
        surgery = factories.create_surgery(series=series, on=days(-7), places=(count, 0))
        network = factories.create_network(series=series)
        for _ in range(count):
            other = factories.create_network(series=series)
            person = factories.create_connector(network=network, name=f"Bev {other.pk}")
            link = factories.create_link(network=network, connector=person)
            factories.create_booking(surgery=surgery, network=other)
        return network, link

    def statements(name, *where):
        with CaptureQueriesContext(connection) as queries:
            assert as_olu.get(reverse(name, args=where)).status_code == 200
        return len(queries)

    few = fill(series, 1)
    many = fill(factories.create_series(organiser=olu, slug="dudley"), 100)
    for name in ("network_list", "share"):
        assert statements(name, "central") == statements(name, "dudley"), name
    assert statements("network_detail", "central", few[0].pk) == statements(
        "network_detail", "dudley", many[0].pk
    )
    assert statements("link_detail", "central", few[1].pk) == statements(
        "link_detail", "dudley", many[1].pk
    )
