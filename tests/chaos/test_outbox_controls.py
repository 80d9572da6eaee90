"""Negative controls: with a protection off, the same trouble does the harm that it stands against.

So the other runs would see it, if it were there.
"""

import os
import signal

import pytest

from surgeries.models import Message
from surgeries.states import MessageState
from tests.chaos.outbox_run import account_of, let_an_hour_pass, say
from tests.outbox import crowd
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 40
KILLS = 3
PATIENCE = 300  # seconds; an idle machine takes a tenth of that
SLOWLY = 0.1  # seconds a mail


def test_whoever_marks_before_sending_loses_mail_when_workers_die():
    """The fence writes `sending` first and `sent` last; this one writes `sent` first.

    What comes of kills at any moment with nothing off is in `test_outbox_storm.py`.
    """
    office = PostOffice()
    marked = Message.objects.filter(state=MessageState.SENT)
    with office.listening() as url, odd_workers("mark_first", 1, url, pool="prefork") as (worker,):
        crowd.owe_a_crowd(4 * KILLS)
        for lost in range(KILLS):
            crowd.wait_for(
                lambda: marked.count() > len(office.mails) + lost,  # noqa: B023
                PATIENCE,
                meanwhile=crowd.ring,
                every=0.05,
            )
            for pid in worker.children:
                os.kill(pid, signal.SIGKILL)
        crowd.tick_until_settled(PATIENCE, meanwhile=let_an_hour_pass)

    account = account_of(office)
    say(f"{KILLS} kills, sent is written first", account)
    assert len(account.lost) >= KILLS


def test_without_the_fence_a_worker_that_stood_still_sends_what_others_have_sent():
    """T-OUT-06: frozen until its lease is over and the others are done.

    What comes of it with the fence is in `tests/outbox/test_leases.py`.
    """
    office = PostOffice(pause=SLOWLY)
    with office.listening() as url, odd_workers("no_fence", 2, url):
        crowd.owe_a_crowd(COUNT)
        frozen = crowd.whoever_sends(office, after=5)
        os.kill(frozen, signal.SIGSTOP)
        office.pause = 0
        crowd.tick_until_settled(PATIENCE)
        os.kill(frozen, signal.SIGCONT)
        crowd.wait_for(lambda: crowd.all_listen(2), PATIENCE)

    account = account_of(office)
    say("a worker frozen beyond its lease, no fence", account)
    assert account.doubled_unflagged


def odd_workers(odd, count, url, **what):
    """Workers with one protection off."""
    return crowd.workers(
        count, url, of="tests.outbox.odd", env={"ODD": odd}, loglevel="CRITICAL", **what
    )
