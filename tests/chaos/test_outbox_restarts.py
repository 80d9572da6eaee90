"""What happens every week: a deploy, a database restart, a wrong clock, one beat too many (P6)."""

from contextlib import ExitStack

import pytest

from surgeries.models import Attempt
from tests.chaos.outbox_run import (
    FAST,
    IMMEDIATE,
    NO_POWER_CUT,
    SILENT,
    account_of,
    restart,
    say,
)
from tests.outbox import crowd, servers
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 300  # seconds; an idle machine takes a tenth of that
COUNT = 2_000
BY_WRONG_CLOCKS = 500
DEPLOYS, RESTARTS = 40, 10
AT_WORK = 2  # workers, so that there is always one that sends
SLOWLY = 0.1  # seconds a mail, so that there is always one in hand


def test_deploys_lose_and_double_nothing(share_of):
    """T-OUT-03."""
    count, deploys = share_of(COUNT), share_of(DEPLOYS)
    office = PostOffice(pause=SLOWLY)
    with (
        office.listening() as url,
        crowd.workers(AT_WORK, url, pool="prefork", children=1, loglevel="CRITICAL") as crew,
    ):
        crowd.owe_a_crowd(count)
        for number in range(deploys):
            worker = crew[number % AT_WORK]
            crowd.wait_for(lambda: is_sending(worker), PATIENCE, meanwhile=crowd.ring)  # noqa: B023
            assert worker.is_told_to_end(patience=60)
            worker.start()
        in_the_middle = len(office.recipients)
        office.pause = 0
        crowd.tick_until_settled(PATIENCE)

    account = account_of(office)
    say(f"{deploys} deploys", account)
    assert in_the_middle < count
    account.says_each_came_once()
    assert account.flagged == []


def is_sending(worker):
    """Whether one of its processes has begun a message."""
    names = [f":{pid}" for pid in worker.pids]
    return any(Attempt.objects.filter(worker__endswith=name).exists() for name in names)


def test_a_database_that_restarts_under_a_live_worker_doubles_nothing(share_of):
    """T-OUT-04."""
    count, restarts = share_of(COUNT), share_of(RESTARTS)
    office = PostOffice()
    with (
        servers.database_of_our_own(settings=NO_POWER_CUT) as database,
        office.listening() as url,
        crowd.workers(1, url, pool="prefork", env=SILENT, loglevel="CRITICAL"),
    ):
        crowd.owe_a_crowd(count)
        for number in range(1, restarts + 1):
            share = count * number // (restarts + 1)
            crowd.wait_for(
                lambda: len(office.recipients) >= share,  # noqa: B023
                PATIENCE,
                meanwhile=crowd.ring,
                every=0.1,
            )
            restart(database, by=IMMEDIATE if number % 2 else FAST)
        crowd.tick_until_settled(PATIENCE)
        account = account_of(office)

    say(f"{restarts} database restarts", account)
    account.says_each_came_once()


def test_wrong_clocks_and_two_beats_send_each_message_once(tmp_path, share_of):
    """T-OUT-09."""
    office = PostOffice()
    wrong = ("two_hours_ahead", "two_hours_behind")
    with ExitStack() as stack:
        url = stack.enter_context(office.listening())
        for number, odd in enumerate(wrong):
            odd_workers = crowd.workers(
                1, url, first=number, of="tests.outbox.odd", env={"ODD": odd}
            )
            stack.enter_context(odd_workers)
        crowd.owe_a_crowd(share_of(BY_WRONG_CLOCKS))
        for name in ("one", "another"):
            stack.enter_context(crowd.beat(url, tmp_path, name))
        crowd.tick_until_settled(PATIENCE, meanwhile=None)

    account = account_of(office)
    workers = set(Attempt.objects.values_list("worker", flat=True))
    say("clocks two hours ahead and behind, two beats", account, f"{len(workers)} at work")
    assert len(workers) >= len(wrong)
    account.says_each_came_once()
    assert account.flagged == []
