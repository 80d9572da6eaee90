"""Beat rings, looks whether somebody comes, and does the round itself where nobody does."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from config.beat import NOBODY_CAME, Watch
from config.celery import Surgeries, app
from surgeries import tasks  # noqa: F401 - so that they are known by name
from surgeries.actions.heartbeats import note_heartbeat
from surgeries.clock import database_now
from surgeries.models import Attendee, Heartbeat, Message
from surgeries.states import Heart, MessageState
from tests import factories
from tests.outbox import crowd
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

NO_REDIS = {"REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture
def watch(tmp_path):
    """Makes a beat in this process that has not rung yet, on a living or a dead Redis."""

    def make(redis=""):
        rings_with = app
        if redis == "dead":
            rings_with = Surgeries("tests", set_as_current=False)
            rings_with.config_from_object("django.conf:settings", namespace="CELERY")
            rings_with.conf.broker_url = NO_REDIS["REDIS_URL"]
        beat = Watch(app=rings_with, schedule_filename=str(tmp_path / "schedule"), lazy=True)
        super(Watch, beat).setup_schedule()
        return beat

    yield make
    app.control.purge()


@pytest.fixture
def message(mailbox):
    (message,) = crowd.owe_a_crowd(1)
    app.control.purge()
    return message


def a_worker_came(ago):
    note_heartbeat(Heart.WORKER, now=database_now() - ago)


def state_of(message):
    return Message.objects.get(pk=message.pk).state


def test_it_rings_and_leaves_the_rest_to_whoever_comes(watch, message):
    a_worker_came(timedelta(seconds=15))
    beat = watch()

    beat.apply_entry(beat.schedule["tick"])

    assert app.control.purge() == 1
    assert state_of(message) == MessageState.QUEUED
    silence = Heartbeat.objects.silence_of(Heart.BEAT, timezone.now())
    assert silence < timedelta(seconds=5)


@pytest.mark.parametrize("came", [None, NOBODY_CAME + timedelta(seconds=1)])
def test_it_does_the_round_itself_when_nobody_came_for_long(came, watch, message):
    if came:
        a_worker_came(came)
    beat = watch()

    beat.apply_entry(beat.schedule["tick"])

    assert app.control.purge() == 1
    assert state_of(message) == MessageState.SENT


def test_its_own_round_is_not_taken_for_that_of_a_worker(watch, message):
    beat = watch()

    beat.apply_entry(beat.schedule["tick"])

    assert list(Heartbeat.objects.values_list("name", flat=True)) == [Heart.BEAT]


def test_without_redis_it_does_everything_itself_and_waits_for_nothing(watch, message):
    a_worker_came(timedelta(0))
    series = factories.create_series()
    factories.create_attendee(
        series=series, last_active_at=timezone.now() - timedelta(days=800), contact="a@example.org"
    )
    beat = watch(redis="dead")

    begun = time.monotonic()
    beat.apply_entry(beat.schedule["tick"])
    beat.apply_entry(beat.schedule["nightly"])

    assert time.monotonic() - begun < 30  # Celery by itself would wait for ever
    assert state_of(message) == MessageState.SENT
    assert Attendee.objects.get(series=series).contact is None


def test_a_fault_in_its_round_does_not_end_it(watch, message, monkeypatch, caplog):
    beat = watch()
    monkeypatch.setitem(beat.app.tasks, "surgeries.tasks.tick", None)

    beat.apply_entry(beat.schedule["tick"])

    assert "Beat could not do its round." in caplog.text
    assert beat.tick() is not None


# Real ones ---------------------------------------------------------------------------------


def test_two_beats_without_redis_and_without_a_worker_send_each_message_once(tmp_path):
    """T-OUT-09. They ring as soon as they start."""
    crowd.owe_a_crowd(30)
    office = PostOffice()
    with (
        office.listening() as url,
        crowd.beat(url, tmp_path, "one", **NO_REDIS),
        crowd.beat(url, tmp_path, "two", **NO_REDIS),
    ):
        crowd.wait_for(lambda: len(office.mails) >= 30, patience=60)
    assert sorted(office.copies().values()) == [1] * 30


def test_celerys_own_beat_would_wait_for_redis_for_ever(tmp_path):
    """Negative control."""
    crowd.owe_a_crowd(1)
    office, own = PostOffice(), "celery.beat:PersistentScheduler"
    with office.listening() as url, crowd.beat(url, tmp_path, scheduler=own, **NO_REDIS):
        assert not crowd.has_come(lambda: office.mails, patience=8)


def test_told_to_end_in_its_own_round_it_finishes_the_message_in_hand(tmp_path):
    crowd.owe_a_crowd(40)
    office = PostOffice(pause=0.05)
    with office.listening() as url, crowd.beat(url, tmp_path, **NO_REDIS) as process:
        crowd.wait_for(lambda: len(office.mails) >= 3, patience=60, every=0.05)
        process.terminate()
        crowd.wait_for(lambda: process.poll() is not None, patience=10)
        arrived = len(office.mails)

    sent = Message.objects.filter(state=MessageState.SENT).count()
    assert 0 < sent == arrived < 40
    assert set(Message.objects.values_list("state", flat=True)) == {"sent", "queued"}
