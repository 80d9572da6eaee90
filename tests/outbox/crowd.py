"""Many due messages, real worker processes, and one of them killed in the middle."""

import os
import signal
import sys
import time
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from config.celery import app
from config.local import processes
from surgeries.actions.outbox import owe_all
from surgeries.models import Attempt, Booking, Message
from surgeries.states import MessageKind, MessageState
from tests import factories

SHORT_LEASES = {"OUTBOX_CLAIM_SECONDS": "2", "OUTBOX_SENDING_SECONDS": "3"}
WORKER = [
    "-m",
    "celery",
    "--quiet",
    "-A",
    "config",
    "worker",
    "--pool",
    "solo",
    "--loglevel",
    "ERROR",
]
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def owe_a_crowd(surgery, count):
    """Owe `count` people their confirmation; returns the messages."""
    for _ in range(count):
        factories.create_booking(surgery=surgery)
    bookings = Booking.objects.filter(surgery=surgery)
    people = bookings.select_related("attendee", "slot", "surgery__series")
    return owe_all(MessageKind.CONFIRMATION, people, now=timezone.now())


@contextmanager
def workers(count, mail_url, **environment):
    """Celery worker processes on this process's database that send to `mail_url`."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = os.environ | {"DATABASE_URL": url, "EMAIL_URL": mail_url} | SHORT_LEASES | environment
    names = [["-n", f"worker{number}@%h"] for number in range(count)]
    started = [
        processes.start([sys.executable, *WORKER, *ALONE, *name], dies_by=signal.SIGKILL, env=env)
        for name in names
    ]
    try:
        _wait(lambda: len(app.control.ping(timeout=0.5)) >= count, patience=60)
        yield started
    finally:
        for process in started:
            processes.stop(process, signal.SIGKILL)
        app.control.purge()


def tick_until_settled(patience=90):
    """Ring as beat would, only more often, until no message is queued or in hand."""
    settled = Message.objects.filter(state__in=(MessageState.SENT, MessageState.REVIEW))
    _wait(lambda: settled.count() == Message.objects.count(), patience, meanwhile=_ring)


def whoever_sends(started, office, after=1):
    """The worker process that began the latest message, once `after` mails have arrived."""
    _wait(lambda: len(office.mails) >= after, patience=60, meanwhile=_ring)
    attempts = Attempt.objects.order_by("-started_at").values_list("worker", flat=True)
    pid = int(attempts[0].rpartition(":")[2])
    return next(process for process in started if process.pid == pid)


def _ring():
    app.send_task("surgeries.tasks.tick", expires=5)


def _wait(until, patience, meanwhile=None):
    give_up = time.monotonic() + patience
    while not until():
        if time.monotonic() > give_up:
            raise TimeoutError("This did not come about in time.")
        if meanwhile:
            meanwhile()
        time.sleep(0.25)
