"""Doorbells: beat and the actions ring them, and each may ring twice."""

import os
import signal
import socket
import threading
from contextlib import contextmanager

from celery import shared_task

from surgeries.actions.privacy import erase_what_is_due
from surgeries.actions.promises import check_promises
from surgeries.actions.sending import sweep
from surgeries.clock import database_now


@shared_task
def tick():
    """Every 15 seconds, and whenever something is owed."""
    with told_to_stop() as stopping:
        sweep(now=database_now(), worker=name_of_this_worker(), stopping=stopping.is_set)


@shared_task
def nightly():
    """At 03:00 UTC."""
    erase_what_is_due(database_now())


@shared_task
def promises():
    """At 03:30 UTC."""
    check_promises(now=database_now())


@contextmanager
def told_to_stop():
    """An event that SIGTERM sets, so that the message in hand is finished and the rest released."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGTERM, before)
    if stopping.is_set() and callable(before):
        # A worker that runs its tasks itself still has to hear that it shall end.
        signal.raise_signal(signal.SIGTERM)


def name_of_this_worker():
    """Machine and process, as an attempt notes them."""
    return f"{socket.gethostname()}:{os.getpid()}"
