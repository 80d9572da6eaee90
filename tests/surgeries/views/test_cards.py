"""The cards on the organiser’s pages: shown, answered, followed and put aside (L2, R63)."""

import datetime
import re

import justhtml
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Card, Prospect
from surgeries.rules.sharing import FEWEST_LETTERS, MOST_LETTERS
from surgeries.states import CardKind, Outcome, RecipeList, SurgeryState
from surgeries.turnout.cards import cards_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu(client):
    olu = factories.create_user(email="olu@example.org")
    client.force_login(olu)
    return olu


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu, slug="dudley", name="Dudley")


@pytest.fixture
def tenants(series):
    return network_of(series, "Tenants of O’Neill House", hoped_for=3)


def network_of(series, name, **fields):
    return factories.create_network(series=series, name=name, created_at=days_ago(400), **fields)


def days_ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def evening(series, days, **came):
    """A surgery so many days ago, to which so many came through each network."""
    surgery = factories.create_surgery(
        series=series, on=days_ago(days).date(), places=(), state=SurgeryState.CLOSED
    )
    for network, number in came.get("through", {}).items():
        for _person in range(number):
            factories.create_booking(
                surgery=surgery, network=network, imported=True, outcome=Outcome.CAME
            )
    return surgery


def kinds(series, *, elsewhere=()):
    cards = cards_of(series, elsewhere=elsewhere, now=timezone.now())
    return [(card.kind, card.pk) for card in cards]


def page(client, name, series, *args):
    response = client.get(reverse(name, args=[series.slug, *args]))
    assert response.status_code == 200
    assert justhtml.JustHTML(response.content.decode(), collect_errors=True).errors == []
    return words_of(response)


def words_of(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+([.,:;])", r"\1", re.sub(r"\s+", " ", text))


def post(client, name, series, *args, **data):
    return client.post(reverse(name, args=[series.slug, *args]), data, follow=True)


def test_without_anything_there_is_no_card(client, series):
    assert kinds(series) == []
    assert "Nothing stands out." in page(client, "card_list", series)
    assert "Reaching people" not in page(client, "series_week", series)


def test_fewer_than_hoped_is_asked_about_with_what_was_tried(client, olu, series, tenants):
    choir = network_of(series, "Choir")
    evening(series, 16, through={tenants: 1, choir: 3})
    evening(series, 9, through={tenants: 2, choir: 2})
    sharon = factories.create_connector(network=tenants, name="Sharon")
    factories.create_link(network=tenants, connector=sharon, created_at=days_ago(12))

    assert kinds(series)[0] == (CardKind.NOT_WORKING, tenants.pk)
    week = page(client, "series_week", series)
    said = "3 people from Tenants of O’Neill House booked or walked in. You hoped for 6."
    assert said in week
    shown = page(client, "card_detail", series, "not_working", tenants.pk)
    assert "A text for Sharon (a plain link), made on" in shown
    assert "The links were opened 0 times. 3 people booked or walked in, 3 came." in shown
    assert "Whom do these people already trust?" in shown
    assert said in page(client, "network_detail", series, tenants.pk)


def test_the_answer_becomes_people_to_approach_with_a_text_for_each(client, series, tenants):
    evening(series, 16, through={tenants: 2})
    evening(series, 9, through={tenants: 1})
    post(
        client,
        "card_answer",
        series,
        "not_working",
        tenants.pk,
        first="Bev <b>",
        second="the lunch club",
    )

    lines = Prospect.objects.order_by("pk")
    assert [(one.who, one.list, one.network) for one in lines] == [
        ("Bev <b>", RecipeList.BIG_LISTS, tenants),
        ("the lunch club", RecipeList.BIG_LISTS, tenants),
    ]
    response = client.get(reverse("card_detail", args=[series.slug, "not_working", tenants.pk]))
    drafts = [draft for _one, draft in response.context["drafts"]]
    assert all(FEWEST_LETTERS <= len(draft) <= MOST_LETTERS for draft in drafts)
    assert drafts[1].startswith("Hello the lunch club, people at Tenants of O’Neill House trust")
    assert "2 and 1 came before. We compare after the next two surgeries." in words_of(response)


def test_afterwards_two_surgeries_are_compared_with_the_two_before(client, series, tenants):
    for days, came in ((30, 2), (23, 1), (16, 4), (9, 3)):
        evening(series, days, through={tenants: came})
    factories.create_card(series=series, network=tenants, answered_at=days_ago(20))
    assert "2 and 1 came before; 4 and 3 since." in page(client, "series_week", series)


def test_a_private_networks_name_stands_in_no_text_to_others(client, series):
    mosque = network_of(series, "The Mosque", private=True, hoped_for=3)
    card = factories.create_card(series=series, network=mosque)
    factories.create_prospect(series=series, who="Bev", network=mosque, card=card)
    response = client.get(reverse("card_detail", args=[series.slug, "not_working", mosque.pk]))
    ((_one, draft),) = response.context["drafts"]
    assert "Mosque" not in draft
    assert FEWEST_LETTERS <= len(draft) <= MOST_LETTERS


def test_put_aside_it_does_not_nag_until_it_gets_worse(client, series, tenants):
    evening(series, 30, through={tenants: 2})
    evening(series, 23, through={tenants: 2})
    response = post(client, "card_dismiss", series, "not_working", tenants.pk)
    assert "Choose why, so that you know it next time." in response.text
    post(client, "card_dismiss", series, "not_working", tenants.pk, reason="known", words="Diwali")
    row = Card.objects.get()
    assert (row.figure, row.reason, row.reason_words) == (2, "known", "Diwali")
    assert kinds(series) == []

    Card.objects.update(dismissed_at=days_ago(20))
    evening(series, 16, through={tenants: 2})
    assert kinds(series) == []
    evening(series, 9, through={tenants: 1})
    assert kinds(series) == [(CardKind.NOT_WORKING, tenants.pk)]


def test_put_aside_it_comes_back_after_four_surgeries(series, tenants):
    factories.create_card(
        series=series, network=tenants, dismissed_at=days_ago(40), reason="known", figure=6
    )
    for days in (30, 23, 16):
        evening(series, days, through={tenants: 2})
    assert kinds(series) == []
    evening(series, 9, through={tenants: 2})
    assert kinds(series)[0] == (CardKind.NOT_WORKING, tenants.pk)


def test_a_quiet_network_is_named_with_whom_to_ask(client, series):
    choir, gone = network_of(series, "Choir"), network_of(series, "Chess")
    evening(series, 37, through={gone: 1, choir: 1})
    for days in (30, 23, 16):
        evening(series, days, through={choir: 1})
    factories.create_connector(network=gone, name="", role="the caretaker")
    assert kinds(series) == [(CardKind.QUIET, gone.pk)]
    week = page(client, "series_week", series)
    assert "We haven’t heard from Chess" in week
    assert "Ask the caretaker?" in week
    coming = factories.create_surgery(series=series, on=days_ago(-5).date())
    factories.create_booking(surgery=coming, network=gone)
    assert kinds(series) == []


def test_a_series_that_lives_off_one_network_is_told(client, series):
    choir, chess = network_of(series, "Choir"), network_of(series, "Chess")
    for days in (30, 23, 16):
        evening(series, days, through={choir: 3, chess: 1})
    assert kinds(series) == [(CardKind.ONE_NETWORK, choir.pk)]
    said = "9 of the 12 people at the last three surgeries came through Choir."
    assert said in page(client, "series_week", series)
    page(client, "card_detail", series, "one_network", choir.pk)


def test_a_head_count_or_an_empty_register_says_nothing_of_a_network(series, tenants):
    evening(series, 16, through={tenants: 3})
    evening(series, 9, through={tenants: 3})
    evening(series, 2)
    assert kinds(series) == []


def test_what_was_never_asked_is_named_but_never_another_teams(client, olu, series):
    choir, new = network_of(series, "Choir"), network_of(series, "Chess")
    evening(series, 9, through={choir: 1})
    hers = factories.create_series(organiser=olu, name="Tipton")
    near = network_of(hers, "Tipton Gardeners")
    network_of(hers, "Choir")
    network_of(hers, "The Mosque", private=True)
    network_of(hers, "Only typed", suggested_from=None)
    far = factories.create_series(organiser=olu, town="Leeds")
    network_of(far, "Leeds Anglers")
    stans = factories.create_series(organiser=factories.create_user(email="stan@example.org"))
    network_of(stans, "Stan’s own")

    shown = page(client, "card_list", series)

    assert "Tipton Gardeners" in shown
    for name in ("Mosque", "Only typed", "Leeds", "Stan"):
        assert name not in shown
    assert kinds(series, elsewhere=[hers, far]) == [
        (CardKind.NEVER_ASKED, new.pk),
        (CardKind.NEVER_ASKED, near.pk),
    ]
    post(client, "card_list_it", series, "never_asked", near.pk)
    assert [one.who for one in series.prospects.all()] == ["Tipton Gardeners"]


def test_lines_of_the_lists_that_wait_are_named(client, series):
    evening(series, 9, through={network_of(series, "Choir"): 1})
    factories.create_prospect(series=series, who="the vicar", created_at=days_ago(30))
    factories.create_prospect(series=series, who="Bev", created_at=days_ago(1))
    assert kinds(series) == [(CardKind.ON_THE_LISTS, 0)]
    shown = page(client, "card_detail", series, "on_the_lists", 0)
    assert "1 line on your lists waits to be asked: the vicar." in shown
    post(client, "card_dismiss", series, "on_the_lists", 0, reason="not_now")
    assert kinds(series) == []


def statements(series):
    with CaptureQueriesContext(connection) as seen:
        cards_of(series, elsewhere=[], now=timezone.now())
    return len(seen)


def test_the_cards_of_many_networks_take_as_many_statements_as_of_one(series, tenants):
    evening(series, 16, through={tenants: 1})
    evening(series, 9, through={tenants: 1})
    assert statements(series) == 12
    for number in range(3):
        other = network_of(series, f"Other {number}", hoped_for=4)
        evening(series, 10 + number, through={other: 1})
        factories.create_link(network=other, created_at=days_ago(1))
        card = factories.create_card(series=series, network=network_of(series, f"N{number}"))
        factories.create_prospect(series=series, card=card)
    assert statements(series) == 13  # one more for the people that answers named
