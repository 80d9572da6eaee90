"""Many due messages, and the real processes that send them: workers and beat."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from itertools import count as numbers
from itertools import islice

import psutil
from django.db import connection
from django.utils import timezone

from config.celery import app
from config.local import processes
from surgeries.actions.outbox import owe_all
from surgeries.models import Attempt, Attendee, Booking, Message, Place
from surgeries.states import MessageKind, MessageState
from tests import factories
from tests.factories import NOW

SHORT_LEASES = {"OUTBOX_CLAIM_SECONDS": "4", "OUTBOX_SENDING_SECONDS": "4"}
CELERY = [sys.executable, "-m", "celery", "--quiet"]
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
FULL = 900  # people at one evening; a surgery has at most 999 places
SETTLED = (MessageState.SENT, MessageState.FAILED, MessageState.REVIEW)
_numbers = numbers()


# Messages --------------------------------------------------------------------------------


def owe_a_crowd(count, kind=MessageKind.CONFIRMATION):
    """Owe `count` people a message, about surgeries of one series that are to come."""
    series = factories.create_series(organiser=factories.create_user())
    messages = []
    for evening in range(-(-count // FULL)):
        people = min(FULL, count - evening * FULL)
        day = timezone.localdate() + timedelta(days=11 + evening)
        surgery = factories.create_surgery(series=series, on=day, places=(people,))
        messages += owe_all(kind, book(surgery, people), now=timezone.now())
    return messages


def book(surgery, count):
    """Book `count` new people into the free places of a surgery, as quickly as rows go in."""
    told = {"created_at": NOW, "last_active_at": NOW, "series": surgery.series}
    people = Attendee.objects.bulk_create(
        Attendee(name=f"Zoë {surgery.pk}-{n}", contact=f"zoe{surgery.pk}.{n}@example.org", **told)
        for n in islice(_numbers, count)
    )
    free = Place.objects.free().filter(surgery=surgery).select_related("slot")
    bookings = []
    for person, place in zip(people, free, strict=False):
        booking = Booking(
            surgery=surgery, attendee=person, slot=place.slot, place=place, booked_at=NOW
        )
        booking.seal()
        bookings.append(booking)
    return Booking.objects.bulk_create(bookings)


# Processes -------------------------------------------------------------------------------


def environment(mail_url, **more):
    """What a process needs to work on this process's database and send to `mail_url`."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    return os.environ | {"DATABASE_URL": url, "EMAIL_URL": mail_url} | SHORT_LEASES | more


class Worker:
    """One Celery worker: a parent, and in a prefork pool the children that send."""

    def __init__(self, env, number, *, pool="solo", of="config", children=2, loglevel="ERROR"):
        self._command = [
            *CELERY,
            *("-A", of, "worker", "--pool", pool),
            *("--concurrency", str(children), "--loglevel", loglevel, *ALONE),
            *("-n", f"worker{number}@%h"),
        ]
        self._env = env
        self.start()

    def start(self):
        """Start it, or start another in its place."""
        self.process = processes.start(self._command, dies_by=signal.SIGKILL, env=self._env)

    @property
    def pids(self):
        """Of those that send: its children, or itself in a solo pool."""
        return self.children or [self.process.pid]

    @property
    def children(self):
        """Of its pool, as far as they live just now."""
        try:
            return [child.pid for child in psutil.Process(self.process.pid).children()]
        except psutil.NoSuchProcess:
            return []

    def is_told_to_end(self, patience=20):
        """SIGTERM, to the parent only; whether it ended by itself in that time."""
        self.process.send_signal(signal.SIGTERM)
        return has_come(lambda: self.process.poll() is not None, patience)

    def stop(self):
        """End it for good, whatever it is doing."""
        processes.stop(self.process, signal.SIGKILL)


@contextmanager
def workers(count, mail_url, *, first=0, env=None, **what):
    """`count` Workers that have answered once, ended at the end of the block.

    They are numbered from `first`, which is how many there are already; `env` is what they find in
    their environment besides the usual, `what` is for Worker.
    """
    env, last = environment(mail_url, **(env or {})), first + count
    started = [Worker(env, n, **what) for n in range(first, last)]
    try:
        wait_for(lambda: all_listen(last), patience=90)
        yield started
    finally:
        for worker in started:
            worker.stop()
        app.control.purge()


@contextmanager
def one_worker(mail_url, **more):
    """A Worker that was started and perhaps does not listen yet."""
    pool = more.pop("pool")
    worker = Worker(environment(mail_url, **more), 0, pool=pool)
    try:
        yield worker
    finally:
        worker.stop()


@contextmanager
def beat(mail_url, folder, name="beat", scheduler="config.beat:Watch", **more):
    """A real beat; yields its process."""
    command = [*CELERY, "-A", "config", "beat", "--loglevel", "ERROR"]
    command += ["-s", str(folder / name), "-S", scheduler]
    process = processes.start(command, dies_by=signal.SIGKILL, env=environment(mail_url, **more))
    try:
        yield process
    finally:
        processes.stop(process, signal.SIGKILL)


def whoever_sends(office, after=1):
    """The process id of the worker that began the latest message, once `after` mails came."""
    wait_for(lambda: len(office.mails) >= after, patience=60, meanwhile=ring)
    latest = Attempt.objects.order_by("-started_at").values_list("worker", flat=True)[0]
    return int(latest.rpartition(":")[2])


# Waiting ---------------------------------------------------------------------------------


def ring():
    """As beat does, only more often."""
    app.send_task("surgeries.tasks.tick", retry=False)


def all_listen(count):
    """Whether `count` workers are there, and none is so busy that it does not answer."""
    return len(app.control.ping(timeout=0.5)) >= count


def tick_until_settled(patience=90, meanwhile=ring):
    """Ring until no message is queued or in hand."""
    unsettled = Message.objects.exclude(state__in=SETTLED)
    wait_for(lambda: not unsettled.exists(), patience, meanwhile)


def wait_for(come: Callable[[], object], patience, meanwhile=None, every=0.25):
    """Return once `come()` is true, or fail after `patience` seconds."""
    if not has_come(come, patience, meanwhile, every):
        raise TimeoutError("This did not come about in time.")


def has_come(come: Callable[[], object], patience, meanwhile=None, every=0.25):
    """Whether `come()` is true within `patience` seconds."""
    give_up = time.monotonic() + patience
    while not come():
        if time.monotonic() > give_up:
            return False
        if meanwhile:
            meanwhile()
        time.sleep(every)
    return True
