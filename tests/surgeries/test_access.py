"""Who gets which page of the team: every route below organise/, every kind of person (R77).

A route that is not named here fails the first test: decide who may open it, then add it.
"""

import uuid

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from surgeries import access
from surgeries.states import CardKind, MessageKind, Paper, Role
from tests.factories import create_member, create_series, create_surgery, create_user
from tests.pages import build_world

pytestmark = pytest.mark.django_db

ANYBODY_SIGNED_IN = {"series_list", "series_create"}
AT_THE_DOOR = {
    "register",
    "register_tap",
    "register_walk_in",
    "register_everyone",
    "register_head_count",
    "register_print",
}
ORGANISERS = {
    "series_week",
    "series_edit",
    "team_invite",
    "team_remove",
    "invitation_withdraw",
    "surgery_list",
    "surgery_create",
    "surgery_detail",
    "surgery_edit",
    "surgery_publish",
    "surgery_copy",
    "surgery_cancel",
    "surgery_close",
    "booking_by_phone",
    "booking_manage",
    "booking_correct",
    "surgery_chairs",
    "booking_displace",
    "venue_edit",
    "helping_answer",
    "helping_ask",
    "helping_edit",
    "network_list",
    "network_detail",
    "network_edit",
    "network_create",
    "networks_away",
    "network_away",
    "link_make",
    "network_merge",
    "network_delete",
    "introduction_list",
    "belonging_add",
    "belonging_remove",
    "group_add",
    "group_remove",
    "connector_create",
    "connector_edit",
    "connector_away",
    "connector_give",
    "prospect_lists",
    "prospect_asked",
    "prospect_remove",
    "prospect_network",
    "card_list",
    "card_detail",
    "card_answer",
    "card_dismiss",
    "card_list_it",
    "heard_list",
    "heard_explain",
    "heard_undo",
    "share",
    "link_detail",
    "link_switch",
    "link_word",
    "link_print",
    "link_pdf",
    "people_list",
    "person_detail",
    "person_contact",
    "ring_done",
    "reply_read",
    "message_list",
    "series_texts",
    "messages_to_come",
    "timetable_edit",
    "timetable_reset",
    "wording_list",
    "wording_edit",
    "wording_reset",
    "message_settle",
    "turnout",
    "turnout_people",
    "turnout_way",
    "turnout_way_people",
    "shared_list",
    "shared_hide",
    "shared_take_back",
    "import_start",
    "import_preview",
    "import_detail",
    "import_undo",
}

ROUTES = {
    pattern.name: pattern
    for pattern in get_resolver("surgeries.urls").url_patterns
    if str(pattern.pattern).startswith("organise/")
}
OF_A_SERIES = sorted(set(ROUTES) - ANYBODY_SIGNED_IN)
NO_ROW = {"slug", "kind", "paper", "card"}
OF_A_CARD = ("card_detail", "card_answer", "card_dismiss", "card_list_it")
OF_A_ROW = sorted(name for name in ROUTES if set(ROUTES[name].pattern.converters) - NO_ROW)


def test_every_page_of_the_team_has_a_rule():
    assert set(ROUTES) == ANYBODY_SIGNED_IN | AT_THE_DOOR | ORGANISERS


@pytest.fixture
def world():
    return build_world()


def key_of(name, world):
    """The number in the address of this page: of a row that is really there."""
    rows = world.rows
    return {
        "team_remove": lambda: world.series.team.filter(role=Role.DOOR)[0].pk,
        "invitation_withdraw": lambda: rows["invitation"].pk,
        "venue_edit": lambda: world.coming.venue.pk,
        "helping_answer": lambda: rows["offer"].pk,
        "helping_edit": lambda: rows["offer"].pk,
        "network_detail": lambda: rows["network"].pk,
        "network_edit": lambda: rows["network"].pk,
        "network_away": lambda: rows["network"].pk,
        "link_make": lambda: rows["network"].pk,
        "network_merge": lambda: rows["network"].pk,
        "network_delete": lambda: rows["network"].pk,
        "belonging_add": lambda: rows["network"].pk,
        "belonging_remove": lambda: rows["belonging"].pk,
        "group_add": lambda: rows["network"].pk,
        "group_remove": lambda: rows["network"].pk,
        "connector_create": lambda: rows["network"].pk,
        "connector_edit": lambda: rows["link"].connector.pk,
        "connector_away": lambda: rows["link"].connector.pk,
        "connector_give": lambda: rows["link"].connector.pk,
        "prospect_asked": lambda: rows["prospect"].pk,
        "prospect_remove": lambda: rows["prospect"].pk,
        "prospect_network": lambda: rows["prospect"].pk,
        **dict.fromkeys(OF_A_CARD, lambda: rows["network"].pk),
        "heard_undo": lambda: rows["alias"].pk,
        "link_detail": lambda: rows["link"].pk,
        "link_switch": lambda: rows["link"].pk,
        "link_word": lambda: rows["link"].pk,
        "link_print": lambda: rows["link"].pk,
        "link_pdf": lambda: rows["link"].pk,
        "person_detail": lambda: rows["amina"].pk,
        "person_contact": lambda: rows["amina"].pk,
        "booking_displace": lambda: rows["without"].pk,
        "reply_read": lambda: rows["reply"].pk,
        "message_settle": lambda: rows["message"].pk,
        "shared_take_back": lambda: rows["shared"].pk,
        "import_detail": lambda: rows["import"].pk,
        "import_undo": lambda: rows["import"].pk,
    }.get(name, lambda: world.coming.pk)()


def address(name, world, slug=None):
    found = {"slug": slug or world.series.slug}
    converters = ROUTES[name].pattern.converters
    if "pk" in converters:
        found["pk"] = key_of(name, world)
    if "booking" in converters:
        found["booking"] = world.booking.pk
    if "group" in converters:
        found["group"] = world.rows["group"].pk
    if "card" in converters:
        found["card"] = CardKind.NOT_WORKING
    if "kind" in converters:
        found["kind"] = MessageKind.REMINDER_LAST
    if "paper" in converters:
        found["paper"] = Paper.A5
    assert set(converters) == set(found), f"tell `address` what {name} wants"
    return reverse(name, kwargs=found)


def both(client, path):
    """The status of a look and of a form that is sent."""
    return client.get(path).status_code, client.post(path).status_code


def shut(statuses):
    """Nothing there: a page that takes only one method may say so, as it would to everybody."""
    return 404 in statuses and set(statuses) <= {404, 405}


def found_by(client, world, names, **where):
    """Those of `names` that are not shut to whoever is signed in."""
    statuses = {name: both(client, address(name, world, **where)) for name in sorted(names)}
    return [(name, seen) for name, seen in statuses.items() if not shut(seen)]


def sign_in(client, user):
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_whoever_is_signed_out_is_asked_to_sign_in(client, world):
    for name in sorted(ROUTES):
        path = reverse(name) if name in ANYBODY_SIGNED_IN else address(name, world)
        for response in (client.get(path), client.post(path)):
            assert response.status_code == 302, name
            assert response["Location"] == f"{reverse('account_login')}?next={path}"


def test_a_stranger_finds_nothing(client, world):
    """Stan organises a series of his own; in Olu's he is nobody, and told nothing."""
    create_surgery(series=create_series(organiser=world.stan, slug="stans"))
    sign_in(client, world.stan)
    assert found_by(client, world, OF_A_SERIES) == []
    for name in OF_A_SERIES:
        there = both(client, address(name, world))
        assert there == both(client, address(name, world, slug="no-such-series")), name


def test_the_rows_of_olu_are_not_found_under_the_address_of_stan(client, world):
    create_series(organiser=world.stan, slug="stans")
    sign_in(client, world.stan)
    assert found_by(client, world, OF_A_ROW, slug="stans") == []


@pytest.mark.parametrize(
    ("role", "shut_out_of"),
    [(Role.HELPER, ORGANISERS | AT_THE_DOOR), (Role.DOOR, ORGANISERS)],
)
def test_helpers_and_door_keepers_find_only_what_their_part_needs(client, world, role, shut_out_of):
    hana = create_user(name="Hana Müller")
    create_member(series=world.series, user=hana, role=role)
    sign_in(client, hana)
    assert found_by(client, world, shut_out_of) == []


@pytest.mark.parametrize("name", sorted(AT_THE_DOOR))
def test_the_door_keeper_keeps_the_register(client, world, name):
    dee = create_user(name="Dee Door")
    create_member(series=world.series, user=dee, role=Role.DOOR)
    sign_in(client, dee)
    assert not shut(both(client, address(name, world)))


@pytest.mark.parametrize("name", sorted(ORGANISERS | AT_THE_DOOR))
def test_the_organiser_finds_every_page(client, world, name):
    sign_in(client, world.olu)
    assert not shut(both(client, address(name, world)))


def test_a_tap_names_a_booking_of_that_surgery(client, world):
    sign_in(client, world.olu)
    path = reverse(
        "register_tap",
        kwargs={"slug": world.series.slug, "pk": world.coming.pk, "booking": uuid.uuid4()},
    )
    assert shut(both(client, path))


# The querysets that all of this begins with ----------------------------------------------


@pytest.mark.parametrize(
    ("role", "organised", "door", "team"),
    [
        (Role.ORGANISER, True, True, True),
        (Role.DOOR, False, True, True),
        (Role.HELPER, False, False, True),
    ],
)
def test_a_role_opens_what_it_is_for(role, organised, door, team):
    hana = create_user(name="Hana Müller")
    series = create_series()
    create_series(organiser=create_user(name="Stan O’Hara"))
    surgery = create_surgery(series=series)
    create_member(series=series, user=hana, role=role)
    only = [series]
    assert list(access.series_organised_by(hana)) == (only if organised else [])
    assert list(access.series_at_the_door_of(hana)) == (only if door else [])
    assert list(access.series_of(hana)) == (only if team else [])
    assert list(access.surgeries_organised_by(hana)) == ([surgery] if organised else [])
    assert list(access.surgeries_at_the_door_of(hana)) == ([surgery] if door else [])
    assert access.may_organise(hana, series) == organised


def test_two_roles_make_no_series_twice():
    hana = create_user(name="Hana Müller")
    series = create_series(organiser=hana)
    create_member(series=series, user=hana, role=Role.DOOR)
    assert list(access.series_at_the_door_of(hana)) == [series]
    assert [s.roles for s in access.series_of(hana)] == [["door", "organiser"]]
