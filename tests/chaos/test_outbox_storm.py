"""Ten thousand messages, and all that can happen to workers, database and mail server at once.

The figures of P5 and P6 (T-OUT-02, T-OUT-04, T-OUT-05), at the size that was promised.
"""

import os
import random
import signal
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from surgeries.clock import database_now
from surgeries.models import Message
from surgeries.states import MessageState
from tests.chaos.outbox_run import IMMEDIATE, NO_POWER_CUT, SILENT, account_of, restart, say
from tests.outbox import crowd, servers
from tests.outbox.post_office import CUT, FROZEN, PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 10_000
KILLS, STOPS = 200, 10
A_WHOLE_WORKER = 20  # kills, after which not a child of a pool dies but all of a worker
PATIENCE = 600  # seconds for each half of the run; an idle machine takes a fifth of that
LEASE = timedelta(seconds=10)
LEASES = dict.fromkeys(crowd.SHORT_LEASES, str(LEASE.seconds))
SHARE = 0.025  # of each fault, at the address and once more at the content: 5 % in all
FAULTS = ("451 Not now", "452 Full", "550 Nobody of that name", CUT)
FROZEN_TIMES = 4


def test_nothing_is_lost_and_every_second_copy_is_flagged():
    office = PostOffice(frozen_for=LEASE.total_seconds() + 1)
    rng = random.Random(3)
    for answers in (office.at_rcpt, office.at_data):
        answers.extend(faults(rng))
    with (
        servers.database_of_our_own(settings=NO_POWER_CUT) as database,
        office.listening() as url,
        crowd.workers(2, url, pool="prefork", env=LEASES | SILENT, loglevel="CRITICAL") as crew,
    ):
        crowd.owe_a_crowd(COUNT)
        begun = time.monotonic()
        stops = strike(crew, database, office, rng)
        crowd.tick_until_settled(PATIENCE, meanwhile=go_on)
        account = account_of(office)
        seconds = time.monotonic() - begun

    say(f"storm: {KILLS} kills, {stops} immediate stops", account, f"{seconds:.0f} s")
    assert stops >= STOPS
    assert account.doubled  # it was worth the trouble
    account.holds()


def faults(rng):
    """What the post office answers in turn: mostly yes."""
    each = int(COUNT * SHARE)
    said = [answer for fault in FAULTS for answer in [fault] * each] + [FROZEN] * FROZEN_TIMES
    said += ["250 OK"] * (COUNT - len(said))
    rng.shuffle(said)
    return said


def strike(crew, database, office, rng):
    """Kill KILLS times, evenly over the run, and stop the database as evenly; returns how often."""
    give_up, stops = time.monotonic() + PATIENCE, 0
    step = COUNT * 0.8 / KILLS
    for kill in range(1, KILLS + 1):
        go_on()
        while not has_taken(office, kill * step):
            assert time.monotonic() < give_up, f"Only {kill} kills in time."
            go_on()
        kill_somebody(rng.choice(crew), whole=kill % A_WHOLE_WORKER == 0)
        if kill % (KILLS // STOPS) == KILLS // STOPS // 2:
            restart(database, by=IMMEDIATE)
            stops += 1
    return stops


def has_taken(office, count):
    """Whether so many mails come within a second."""
    return crowd.has_come(lambda: len(office.recipients) >= count, patience=1, every=0.02)


def kill_somebody(worker, *, whole):
    """With -9: one of the children that send, or everything that belongs to a worker."""
    if whole:
        worker.stop()
        worker.start()
        return
    with suppress(ProcessLookupError, IndexError):
        os.kill(random.choice(worker.children), signal.SIGKILL)


def go_on():
    """Ring, and let an hour pass for what backs off or is set aside; leases of workers go on."""
    crowd.ring()
    now = database_now()
    Message.objects.filter(state=MessageState.QUEUED, next_at__gt=now).update(next_at=now)
    set_aside = Message.objects.filter(state=MessageState.CLAIMED, lease_until__gt=now + LEASE)
    set_aside.update(lease_until=now)
