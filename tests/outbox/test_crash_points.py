"""The worker dies at every single thing it sends, to the database and to the mail server.

The kill falls where strace would put it, at the socket: a relay counts what the worker sends, and
at number n ends it with SIGKILL instead of passing that on. So every point is tried once.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from surgeries.actions.outbox import owe
from surgeries.actions.sending import drain, reap
from surgeries.clock import database_now
from surgeries.models import Message
from surgeries.states import MessageKind, MessageState
from tests import factories
from tests.outbox import relay

pytestmark = pytest.mark.django_db(transaction=True)


class Crashable:
    """A worker process of `crash_worker`, on lines that count what it sends."""

    def __init__(self, process, counter):
        self._process, self._counter = process, counter

    def sweeps(self, *, dies_at=0):
        """One round; returns what it sent, the last of which never arrived if it was killed."""
        pid = int(self._say("fork"))
        self._counter.rearm(at=dies_at, then=lambda: os.kill(pid, signal.SIGKILL))
        ended = int(self._say("start"))
        assert ended in (0, -signal.SIGKILL)
        return ended == 0, self._counter.sends

    def _say(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def crashable(odd=""):
    """A Crashable that sends to the post office of this test."""
    database, counter = connection.settings_dict, relay.Counter()
    with ExitStack() as stack:
        there = stack.enter_context(relay.line("database", int(database["PORT"]), counter))
        mail = stack.enter_context(relay.line("mail", settings.EMAIL_PORT, counter))
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{there}/{NAME}".format(there=there, **database)
        env = os.environ | {
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ODD": odd,
        }
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.outbox.crash_worker"],
                cwd=settings.BASE_DIR,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        yield Crashable(process, counter)
        process.stdin.close()


def every_point(worker, surgery, *, begin=1):
    """[(message, what was being sent when the worker died)], one for each thing it sends."""
    crashes = []
    while True:
        message = _owed(surgery)
        done, sends = worker.sweeps(dies_at=begin + len(crashes))
        if done:
            return crashes
        crashes.append((message, sends[-1]))
        _what_the_next_worker_does()


def first_word_to_the_mail_server(worker, surgery):
    """At which send a worker that lives speaks to the mail server."""
    _owed(surgery)
    _done, sends = worker.sweeps()
    return [name for name, _data in sends].index("mail") + 1


def _owed(surgery):
    booking = factories.create_booking(surgery=surgery)
    return owe(MessageKind.CONFIRMATION, booking, now=database_now())


def _what_the_next_worker_does():
    late = database_now() - timedelta(minutes=1)
    Message.objects.exclude(lease_token=None).update(lease_until=late)
    reap()
    drain(now=database_now(), worker="the next")


def copies_of(message, post_office):
    return post_office.copies().get(f"<{message.pk}@testserver>", 0)


def test_dying_at_any_send_loses_nothing_and_only_one_point_doubles(surgery, post_office):
    """T-OUT-01, P7."""
    with crashable() as worker:
        crashes = every_point(worker, surgery)

    copies = [copies_of(message, post_office) for message, _send in crashes]
    assert sorted(copies) == [1] * (len(crashes) - 1) + [2]
    assert {name for _message, (name, _data) in crashes} == {"database", "mail"}

    (doubled,) = (message for message, _send in crashes if copies_of(message, post_office) == 2)
    flagged = set(Message.objects.filter(uncertain__gt=0).values_list("pk", flat=True))
    # It was being told that the content is there, or had just been, when the worker died.
    in_doubt = [send for message, send in crashes if message.pk in flagged]
    assert doubled.pk in flagged
    assert [name for name, _data in in_doubt] == ["mail"] * (len(in_doubt) - 1) + ["database"]
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


@pytest.mark.parametrize(("odd", "harm"), [("mark_first", 0), ("mark_last", 2)])
def test_in_any_other_order_a_crash_loses_or_doubles_and_no_row_says_so(
    odd, harm, surgery, post_office
):
    """Negative control: marking first loses a mail, marking last doubles one."""
    with crashable(odd) as worker:
        begin = first_word_to_the_mail_server(worker, surgery)
        crashes = every_point(worker, surgery, begin=begin)

    harmed = [m.pk for m, _send in crashes if copies_of(m, post_office) == harm]
    assert harmed
    assert not Message.objects.filter(pk__in=harmed, uncertain__gt=0).exists()
