"""Thousands of messages, and all that can happen to workers, database and mail server at once.

The figures of P5 and P6 (T-OUT-02, T-OUT-04, T-OUT-05): with `--long` ten thousand messages, two
hundred kills and ten stops.
"""

import os
import random
import signal
import time
from contextlib import suppress

import pytest

from tests.chaos.outbox_run import (
    IMMEDIATE,
    NO_POWER_CUT,
    SILENT,
    account_of,
    let_an_hour_pass,
    restart,
    say,
)
from tests.outbox import crowd, servers
from tests.outbox.post_office import CUT, FROZEN, PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 10_000
KILLS, STOPS = 200, 10
A_WHOLE_WORKER = 20  # kills, after which not a child of a pool dies but all of a worker
PATIENCE = 600  # seconds for each half of the run; an idle machine takes a fifth of that
LEASE = 10  # seconds
LEASES = dict.fromkeys(crowd.SHORT_LEASES, str(LEASE))
SHARE = 0.025  # of each fault, at the address and once more at the content: 5 % in all
FAULTS = ("451 Not now", "452 Full", "550 Nobody of that name", CUT)
FROZEN_TIMES = 4


def test_nothing_is_lost_and_every_second_copy_is_flagged(share_of):
    count, kills = share_of(COUNT), share_of(KILLS)
    office = PostOffice(frozen_for=LEASE + 1)
    rng = random.Random(3)
    for answers in (office.at_rcpt, office.at_data):
        answers.extend(faults(rng, count))
    with (
        servers.database_of_our_own(settings=NO_POWER_CUT) as database,
        office.listening() as url,
        crowd.workers(2, url, pool="prefork", env=LEASES | SILENT, loglevel="CRITICAL") as crew,
    ):
        crowd.owe_a_crowd(count)
        begun = time.monotonic()
        stops = strike(crew, database, office, rng, count, kills)
        crowd.tick_until_settled(PATIENCE, meanwhile=go_on)
        account = account_of(office)
        seconds = time.monotonic() - begun

    say(f"storm: {kills} kills, {stops} immediate stops", account, f"{seconds:.0f} s")
    assert stops >= share_of(STOPS)
    assert account.doubled  # it was worth the trouble
    account.holds()


def faults(rng, count):
    """What the post office answers in turn: mostly yes."""
    each = int(count * SHARE)
    said = [answer for fault in FAULTS for answer in [fault] * each] + [FROZEN] * FROZEN_TIMES
    said += ["250 OK"] * (count - len(said))
    rng.shuffle(said)
    return said


def strike(crew, database, office, rng, count, kills):
    """Kill evenly over the run, and stop the database as evenly; returns how often it stopped."""
    give_up, stops = time.monotonic() + PATIENCE, 0
    step = count * 0.8 / kills
    for kill in range(1, kills + 1):
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


def go_on():
    let_an_hour_pass(lease=LEASE)


def kill_somebody(worker, *, whole):
    """With -9: one of the children that send, or everything that belongs to a worker."""
    if whole:
        worker.stop()
        worker.start()
        return
    with suppress(ProcessLookupError, IndexError):
        os.kill(random.choice(worker.children), signal.SIGKILL)
