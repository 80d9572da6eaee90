"""Every page of the house, as a parser and a stranger see it."""

import justhtml
import pytest
from django.conf import settings
from django.urls import get_resolver

from tests.pages import PAGES, address_of, build_world


@pytest.fixture
def world(db):
    return build_world()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_html_has_no_errors(name, client, world):
    if name != "account_login":
        client.force_login(world.olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    response = client.get(address_of(name, world))
    assert response.status_code == 200
    page = justhtml.JustHTML(response.content.decode(), collect_errors=True)
    assert page.errors == []


NOT_PAGES = {
    "booking_calendar",  # a file
    "helping_calendar",  # a file
    "import_preview",  # reached by a POST
    "team_invite",
    "team_remove",
    "invitation_withdraw",
    "surgery_publish",
    "surgery_close",
    "helping_answer",
    "link_switch",
    "link_word",
    "link_pdf",  # a file
    "network_away",
    "link_make",
    "belonging_add",
    "belonging_remove",
    "group_add",
    "group_remove",
    "connector_away",
    "connector_give",
    "connector_cannot",
    "prospect_asked",
    "prospect_remove",
    "card_answer",
    "card_dismiss",
    "card_list_it",
    "heard_explain",
    "heard_undo",
    "shared_hide",
    "shared_take_back",
    "register_tap",
    "register_walk_in",
    "ring_done",
    "timetable_reset",
    "wording_reset",
    "text_receipt",  # called by machines
    "text_received",
    "mail_bounced",
    "reply_read",
    "message_settle",
}


def test_every_route_is_a_page_that_is_looked_at_or_a_door_that_is_not():
    routes = {p.name for p in get_resolver("surgeries.urls").url_patterns}
    assert routes - set(PAGES) - NOT_PAGES == set(), "add it to tests/pages.py"
