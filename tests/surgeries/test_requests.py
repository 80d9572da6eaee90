"""What a request may do: act by POST from our own pages, and believe no header (T-REQ-01, 02)."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse

from tests import factories
from tests.mailed import every_row
from tests.pages import PAGES, build_world
from tests.surgeries.test_access import ROUTES, address
from tests.surgeries.views.visitor import coming, place_to_book, typed

pytestmark = pytest.mark.django_db

# What buttons and fields of many pages send, so that a POST of it does something.
SAID = {
    "answer": "yes",
    "outcome": "came",
    "name": "Evil",
    "contact": "evil@example.org",
    "email": "evil@example.org",
    "town": "Evil",
    "role": "helper",
    "head_count": "7",
    "count": "7",
    "kind": "group",
    "agreed": "on",
    "goal": "touch",
}
CALLED_BY_MACHINES = {"text_receipt", "text_received", "mail_bounced"}  # each is signed
ELSEWHERE = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "https://evil.example"}
EVERY_ROUTE = sorted(
    {route.name for route in get_resolver("surgeries.urls").url_patterns} - CALLED_BY_MACHINES
)


@pytest.fixture
def world():
    return build_world()


def path_to(name, world):
    if name in PAGES:
        return reverse(name, args=PAGES[name](world))
    if name in ROUTES:
        return address(name, world)
    secret = world.booking.secret if name.startswith("booking") else world.rows["evening"].secret
    return reverse(name, args=[secret])


def olu_in(browser, world):
    browser.force_login(world.olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def test_nothing_is_done_by_an_address_whatever_stands_in_it(client, world):
    """T-REQ-01: with Olu's own session, on every page and every button there is."""
    olu_in(client, world)
    before = every_row()
    for name in EVERY_ROUTE:
        for method in (client.get, client.head):
            assert method(path_to(name, world), SAID).status_code in (200, 302, 404, 405), name
    assert every_row() == before


def test_nothing_is_done_by_a_form_on_another_site(world):
    """T-REQ-01: refused on every route that takes a form, with the words in it or in the URL."""
    browser = olu_in(Client(enforce_csrf_checks=True), world)
    before = every_row()
    statuses = {}
    for name in EVERY_ROUTE:
        path = path_to(name, world)
        inside = browser.post(path, SAID, **ELSEWHERE)
        outside = browser.post(path, query_params=SAID, **ELSEWHERE)
        statuses[name] = {inside.status_code, outside.status_code}
    assert {name for name, seen in statuses.items() if not seen <= {403, 405}} == set()
    assert every_row() == before


def test_the_same_form_from_our_own_page_does_it(client, world):
    """T-REQ-01, negative control: one of each room, by POST and without another site."""
    olu_in(client, world)
    for name in ("booking_detail", "helping_code", "digest_off", "link_switch", "series_create"):
        before = every_row()
        client.post(path_to(name, world), SAID)
        assert every_row() != before, name


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "444"},
        {"Forwarded": "host=evil.example"},
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_mail_never_links_to_a_host_that_a_request_named(client, mailbox, headers):
    """T-REQ-02: only the address of the settings stands in mails; other headers say nothing."""
    surgery = coming(factories.create_series())
    response = client.post(place_to_book(surgery), typed(surgery), headers=headers)
    assert response.status_code == 302
    call_command("outbox_run")
    (mail,) = mailbox
    assert "evil.example" not in mail.text + mail.html
    assert f"{settings.SITE_URL}/b/" in mail.text


def test_a_false_host_books_nothing(client):
    """T-REQ-02."""
    surgery = coming(factories.create_series())
    before = every_row()
    said = typed(surgery)
    answer = client.post(place_to_book(surgery), said, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert every_row() == before
