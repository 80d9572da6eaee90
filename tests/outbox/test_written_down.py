"""What a real web server, worker and beat write into their logs: never who (P27, T-LNK-05)."""

import re
import signal
import sys
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection
from django.urls import reverse

from config.local import processes
from surgeries.models import Attendee, Booking, Message
from surgeries.states import MessageState
from tests import factories
from tests.outbox import crowd, site
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

GUNICORN = ("gunicorn", "-c", "python:config.gunicorn", "config.wsgi")
WORKER = ("celery", "-A", "config", "worker", "--pool", "solo", "-l", "INFO", *crowd.ALONE)
BEAT = ("celery", "-A", "config", "beat", "-l", "INFO", "-S", "config.beat:Watch", "-s")


@contextmanager
def running(module, env, log):
    """One of our processes; what it says goes to the file `log`."""
    command = [sys.executable, "-m", *module]
    process = processes.start(command, dies_by=signal.SIGKILL, env=env, log=log)
    try:
        yield
    finally:
        processes.stop(process, signal.SIGTERM)


@pytest.fixture
def office():
    return PostOffice()


@pytest.fixture
def log(tmp_path):
    return tmp_path / "everything.log"


@pytest.fixture
def address(office, log, tmp_path):
    """Web, worker and beat that tell all they would ever tell, into one file."""
    port = str(processes.free_port())
    with ExitStack() as stack:
        mail = stack.enter_context(office.listening())
        env = crowd.environment(mail, PORT=port, LOG_LEVEL="INFO", PYTHONUNBUFFERED="1")
        for module in (GUNICORN, WORKER, (*BEAT, str(tmp_path / "beat"))):
            stack.enter_context(running(module, env, log))
        there = f"http://127.0.0.1:{port}"
        crowd.wait_for(lambda: site.answer(f"{there}/readyz")[0] == 200, patience=90)
        yield there


@contextmanager
def a_column_missing():
    """Whoever reads a booking meets a fault that names a row: a 500, and a worker that raises."""
    rename = "ALTER TABLE surgeries_booking RENAME COLUMN"
    with connection.cursor() as cursor:
        cursor.execute(f"{rename} goal TO gone")
        try:
            yield
        finally:
            cursor.execute(f"{rename} gone TO goal")


def test_nothing_that_tells_who_stands_in_any_log(surgery, office, log, address):
    office.at_rcpt = ["550 5.1.1 <joyce1@example.org> Joyce Bennett is not here"]
    winston = factories.create_attendee(
        series=surgery.series,
        name="Winston Clarke",
        contact="+447400123457",
        access_needs="A canary chair",
        access_needs_agreed_at=factories.NOW,
    )
    factories.create_booking(surgery=surgery, attendee=winston)
    assert site.book(address, surgery)[0] == 302
    failed = Message.objects.filter(state=MessageState.FAILED)
    crowd.wait_for(failed.exists, patience=60)
    contacts = list(Attendee.objects.values_list("contact", flat=True))
    secrets = [booking.secret for booking in Booking.objects.all()]
    page = address + reverse("booking_detail", args=[secrets[0]])
    assert site.answer(page)[0] == 200
    assert site.answer(page[:-2] + "/")[0] == 404
    with a_column_missing():
        assert site.answer(page)[0] == 500
        assert site.book(address, surgery)[0] == 500
        crowd.wait_for(lambda: "raised unexpected" in log.read_text(), patience=60)

    text = log.read_text()
    for word in ("Internal Server Error: /b/.../", "Not Found: /b/.../", "UndefinedColumn"):
        assert word in text
    guesses = [secret[:20] for secret in secrets]
    for who in (*guesses, *contacts, "7400123457", "Joyce", "Winston", "canary"):
        assert who not in text, who
    assert not re.search(r"/b/[\w-]{8}", text)
