"""A page of figures for a funder or a network: made, opened, taken back."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from surgeries.actions.outside import hide_more, share_figures
from surgeries.models import SharedView
from surgeries.refusals import Refused
from surgeries.states import Outcome
from tests.factories import (
    NOW,
    create_booking,
    create_network,
    create_series,
    create_shared_view,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return create_user(name="Olu Adé")


@pytest.fixture
def series(olu):
    series = create_series(organiser=olu)
    surgery = create_surgery(series=series, on=date(2025, 2, 12), places=())
    for name, people, private in (
        ("=HYPERLINK(1)", 8, False),
        ("Temple", 11, True),
        ("Choir", 2, False),
    ):
        network = create_network(series=series, name=name, private=private)
        for _ in range(people):
            create_booking(surgery=surgery, network=network, outcome=Outcome.CAME, imported=True)
    return series


@pytest.fixture
def organiser(client, olu):
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def page(client, view, query=""):
    return client.get(reverse("shared_view", args=[view.secret]) + query)


def test_an_organiser_makes_a_page_and_a_stranger_opens_it(organiser, series):
    address = reverse("shared_list", args=[series.slug])
    organiser.post(address, {"for_whom": "Awards for All"})
    view = SharedView.objects.get()
    assert reverse("shared_view", args=[view.secret]) in organiser.get(address).content.decode()

    stranger = Client()
    seen = page(stranger, view, "?year=2025").content.decode()
    assert "Other networks" in seen and "Temple" not in seen
    assert "=HYPERLINK(1)" in seen and "hidden" in seen
    assert "Awards for All" not in seen
    assert not stranger.cookies


def test_taken_back_wrong_and_foreign_links_answer_alike(organiser, series):
    stranger = Client()
    view = create_shared_view(series=series)
    there = page(stranger, view)
    organiser.post(reverse("shared_take_back", args=[series.slug, view.pk]))
    view.refresh_from_db()

    gone = page(stranger, view)
    wrong = stranger.get(reverse("shared_view", args=["x" * 32]))
    assert (there.status_code, gone.status_code, wrong.status_code) == (200, 404, 404)
    assert gone.content == wrong.content


def test_the_file_says_what_the_page_says_and_runs_nothing(client, series):
    view = create_shared_view(series=series)
    lines = page(client, view, "?year=2025&format=csv").content.decode().splitlines()
    assert lines[0] == "\ufeff,2025 Q1,2025 Q2,2025 Q3,2025 Q4,2025"
    assert lines[2] == "People who came,21,0,0,0,21"
    assert lines[-3:] == [
        "'=HYPERLINK(1),hidden,0,0,0,hidden",
        "Choir,hidden,0,0,0,hidden",
        "Other networks,11,0,0,0,11",
    ]


def test_a_network_sees_its_own_line_only(client, series):
    network = series.networks.get(name="=HYPERLINK(1)")
    view = create_shared_view(series=series, network=network)
    lines = page(client, view, "?year=2025&format=csv").content.decode().splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["Surgeries held", "'=HYPERLINK(1)"]
    assert "Choir" not in page(client, view, "?year=2025").content.decode()


def test_a_private_network_has_no_page_for_others(series, olu):
    with pytest.raises(Refused) as refusal:
        share_figures(
            series,
            for_whom="the temple",
            network=series.networks.get(name="Temple"),
            by=olu,
            now=NOW,
        )
    assert refusal.value.field == "network"
    assert not SharedView.objects.exists()


def test_a_network_that_becomes_private_stands_on_no_page(client, series):
    network = series.networks.get(name="Choir")
    view = create_shared_view(series=series, network=network)
    network.private = True
    network.save()
    assert page(client, view).status_code == 404


def test_the_threshold_only_rises(organiser, series, olu):
    organiser.post(reverse("shared_hide", args=[series.slug]), {"below": 8})
    series.refresh_from_db()
    assert series.hides_below == 8
    for below in (7, 11):
        with pytest.raises(Refused):
            hide_more(series, below=below, by=olu)
    organiser.post(reverse("shared_hide", args=[series.slug]), {"below": 5})
    series.refresh_from_db()
    assert series.hides_below == 8


@pytest.mark.parametrize("year", ["1999", "x", "2025٠", "99999999"])
def test_there_is_no_other_year(client, series, year):
    assert page(client, create_shared_view(series=series), f"?year={year}").status_code == 404


def test_a_series_without_figures_says_when_there_will_be_some(client, olu):
    seen = page(client, create_shared_view(series=create_series(organiser=olu)))
    assert "There is nothing to show yet." in seen.content.decode()
