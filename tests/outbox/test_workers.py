"""Real Celery worker processes, real SMTP, and kill -9 (T-OUT-02, P5, P6)."""

import signal

import pytest

from config.local import processes
from surgeries.models import Message
from surgeries.states import MessageState
from tests.outbox import crowd
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 60


def test_a_worker_killed_midway_loses_nothing_and_doubles_one_at_most(surgery):
    office = PostOffice(pause=0.05)
    with office.listening() as url, crowd.workers(2, url) as started:
        messages = crowd.owe_a_crowd(surgery, COUNT)
        crowd.whoever_sends(started, office, after=COUNT // 4).kill()
        arrived = len(office.mails)
        crowd.tick_until_settled()
    assert 0 < arrived < COUNT  # it was in the middle

    copies = office.copies()
    doubled = {id for id, times in copies.items() if times > 1}
    assert set(copies) == {f"<{message.pk}@testserver>" for message in messages}
    assert set(copies.values()) <= {1, 2}
    flagged = {f"<{pk}@testserver>" for pk in _flagged()}
    assert doubled <= flagged
    assert len(flagged) <= 1


def test_a_worker_told_to_end_finishes_the_one_in_hand_and_nothing_is_doubled(surgery):
    """T-OUT-03: a deploy."""
    office = PostOffice(pause=0.05)
    with office.listening() as url, crowd.workers(2, url) as started:
        crowd.owe_a_crowd(surgery, COUNT)
        sending = crowd.whoever_sends(started, office, after=COUNT // 4)
        processes.stop(sending, signal.SIGTERM, patience=20)
        arrived = len(office.mails)
        crowd.tick_until_settled()

    assert 0 < arrived < COUNT
    assert sorted(office.copies().values()) == [1] * COUNT
    assert not _flagged()
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def _flagged():
    return Message.objects.filter(uncertain__gt=0).values_list("pk", flat=True)
