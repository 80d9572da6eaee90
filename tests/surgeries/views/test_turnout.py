"""The turnout page: true words, filters, and a list behind every number."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.states import BookingState, Outcome
from tests.factories import (
    create_booking,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

CAME, AWAY = Outcome.CAME, Outcome.DID_NOT_COME


@pytest.fixture
def olu(db, client):
    olu = create_user(email="olu@example.org")
    client.force_login(olu)
    return olu


@pytest.fixture
def series(olu):
    return create_series(organiser=olu, slug="dudley", name="Dudley")


def ago(**length):
    return timezone.localdate() - timedelta(**length)


def evening(series, on, network, *outcomes, **fields):
    surgery = create_surgery(series=series, on=on, places=())
    for outcome in outcomes:
        create_booking(surgery=surgery, network=network, outcome=outcome, imported=True, **fields)
    return surgery


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def page(client, of, name="turnout", **query):
    return client.get(reverse(name, args=[of.slug]), query)


def test_the_page_opens_with_words_and_shows_every_figure(client, series):
    tenants = create_network(series=series, name="Tenants’ <b>Friends</b>")
    choir = create_network(series=series, name="Choir")
    evening(series, ago(days=20), tenants, CAME, CAME, AWAY)
    evening(series, ago(days=30), choir, CAME)
    evening(series, ago(days=40), choir, Outcome.NOT_RECORDED)

    response = page(client, series)

    words = text(response)
    assert "3 people came through 2 networks, 2 of them through Tenants" in words
    assert "3 had booked and 0 walked in, over 2 surgeries." in words
    assert "was not filled in, so its 1 booking is left out." in words
    assert "2 of 3" in words
    assert "How we worked this out" in words
    assert "<b>Friends" not in response.content.decode()
    assert [bar.row.came for bar in response.context["bars"]] == [2, 1]


def test_somebody_who_came_twice_is_not_two_people(client, series):
    choir = create_network(series=series, name="Choir")
    first = evening(series, ago(days=20), choir, CAME)
    again = first.bookings.get().attendee
    evening(series, ago(days=50), choir, CAME, attendee=again)

    words = text(page(client, series))

    assert "People came 2 times, through Choir." in words
    assert "1 came for the first time. How many different people?" in words


@pytest.mark.parametrize(
    ("query", "came"),
    [
        ({}, 2),
        ({"period": "12"}, 2),
        ({"period": "nonsense"}, 2),
        ({"period": "3"}, 1),
        ({"period": "6"}, 2),
        ({"period": "all"}, 3),
        ({"start": "2020-01-01", "end": "2020-12-31"}, 1),
        ({"start": "2020-05-06", "end": "2020-05-06"}, 1),
        ({"end": "2019-12-31"}, 0),
        ({"period": "3", "start": "2020-01-01"}, 3),
    ],
)
def test_a_period_can_be_chosen(client, series, query, came):
    choir = create_network(series=series)
    for on in (ago(days=10), ago(days=120), date(2020, 5, 6)):
        evening(series, on, choir, CAME)

    response = page(client, series, **query)

    assert response.context["turnout"].came == came


def test_a_year_is_a_year_to_the_day(client, series):
    choir = create_network(series=series)
    today = timezone.localdate()
    a_year_ago = today.replace(year=today.year - 1)
    evening(series, a_year_ago, choir, CAME)
    evening(series, a_year_ago + timedelta(days=1), choir, CAME)

    assert page(client, series).context["turnout"].came == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"start": "2026-07-08", "end": "2026-07-01"}, "Choose a day after the first one."),
        ({"start": "8 July"}, "Enter a date, like 2026-11-11."),
    ],
)
def test_dates_that_make_no_period_are_told_at_the_field(client, series, query, sentence):
    response = page(client, series, **query)

    assert sentence in text(response)
    assert response.context["form"].in_words == "last 12 months"


def test_she_may_look_at_another_series_of_hers_and_at_no_others(client, olu, series):
    moseley = create_series(organiser=olu, slug="moseley", name="Moseley")
    create_series(slug="secret", name="Secret")

    response = page(client, series, series="moseley", period="6")
    assert response["Location"] == reverse("turnout", args=["moseley"]) + "?period=6"

    words = text(page(client, moseley, series="secret"))
    assert "Dudley" in words
    assert "Secret" not in words


@pytest.mark.parametrize(
    ("figure", "query"),
    [
        *((figure, {"network": "choir"}) for figure in ("came", "recorded", "walk_ins")),
        *((figure, {"network": "none"}) for figure in ("came", "walk_ins", "new_people")),
        *((figure, {}) for figure in ("booked", "people", "new_people", "surgeries")),
    ],
)
def test_every_number_opens_the_list_behind_it(client, series, figure, query):
    choir = create_network(series=series, name="Choir")
    if query.get("network") == "choir":
        query = {"network": choir.pk}
    for days in (20, 50):
        surgery = evening(series, ago(days=days), choir, CAME, CAME, AWAY)
        create_booking(surgery=surgery, outcome=CAME, walked_in=True)
        create_booking(surgery=surgery, network=choir, state=BookingState.CANCELLED)
    evening(series, ago(days=500), choir, CAME)
    figures = page(client, series).context["turnout"]
    rows = [
        r
        for r in figures.networks
        if not query or r.pk == (None if query["network"] == "none" else choir.pk)
    ]
    wanted = figures.surgeries if figure == "surgeries" else sum(getattr(r, figure) for r in rows)

    response = page(client, series, "turnout_people", figure=figure, **query)

    assert response.context["page"].paginator.count == wanted
    assert f"{wanted}: " in text(response)


def test_the_links_of_the_page_lead_to_lists_that_exist(client, series):
    choir = create_network(series=series, name="Choir")
    evening(series, ago(days=20), choir, CAME, AWAY)
    evening(series, ago(days=30), None, CAME)
    create_surgery(series=series, on=ago(days=40), places=(), head_count=3)
    response = page(client, series, period="6")

    links = re.findall(r'href="([^"]+turnout/people/[^"]+)"', response.content.decode())

    assert len(links) == 23
    for link in {link.replace("&amp;", "&") for link in links}:
        assert "period=6" in link
        assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "query", [{"figure": "secrets"}, {"network": "0"}, {"network": "x"}, {"network": "9" * 30}]
)
def test_a_list_of_nothing_we_know_is_not_there(client, series, query):
    assert page(client, series, "turnout_people", **query).status_code == 404


def test_another_series_network_is_not_there(client, series):
    foreign = create_network(series=create_series())

    assert page(client, series, "turnout_people", network=foreign.pk).status_code == 404


def test_an_erased_name_still_counts(client, series):
    surgery = evening(series, ago(days=20), None, CAME)
    attendee = surgery.bookings.get().attendee
    attendee.name, attendee.contact, attendee.erased_at = "", None, timezone.now()
    attendee.save()

    assert "name erased" in text(page(client, series, "turnout_people", figure="came"))


def test_a_download_says_that_it_is_for_the_team_only(client, series):
    evening(series, ago(days=20), create_network(series=series, name="=1+1"), CAME)

    response = page(client, series, format="csv")

    assert response["Content-Disposition"] == (
        'attachment; filename="turnout-dudley-team-only.csv"'
    )
    assert (
        response.content.decode("utf-8-sig").splitlines()[1].startswith("'=1+1,1,1,1,0,0,1,1,1.0")
    )


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (None, "Nothing to show yet"),
        (1000, "Choose a longer time"),
        (10, "Write down who came"),
    ],
)
def test_an_empty_page_says_what_to_do_first(client, series, days, sentence):
    if days:
        evening(series, ago(days=days), None)

    assert sentence in text(page(client, series, **({} if days else {"period": "all"})))


@pytest.mark.parametrize("name", ["turnout", "turnout_people"])
def test_a_stranger_finds_nothing_and_nothing_is_posted(client, series, name):
    assert client.post(reverse(name, args=[series.slug])).status_code == 405
    client.force_login(create_user(email="stan@example.org"))
    assert page(client, series, name).status_code == 404


@pytest.mark.parametrize(("name", "statements"), [("turnout", 5), ("turnout_people", 5)])
@pytest.mark.parametrize("number", [1, 3])
def test_statements_do_not_grow_with_the_rows(
    client, olu, series, name, statements, number, django_assert_num_queries
):
    for n in range(number):
        network = create_network(series=series)
        evening(series, ago(days=20 + n), network, CAME, AWAY)
        create_series(organiser=olu)

    with django_assert_num_queries(statements):
        page(client, series, name)
