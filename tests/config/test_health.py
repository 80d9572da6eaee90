from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from config.celery import HEARTBEAT
from config.health import MAIL_IS_LATE_AFTER, PROMISES_ARE_LOOKED_AT_WITHIN
from surgeries.models import PromiseCheck
from tests.factories import create_booking, create_message

FINE = {"database": "ok", "redis": "ok", "ticks": "ok", "mail": "ok", "promises": "ok"}


@pytest.fixture
def heartbeat():
    cache.set(HEARTBEAT, True)


def test_the_process_says_it_is_up(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


def test_ready_when_every_part_works(client, db, heartbeat):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, FINE)


def test_not_ready_when_no_tick_came_through(client, db):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, FINE | {"ticks": "not ok"})


def test_not_ready_when_redis_is_away(client, db, heartbeat, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, FINE | {"redis": "not ok"})


def test_not_ready_when_a_message_waits_too_long(client, db, heartbeat):
    message = create_message(booking=create_booking())
    message.next_at = timezone.now() - MAIL_IS_LATE_AFTER + timedelta(minutes=1)
    message.save()
    assert client.get("/readyz").json() == FINE

    message.next_at -= timedelta(minutes=2)
    message.save()
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, FINE | {"mail": "not ok"})


def test_not_ready_while_a_promise_is_broken(client, db, heartbeat):
    now = timezone.now()
    PromiseCheck.objects.create(checked_at=now - timedelta(hours=1), broken={"first_word": 2})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, FINE | {"promises": "not ok"})

    PromiseCheck.objects.create(checked_at=now)
    assert client.get("/readyz").json() == FINE


def test_not_ready_when_nobody_has_looked_at_the_promises_for_two_nights(client, db, heartbeat):
    long_ago = timezone.now() - PROMISES_ARE_LOOKED_AT_WITHIN
    check = PromiseCheck.objects.create(checked_at=long_ago + timedelta(minutes=1))
    assert client.get("/readyz").json() == FINE

    check.checked_at = long_ago - timedelta(minutes=1)
    check.save()
    assert client.get("/readyz").json() == FINE | {"promises": "not ok"}


def test_tests_run_on_a_real_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150000
