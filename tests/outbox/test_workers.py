"""Real Celery worker processes, real SMTP, and kill -9 (T-OUT-02, T-OUT-03, P5, P6)."""

import os
import signal

import pytest

from surgeries.models import Message
from surgeries.states import MessageState
from tests.outbox import crowd
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 40


def flagged():
    pks = Message.objects.filter(uncertain__gt=0).values_list("pk", flat=True)
    return {f"<{pk}@testserver>" for pk in pks}


@pytest.mark.parametrize("whole", [True, False], ids=["a whole worker", "a child of the pool"])
def test_a_worker_killed_midway_loses_nothing_and_doubles_one_at_most(whole):
    """T-OUT-02."""
    office = PostOffice(pause=0.05)
    pool = "solo" if whole else "prefork"
    with office.listening() as url, crowd.workers(1 + whole, url, pool=pool):
        messages = crowd.owe_a_crowd(COUNT)
        os.kill(crowd.whoever_sends(office, after=COUNT // 4), signal.SIGKILL)
        arrived = len(office.mails)
        crowd.tick_until_settled()
    assert 0 < arrived < COUNT  # it was in the middle

    copies = office.copies()
    assert set(copies) == {f"<{message.pk}@testserver>" for message in messages}
    assert set(copies.values()) <= {1, 2}
    assert {id for id, times in copies.items() if times > 1} <= flagged()
    assert len(flagged()) <= 1


@pytest.mark.parametrize("pool", ["solo", "prefork"])
def test_a_worker_told_to_end_finishes_the_one_in_hand_and_releases_the_rest(pool):
    """T-OUT-03: a deploy. Only the parent hears of it, and the children send."""
    office = PostOffice(pause=0.05)
    with office.listening() as url, crowd.workers(1, url, pool=pool, children=1) as (worker,):
        crowd.owe_a_crowd(COUNT)
        crowd.whoever_sends(office, after=5)
        assert worker.is_told_to_end(patience=30)
        arrived = len(office.mails)
        states = dict.fromkeys(Message.objects.values_list("state", flat=True))

        assert 0 < arrived < COUNT
        assert set(states) == {MessageState.SENT, MessageState.QUEUED}  # nothing left in hand
        assert Message.objects.filter(state=MessageState.SENT).count() == arrived

        worker.start()
        crowd.tick_until_settled()

    assert sorted(office.copies().values()) == [1] * COUNT
    assert not flagged()


@pytest.mark.parametrize("odd", ["two_hours_ahead", "two_hours_behind"])
def test_a_worker_whose_clock_is_wrong_sends_each_message_once(odd):
    """Only the database's clock counts; no bell expires by the clock of whoever hears it."""
    office = PostOffice()
    with office.listening() as url, crowd.workers(1, url, of="tests.outbox.odd", env={"ODD": odd}):
        crowd.owe_a_crowd(10)
        crowd.tick_until_settled()

    assert sorted(office.copies().values()) == [1] * 10
    assert not flagged()


def test_a_bell_that_expires_is_not_heard_by_a_worker_two_hours_ahead():
    """Negative control, and the proof that its clock is wrong: why no bell of ours expires."""
    office = PostOffice()
    crowd.owe_a_crowd(1)
    crowd.app.control.purge()  # the bell that owing it rang
    odd = "two_hours_ahead"
    with office.listening() as url, crowd.workers(1, url, of="tests.outbox.odd", env={"ODD": odd}):
        crowd.app.send_task("surgeries.tasks.tick", expires=60)
        assert not crowd.has_come(lambda: office.mails, patience=2)
        crowd.ring()
        assert crowd.has_come(lambda: office.mails, patience=60)
