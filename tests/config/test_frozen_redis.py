"""Redis stops in the middle of the evening: a booking waits for it half a second at most (P10)."""

import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from django.db import connection

from config.local import services
from surgeries.models import Booking, Message
from tests import factories
from tests.surgeries.views.visitor import coming, place_to_book, typed

pytestmark = pytest.mark.django_db(transaction=True)

MOST_SLOWER = 0.5  # seconds
# A web process: for each line it reads, somebody books; it says how many seconds that took.
BOOKS = """
import json, sys, time, django
django.setup()
from django.test import Client
address, said = json.loads(sys.stdin.readline())
for number, _line in enumerate(sys.stdin):
    said |= {"name": f"Person {number}", "contact": f"person{number}@example.org"}
    begun = time.perf_counter()
    answer = Client().post(address, said)
    print("booked", answer.status_code, time.perf_counter() - begun, flush=True)
"""


class Web:
    """A web process with a Redis of its own."""

    def __init__(self, redis_url, surgery):
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        ours = {"DATABASE_URL": url, "REDIS_URL": redis_url, "LOG_LEVEL": "CRITICAL"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", BOOKS],
            env=os.environ | ours | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._write(json.dumps([place_to_book(surgery), typed(surgery)]))

    def _write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def book(self):
        """How many seconds it takes to book one place."""
        self._write("book")
        said = next(line for line in self.process.stdout if line.startswith("booked"))
        _booked, status, seconds = said.split()
        assert status == "302"
        return float(seconds)


@contextmanager
def a_redis_of_our_own():
    """Its address, and its process to be stopped and gone on with."""
    with (
        tempfile.TemporaryDirectory() as home,
        services.valkey(Path(home), secrets.token_hex(8)) as url,
    ):
        process = redis.Redis.from_url(url).info("server")["process_id"]
        try:
            yield url, process
        finally:
            os.kill(process, signal.SIGCONT)


@pytest.fixture
def surgery():
    return coming(factories.create_series(slug="central-birmingham"), places=(40,))


def test_a_booking_waits_half_a_second_at_most_for_a_redis_that_froze(surgery):
    with a_redis_of_our_own() as (url, process):
        web = Web(url, surgery)
        try:
            usual = statistics.median(web.book() for _ in range(7))
            os.kill(process, signal.SIGSTOP)
            frozen = [web.book() for _ in range(5)]
            os.kill(process, signal.SIGCONT)
        finally:
            web.process.kill()
            web.process.wait()
    assert max(frozen) - usual < MOST_SLOWER, (usual, frozen)
    assert Booking.objects.count() == Message.objects.count() == 12
