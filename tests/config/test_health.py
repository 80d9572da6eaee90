"""Whoever watches is told which part does not work, in words, and since when mail waits (P9)."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection

from config import health
from surgeries.actions.heartbeats import note_heartbeat
from surgeries.clock import database_now
from surgeries.models import PromiseCheck
from surgeries.states import Heart, MessageState
from tests.factories import create_booking, create_message

FINE = {
    "database": "ok",
    "redis": "ok",
    "beat": "ok",
    "worker": "ok",
    "outbox": "ok: nothing is due",
    "promises": "ok: the first night is still to come",
}
SECOND = timedelta(seconds=1)


@pytest.fixture
def alive(db):
    for name in Heart:
        note_heartbeat(name, now=database_now())


def due_for(seconds, **fields):
    """A message that has been due for so long."""
    since = database_now() - seconds * SECOND
    return create_message(booking=create_booking(), next_at=since, **fields)


def test_the_process_says_it_is_up_and_what_else_it_knows(client, alive):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"process": "ok"} | FINE)


def test_a_process_without_its_parts_is_still_up(client, db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["redis"]) == (200, "not ok: ConnectionError")


def test_ready_when_every_part_works(client, alive):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, FINE)


@pytest.mark.parametrize("name", Heart.values)
def test_not_ready_before_the_first_sign_of_life(name, client, alive):
    health.Heartbeat.objects.filter(name=name).delete()

    answer = client.get("/readyz")

    expected = FINE | {name: "not ok: no sign of life yet"}
    assert (answer.status_code, answer.json()) == (503, expected)


@pytest.mark.parametrize("name", Heart.values)
def test_not_ready_when_beat_or_every_worker_is_silent(name, client, alive):
    note_heartbeat(name, now=database_now() - health.IS_SILENT_AFTER + 5 * SECOND)
    assert client.get("/readyz").json() == FINE

    note_heartbeat(name, now=database_now() - health.IS_SILENT_AFTER - 5 * SECOND)
    answer = client.get("/readyz")

    expected = FINE | {name: "not ok: no sign of life for 125 seconds"}
    assert (answer.status_code, answer.json()) == (503, expected)


def test_a_dead_redis_is_not_a_dead_beat(client, alive, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    expected = FINE | {"redis": "not ok: ConnectionError"}
    assert (answer.status_code, answer.json()) == (503, expected)


@pytest.mark.parametrize("address", ["/readyz", "/healthz/outbox"])
def test_a_message_that_is_late_raises_the_alarm(address, client, alive):
    message = due_for(290)
    answer = client.get(address)
    said = "ok: the oldest message has been due for 290 seconds"
    assert (answer.status_code, answer.json()["outbox"]) == (200, said)

    message.next_at -= 12 * SECOND
    message.save()
    answer = client.get(address)

    said = "not ok: the oldest message has been due for 302 seconds"
    assert (answer.status_code, answer.json()["outbox"]) == (503, said)


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.SENDING])
def test_a_message_that_is_held_and_does_not_leave_is_late_too(state, client, alive):
    due_for(400, state=state, lease_token="6a1f8a3e-0000-4000-8000-000000000000")

    assert client.get("/healthz/outbox").status_code == 503


def test_what_waits_for_its_time_is_not_late(client, alive):
    due_for(-60)
    due_for(400, state=MessageState.FAILED)

    assert client.get("/healthz/outbox").json() == {"outbox": "ok: nothing is due"}


ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/readyz", HTTP_HOST="localhost")
print(answer.status_code, answer.json()["database"], answer.json()["redis"], sep="; ")
"""


def test_a_database_that_is_away_is_said_in_words():
    dead = {"DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere"}
    env = os.environ | dead | {"DJANGO_SETTINGS_MODULE": "config.settings"}

    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=env, check=True, capture_output=True, text=True
    )

    assert asked.stdout.splitlines()[-1] == "503; not ok: OperationalError; ok"


def test_a_broken_promise_raises_the_alarm_until_it_is_kept_again(client, alive):
    now = database_now()
    PromiseCheck.objects.create(checked_at=now - 9 * SECOND, broken={"first_word": 2})
    answer = client.get("/readyz")
    said = "not ok: 1 broken, see check_promises"
    assert (answer.status_code, answer.json()["promises"]) == (503, said)

    PromiseCheck.objects.create(checked_at=now)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["promises"]) == (200, "ok")


def test_promises_at_which_nobody_has_looked_for_two_nights_raise_the_alarm(client, alive):
    long_ago = database_now() - health.PROMISES_ARE_LOOKED_AT_WITHIN
    check = PromiseCheck.objects.create(checked_at=long_ago + 60 * SECOND)
    assert client.get("/readyz").json()["promises"] == "ok"

    check.checked_at = long_ago - SECOND
    check.save()
    answer = client.get("/readyz")
    said = "not ok: nobody has looked for two nights"
    assert (answer.status_code, answer.json()["promises"]) == (503, said)


def test_tests_run_on_a_real_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150000
