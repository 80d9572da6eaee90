"""Who knows us is read from what people agreed to, and from nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surgeries.rules.introductions import Tie
from surgeries.states import BookingState, Role
from surgeries.turnout.acquaintance import picture, shared_table
from surgeries.turnout.introductions import circle_of
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def network(series, name, **fields):
    return factories.create_network(series=series, name=name, **fields)


def told(row):
    return (
        row.network.name,
        row.person and (row.person.name, row.tie),
        [(step.network.name, step.group) for step in row.steps],
    )


def test_the_networks_nobody_booked_through_each_with_whom_to_ask(series, olu):
    choir, tenants = network(series, "Choir"), network(series, "Tenants")
    mosque, _far = network(series, "Mosque"), network(series, "Allotments")
    network(series, "Put away", removed_at=NOW)
    surgery = factories.create_surgery(series=series)
    factories.create_booking(surgery=surgery, network=choir)
    factories.create_booking(surgery=surgery, network=mosque, state=BookingState.CANCELLED)
    hana = factories.create_helper(series=series, name="Hana Müller")
    factories.create_belonging(network=choir, helper=hana)
    factories.create_group(series=series, name="Knit & Natter", networks=[choir, tenants])
    factories.create_connector(network=mosque, name="Imam Yusuf")
    assert [told(row) for row in circle_of(series).not_reached()] == [
        ("Mosque", ("Imam Yusuf", "connects"), [("Mosque", "")]),
        (
            "Tenants",
            ("Hana Müller", "helps"),
            [("Choir", ""), ("Tenants", "Knit & Natter")],
        ),
        ("Allotments", None, []),
    ]


def test_a_connector_without_her_yes_and_an_attendee_without_hers_are_not_in_it(series):
    choir = network(series, "Choir")
    factories.create_connector(network=choir, name="", role="the caretaker")
    factories.create_connector(network=choir, name="Bev", removed_at=NOW)
    factories.create_attendee(series=series, group="Knit & Natter")
    factories.create_group(series=series, networks=[choir])
    assert circle_of(series).people == ()


def test_whoever_belongs_in_another_series_is_not_known_here(series, olu):
    """Also where the same person organises both."""
    network(series, "Choir")
    elsewhere = network(factories.create_series(organiser=olu), "Lunch")
    factories.create_belonging(network=elsewhere, user=olu)
    factories.create_connector(network=elsewhere, name="Imam Yusuf")
    assert circle_of(series).people == ()


def test_an_attendee_who_said_yes_leads_to_the_networks_of_her_group_too(series):
    choir, lunch = network(series, "Choir"), network(series, "Lunch")
    amina = factories.create_attendee(series=series, name="Amina", group="knit & NATTER")
    factories.create_belonging(network=choir, attendee=amina)
    factories.create_group(series=series, name="Knit & Natter", networks=[lunch])
    found = circle_of(series)
    assert told(found.introduction(lunch)) == (
        "Lunch",
        ("Amina", "comes"),
        [("Lunch", "Knit & Natter")],
    )


def test_one_address_is_one_person_with_her_closest_tie(series, olu):
    choir, lunch = network(series, "Choir"), network(series, "Lunch")
    helper = factories.create_helper(series=series, name="Olu", email=olu.email)
    factories.create_belonging(network=choir, helper=helper)
    factories.create_belonging(network=lunch, user=olu)
    door = factories.create_user(name="Dee")
    factories.create_member(series=series, user=door, role=Role.DOOR)
    factories.create_belonging(network=choir, user=door)
    assert sorted((p.tie, p.key, p.networks) for p in circle_of(series).people) == [
        (Tie.ORGANISES, "olu@example.org", {choir.pk, lunch.pk}),
        (Tie.HELPS, door.email, {choir.pk}),
    ]


def test_nobody_of_another_series_or_who_left_the_team_is_asked(series):
    choir = network(series, "Choir")
    factories.create_belonging(network=choir, user=factories.create_user())
    other = factories.create_series()
    factories.create_connector(network=network(other, "Theirs"))
    assert circle_of(series).people == ()


def test_it_takes_five_statements_at_one_row_and_at_a_hundred(series):
    taken = []
    for rows in (1, 99):
        for number in range(rows):
            here = network(series, f"Network {rows} {number}")
            helper = factories.create_helper(series=series)
            amina = factories.create_attendee(series=series, name=f"A {rows} {number}", group="G")
            factories.create_belonging(network=here, helper=helper)
            factories.create_belonging(network=here, attendee=amina)
            factories.create_group(series=series, name=f"G {rows} {number}", networks=[here])
            factories.create_connector(network=here)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            found = circle_of(series)
            [told(row) for row in found.not_reached()]
            picture(found)
            shared_table(found)
        taken.append(len(statements))
    assert taken == [5, 5]


def test_the_picture_begins_at_ten_networks_and_no_two_names_meet(series):
    nets = [network(series, f"N{number:02}") for number in range(9)]
    factories.create_group(series=series, name="Knit", networks=nets[:3])
    assert picture(circle_of(series)) is None
    network(series, "N09")
    drawn = picture(circle_of(series))
    assert [spot.network.name for spot in drawn.spots][:3] == ["N00", "N01", "N02"]
    assert len({(spot.side, spot.y) for spot in drawn.spots}) == 10
    assert len(drawn.lines) == 3
    assert picture(circle_of(series)) == drawn


def test_the_table_says_what_the_picture_draws(series):
    choir, lunch = network(series, "Choir"), network(series, "Lunch")
    hana = factories.create_helper(series=series, name="Hana")
    for here in (lunch, choir):
        factories.create_belonging(network=here, helper=hana)
    factories.create_group(series=series, name="Knit", networks=[choir, lunch])
    assert [
        (row.one.name, row.other.name, row.people, row.groups)
        for row in shared_table(circle_of(series))
    ] == [("Choir", "Lunch", ("Hana",), ("Knit",))]
