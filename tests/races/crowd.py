"""Many people at the same moment: threads, each with a connection of its own."""

import threading
import time

from django.db import close_old_connections, connection

from surgeries.models import Surgery
from surgeries.turnout.promises import broken_promises


def all_at_once(*works):
    """What each of `works` returns, or the exception it raised; all are let go at one moment."""
    barrier = threading.Barrier(len(works))
    answers = [None] * len(works)

    def one(number, work):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            answers[number] = work()
        except Exception as fault:
            answers[number] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return answers


def without_the_lock(monkeypatch):
    """Nobody holds the surgery any more, and whoever has looked at it takes a moment to act."""

    def not_locked(surgeries):
        return surgeries.select_related("series", "venue")

    monkeypatch.setattr(Surgery.objects._queryset_class, "locked", not_locked)


def slowly(monkeypatch, module, name, seconds=0.03):
    """`module.name` still does its work, and then takes a moment, in which others do theirs."""
    work = getattr(module, name)

    def done_slowly(*args, **kwargs):
        answer = work(*args, **kwargs)
        time.sleep(seconds)
        return answer

    monkeypatch.setattr(module, name, done_slowly)


def broken(now):
    """The names of the promises that are broken at `now`."""
    return [one.promise.name for one in broken_promises(now)]
