"""Doorbells: beat and the actions ring them, and each may ring twice."""

import os
import signal
import socket
import threading
import time
from contextlib import contextmanager

from celery import shared_task

from surgeries.actions.figures import fold_months
from surgeries.actions.heartbeats import note_heartbeat
from surgeries.actions.privacy import erase_what_is_due
from surgeries.actions.promises import check_promises
from surgeries.actions.sending import deliver, never, sweep
from surgeries.clock import database_now
from surgeries.states import Heart


@shared_task(bind=True)
def tick(self):
    """Every 15 seconds: owe what has come due, take back what was left lying, send."""
    now = database_now()
    if not self.request.called_directly:
        note_heartbeat(Heart.WORKER, now=now)
    with told_to_stop(self.app.is_ending.is_set) as stopping:
        sweep(now=now, worker=name_of_this_worker(), stopping=stopping)


@shared_task(bind=True)
def doorbell(self):
    """Whenever something is owed that may leave at once."""
    with told_to_stop(self.app.is_ending.is_set) as stopping:
        deliver(now=database_now(), worker=name_of_this_worker(), stopping=stopping)


@shared_task
def nightly():
    """At 03:00 UTC."""
    erase_what_is_due(database_now())


@shared_task
def promises():
    """At 03:30 UTC."""
    check_promises(now=database_now())


@shared_task
def figures():
    """Every ten minutes: add up the months that are over and have changed since."""
    fold_months(database_now())


class Stopping:
    """Whether we were told to end, by a signal or by whom we ask; call it to know."""

    def __init__(self, ask):
        self.heard, self._ask = [], ask

    def __call__(self):
        return bool(self.heard) or self._ask()

    def wait(self, seconds):
        """Wait that long, or until we are told to end."""
        until = time.monotonic() + seconds
        while not self() and time.monotonic() < until:
            time.sleep(0.2)


@contextmanager
def told_to_stop(ask=never):
    """A Stopping, so that the message in hand is finished and the rest released.

    Whoever else waits for SIGTERM or SIGINT hears of it afterwards: a worker that runs its tasks
    itself, or beat.
    """
    stopping = Stopping(ask)
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {
        number: signal.signal(number, lambda number, _: stopping.heard.append(number))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in stopping.heard:
        if callable(before[number]) and before[number] is not signal.default_int_handler:
            signal.raise_signal(number)


def name_of_this_worker():
    """Machine and process, as an attempt notes them."""
    return f"{socket.gethostname()}:{os.getpid()}"
