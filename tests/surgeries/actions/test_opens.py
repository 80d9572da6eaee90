"""Opens are numbers of a day, by the series' clock, and whoever opens at once is counted."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surgeries.actions.opens import count_open
from surgeries.models import LinkOpens
from tests.factories import (
    NOW,
    WEDNESDAY,
    create_link,
    create_network,
    create_series,
    create_surgery,
    create_user,
)
from tests.surgeries.rules.test_opens import LOOK


@pytest.fixture
def link(db):
    return create_link(network=create_network(series=create_series()), code="abcd2345")


def look(client, **headers):
    return client.get(reverse("invite_follow", args=["abcd2345"]), headers=LOOK | headers)


def counted():
    return list(LinkOpens.objects.values_list("on", "times"))


def test_each_day_of_the_series_has_its_number(link):
    # Half past midnight of a summer's day in London is the day before in UTC.
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    for now in (NOW, NOW, late):
        count_open(link, now=now)
    assert sorted(counted()) == [(date(2026, 7, 2), 1), (NOW.date(), 2)]


def test_a_look_is_counted_without_a_cookie(client, link):
    for _ in range(2):
        response = look(client)
    assert [times for _on, times in counted()] == [2]
    assert not response.cookies


def test_a_preview_sees_the_page_and_counts_for_nobody(client, link):
    assert look(client, **{"User-Agent": "WhatsApp/2.23"}).status_code == 200
    assert client.head(reverse("invite_follow", args=["abcd2345"])).status_code == 200
    assert counted() == []


def test_the_teams_own_look_is_not_counted(client, link):
    client.force_login(create_user())
    look(client)
    assert counted() == []


@pytest.mark.parametrize("surgeries", [1, 5])
def test_counting_is_one_statement_beside_the_page(
    client, link, surgeries, django_assert_num_queries
):
    for week in range(surgeries):
        on = WEDNESDAY + timedelta(weeks=week)
        create_surgery(series=link.network.series, on=on)
    with CaptureQueriesContext(connection) as page:
        look(client, **{"User-Agent": "WhatsApp/2.23"})
    with django_assert_num_queries(len(page) + 1):
        look(client)


@pytest.mark.django_db(transaction=True)
def test_whoever_opens_at_once_is_counted():
    link = create_link(network=create_network(series=create_series()))
    barrier = threading.Barrier(4)

    def open_it():
        barrier.wait(timeout=20)
        for _ in range(10):
            count_open(link, now=NOW)
        connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert counted() == [(NOW.date(), 40)]
