"""The page of answers we did not understand: one tap for each, and one to take it back."""

import re

import pytest
from django.urls import reverse

from surgeries.models import Alias
from tests.factories import (
    create_booking,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu(client):
    olu = create_user()
    client.force_login(olu)
    return olu


@pytest.fixture
def series(olu):
    return create_series(organiser=olu, slug="dudley")


@pytest.fixture
def choir(series):
    return create_network(series=series, name="Ladywood Choir")


def heard(series, said):
    return create_booking(surgery=create_surgery(series=series), said=said)


def page(client, series):
    response = client.get(reverse("heard_list", args=[series.slug]))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def explain(client, series, **data):
    return client.post(reverse("heard_explain", args=[series.slug]), data, follow=True)


def test_one_tap_says_what_was_meant_and_another_takes_it_back(client, series, choir):
    booking = heard(series, "the choir")
    assert "“the choir” 1 person wrote this." in page(client, series)

    response = explain(client, series, words="the choir", network=choir.pk)

    assert "“the choir” means Ladywood Choir, now and from now on." in response.text
    booking.refresh_from_db()
    assert booking.credited_network == choir
    client.post(reverse("heard_undo", args=[series.slug, Alias.objects.get().pk]))
    booking.refresh_from_db()
    assert booking.credited_network is None


def test_no_network_is_one_tap(client, series):
    heard(series, "my neighbour")
    response = explain(client, series, words="my neighbour", none="yes")
    assert "“my neighbour” names no network, now and from now on." in response.text
    assert "Nothing waits here." in response.text


def test_a_new_network_is_one_tap(client, series):
    heard(series, "Chess club")
    explain(client, series, words="Chess club", name="Chess club")
    assert series.networks.get().name == "Chess club"


def test_a_network_of_somebody_elses_is_none_of_hers(client, series):
    heard(series, "choir")
    foreign = create_network(series=create_series())
    response = explain(client, series, words="choir", network=foreign.pk)
    assert "Choose what these words mean." in response.text
    assert not Alias.objects.exists()


def test_no_name_is_told(client, series):
    response = explain(client, series, words="choir", name=" ")
    assert "Enter a person or a group" in response.text
