"""Workers with something wrong: one protection off, for negative controls, or a wrong clock.

`ODD=mark_first celery -A tests.outbox.odd worker` is a real worker in every other way.
"""

import datetime
import os
import sys
import time

import django

from config.celery import app  # noqa: F401 - what -A looks for

django.setup()

from surgeries.actions import leases, sending  # noqa: E402 - models want the setup first
from surgeries.states import MessageState  # noqa: E402

A_MOMENT = 0.3  # seconds
begin_send = leases.begin_send


def mark_first():
    """Sent is written a moment before the mail has left: a crash between the two loses it."""

    def begin(lease, message, **used):
        ours = begin_send(lease, message, **used)
        if ours:
            sending.settle(lease, message.pk, leases.Outcome(MessageState.SENT))
            time.sleep(A_MOMENT)
        return ours

    sending.begin_send = begin


def mark_last():
    """Nothing is written before the mail leaves: a crash doubles it, and no row says so."""
    sending.begin_send = lambda lease, message, **used: True


def no_fence():
    """Whoever held a message once may send it, however long ago that was."""
    mark_last()
    leases.Lease.is_half_over = False


def no_done_retry():
    """What the server took is forgotten when the database blinks."""
    leases.is_a_blink = lambda fault: False


def two_hours_ahead():
    """All that this process knows of the time is wrong; only the database's clock is right."""
    _shift_the_clock(datetime.timedelta(hours=2))


def two_hours_behind():
    """See `two_hours_ahead`."""
    _shift_the_clock(datetime.timedelta(hours=-2))


def _shift_the_clock(by):
    """Patch the process at its edge: time.time and datetime, wherever a module has taken it.

    Nothing that needs installing, like libfaketime. Stopwatches go on: they only measure.
    """
    real_time, real = time.time, datetime.datetime

    class Shifted(real):
        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + by

        @classmethod
        def utcnow(cls):
            return real.now(datetime.UTC).replace(tzinfo=None) + by

        @classmethod
        def today(cls):
            return real.now() + by

    time.time = lambda: real_time() + by.total_seconds()
    datetime.datetime = Shifted
    for module in list(sys.modules.values()):
        for name, thing in (("datetime", real), ("time", real_time)):
            if getattr(module, name, None) is thing:
                setattr(module, name, Shifted if thing is real else time.time)


def patch(name):
    """Make this process odd in the way of that name; "" leaves it as it is."""
    if name:
        globals()[name]()


patch(os.environ.get("ODD", ""))
