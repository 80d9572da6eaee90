"""What an organiser says to a card: kept once, refused in a sentence, gone with its network."""

import pytest
from django.db import IntegrityError, transaction

from surgeries.actions.cards import answer_card, dismiss_card, list_neighbour
from surgeries.models import Card, Prospect
from surgeries.refusals import Refused
from surgeries.states import CardKind, PutAsideFor, RecipeList
from tests.factories import NOW, create_network, create_series, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return create_series()


@pytest.fixture
def tenants(series):
    return create_network(series=series, name="Tenants of O’Neill House")


def answer(network, *names):
    said = {"kind": CardKind.NOT_WORKING, "figure": 3, "by": create_user(email="a@example.org")}
    return answer_card(network.series, network=network, names=names, now=NOW, **said)


def put_aside(network, figure=3, words="  We  asked them "):
    said = {"kind": CardKind.NOT_WORKING, "reason": PutAsideFor.KNOWN, "words": words}
    return dismiss_card(network.series, network=network, figure=figure, by=None, now=NOW, **said)


def test_whoever_they_trust_becomes_somebody_to_ask(series, tenants):
    card = answer(tenants, "Bev from the lunch club", " Imam  Yusuf ")

    asked = series.prospects.order_by("pk").values_list("who", "list", "network", "card")
    assert list(asked) == [
        ("Bev from the lunch club", RecipeList.BIG_LISTS, tenants.pk, card.pk),
        ("Imam Yusuf", RecipeList.BIG_LISTS, tenants.pk, card.pk),
    ]


def test_one_who_waits_to_be_asked_already_is_taken_from_there(series, tenants):
    waits = Prospect.objects.create(
        series=series, list=RecipeList.BIG_LISTS, who="Bev", network=tenants, created_at=NOW
    )

    card = answer(tenants, "BEV", "bev ")

    assert series.prospects.get() == waits
    assert series.prospects.get().card == card


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "Enter whom they trust, like “Bev from the lunch club”."),
        (("", "   "), "Enter whom they trust, like “Bev from the lunch club”."),
        (("Bev", "Ann", "Cy"), "Enter one or two. Ask these first."),
    ],
)
def test_nobody_and_a_crowd_are_refused_and_nothing_is_kept(tenants, names, sentence):
    with pytest.raises(Refused) as refusal:
        answer(tenants, *names)

    assert refusal.value.sentence == sentence
    assert not Card.objects.exists()
    assert not Prospect.objects.exists()


def test_an_answer_that_still_stands_is_put_aside_with_its_card(tenants):
    card = answer(tenants, "Bev")

    assert put_aside(tenants) == card
    card.refresh_from_db()
    assert (card.answered_at, card.dismissed_at) == (NOW, NOW)
    assert (card.reason, card.reason_words) == (PutAsideFor.KNOWN, "We asked them")


def test_putting_aside_again_is_another_row_and_the_first_keeps_what_it_said(tenants):
    put_aside(tenants, figure=3)
    put_aside(tenants, figure=5, words="Worse now")

    rows = Card.objects.order_by("pk").values_list("figure", "reason_words")
    assert list(rows) == [(3, "We asked them"), (5, "Worse now")]


def test_a_neighbour_is_listed_once_and_one_of_ours_never(series, tenants):
    choir = create_network(series=create_series(), name="Choir")

    prospect = list_neighbour(series, network=choir, by=None, now=NOW)

    assert (prospect.who, prospect.list) == ("Choir", RecipeList.MIGHT_COME)
    with pytest.raises(Refused, match="It stands on your lists already"):
        list_neighbour(series, network=choir, by=None, now=NOW)
    with pytest.raises(Refused, match="You have this network already"):
        list_neighbour(series, network=tenants, by=None, now=NOW)
    assert series.prospects.get() == prospect


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({}, "a_card_was_answered_or_put_aside"),
        ({"dismissed_at": NOW}, "a_card_is_put_aside_for_a_reason"),
        ({"answered_at": NOW, "reason": PutAsideFor.KNOWN}, "a_card_is_put_aside_for_a_reason"),
    ],
)
def test_the_database_keeps_no_card_that_says_nothing(series, wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Card.objects.create(series=series, kind=CardKind.NOT_WORKING, created_at=NOW, **wrong)


def test_a_network_that_is_deleted_takes_its_cards_along(tenants):
    put_aside(tenants)
    tenants.delete()
    assert not Card.objects.exists()


def test_her_account_may_go_and_what_she_said_stays(tenants):
    card = answer(tenants, "Bev")
    card.made_by.delete()
    card.refresh_from_db()
    assert card.made_by is None
