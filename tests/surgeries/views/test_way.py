"""The page of the way: words first, every number a link, and files that open safely."""

import io
import json
import re
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import LinkOpens
from surgeries.states import Outcome
from tests.factories import (
    create_booking,
    create_link,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db
CAME, AWAY = Outcome.CAME, Outcome.DID_NOT_COME


@pytest.fixture
def olu(client):
    olu = create_user(email="olu@example.org")
    client.force_login(olu)
    return olu


@pytest.fixture
def series(olu):
    return create_series(organiser=olu, slug="dudley", name="Dudley")


def ago(**length):
    return timezone.localdate() - timedelta(**length)


def evening(series, on, network, *outcomes, **fields):
    surgery = series.surgeries.filter(on=on).first() or create_surgery(
        series=series, on=on, places=()
    )
    for outcome in outcomes:
        create_booking(surgery=surgery, network=network, outcome=outcome, imported=True, **fields)
    return surgery


def page(client, of, name="turnout_way", **query):
    response = client.get(reverse(name, args=[of.slug]), query)
    assert response.status_code == 200
    return response


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_words_come_first_and_compare_with_the_time_before(client, series):
    choir = create_network(series=series, name="Choir <b>")
    regular = evening(series, ago(days=10), choir, CAME).bookings.get().attendee
    evening(series, ago(days=20), choir, CAME, attendee=regular)
    evening(series, ago(days=30), choir, CAME, AWAY)
    evening(series, ago(days=400), choir, CAME)

    words = text(page(client, series))

    assert "2 people came. 1 of them has come more than once." in words
    assert "In as many days before, 1 person came." in words
    assert "Choir &lt;b&gt;" in page(client, series).content.decode()


def test_every_link_of_the_page_opens_a_list_of_as_many(client, series):
    choir = create_network(series=series, name="Choir")
    LinkOpens.objects.create(link=create_link(network=choir), on=ago(days=5), times=3)
    evening(series, ago(days=10), choir, CAME, AWAY)
    evening(series, ago(days=10), None, CAME, Outcome.NOT_RECORDED)

    html = page(client, series, period="6").content.decode()
    links = re.findall(r'href="([^"]+way/people/[^"]+)">([\d,]+)<', html)

    assert len(links) == 29
    for link, number in links:
        response = client.get(link.replace("&amp;", "&"))
        assert "period=6" in link or "start=" in link
        assert response.status_code == 200
        if "figure=told" not in link:
            assert response.context["page"].paginator.count == int(number)


def test_one_date_and_all_my_series(client, olu, series):
    moseley = create_series(organiser=olu, slug="moseley", name="Moseley")
    one = evening(series, ago(days=10), create_network(series=series), CAME, CAME)
    evening(series, ago(days=20), create_network(series=series), CAME)
    evening(moseley, ago(days=20), create_network(series=moseley), CAME)

    def came(**query):
        return page(client, series, **query).context["way"].together.came

    assert (came(), came(surgery=one.pk), came(series="all")) == (3, 2, 4)
    listed = page(client, series, "turnout_way_people", figure="came", series="all")
    assert listed.context["page"].paginator.count == 4
    for link in re.findall(r'href="(/organise/\w+/people/\d+/)"', listed.content.decode()):
        assert client.get(link).status_code == 200


def test_another_series_of_hers_is_another_page_and_nobody_elses_is_none(client, olu, series):
    create_series(organiser=olu, slug="moseley", name="Moseley")
    secret = create_series(slug="secret", name="Secret")
    foreign = evening(secret, ago(days=9), create_network(series=secret), CAME)

    response = client.get(reverse("turnout_way", args=["dudley"]), {"series": "moseley"})
    assert response["Location"].startswith(reverse("turnout_way", args=["moseley"]))
    for query in ({"series": "secret"}, {"surgery": foreign.pk}, {"series": "all"}):
        assert page(client, series, **query).context["way"].together.came == 0


def many_networks(series, number):
    for n in range(number):
        network = create_network(series=series, name=f"Network {n}")
        outcomes = [CAME] * 8 if n else [AWAY] * 8
        evening(series, ago(days=10), network, *outcomes)


@pytest.mark.parametrize(("number", "drawn"), [(11, False), (12, True)])
def test_the_funnel_is_drawn_from_twelve_networks_on(client, series, number, drawn):
    many_networks(series, number)

    response = page(client, series)

    assert ("What chance alone can do" in text(response)) == drawn
    if drawn:
        found = response.context["funnel"]
        assert [(dot.row.network, dot.where) for dot in found.outside] == [("Network 0", -2)]
        assert "1 network is further from the rest than chance usually takes it." in text(response)


def test_an_empty_page_says_what_to_do_first(client, series):
    assert "Pass a link on first." in text(page(client, series))


EVIL = '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("name", ["turnout_way", "turnout"])
def test_files_are_for_the_team_and_hold_no_formula(client, series, name):
    network = create_network(series=series, name=EVIL)
    evening(series, ago(days=10), network, CAME)

    files = {kind: page(client, series, name, format=kind) for kind in ("csv", "xlsx", "json")}

    for kind, response in files.items():
        assert f'-dudley-team-only.{kind}"' in response["Content-Disposition"]
    line = files["csv"].content.decode("utf-8-sig").splitlines()[1]
    assert line.startswith('"\'=HYPERLINK(""http://x"",""y"")"')
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"].content)).active
    assert (sheet.title, sheet["A2"].value, sheet["A2"].data_type) == ("team only", EVIL, "s")
    assert json.loads(files["json"].content)["networks"][0]["network"] == EVIL


@pytest.mark.parametrize("query", [{"figure": "secrets"}, {"network": "0"}, {"network": "x"}])
def test_a_list_of_nothing_we_know_is_not_there(client, series, query):
    where = reverse("turnout_way_people", args=[series.slug])
    assert client.get(where, query).status_code == 404


@pytest.mark.parametrize("name", ["turnout_way", "turnout_way_people"])
def test_a_stranger_finds_nothing_and_nothing_is_posted(client, series, name):
    where = reverse(name, args=[series.slug])
    assert client.post(where).status_code == 405
    client.force_login(create_user(email="stan@example.org"))
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(("name", "statements"), [("turnout_way", 11), ("turnout_way_people", 6)])
@pytest.mark.parametrize("number", [2, 13])
def test_statements_do_not_grow_with_the_rows(
    client, series, name, statements, number, django_assert_num_queries
):
    many_networks(series, number)
    with django_assert_num_queries(statements):
        page(client, series, name)
