"""A surgery moves or is called off while a worker has its messages in hand (T-OUT-08)."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from surgeries.actions import leases
from surgeries.actions.outbox import owe_all
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.actions.sending import drain, reap
from surgeries.clock import database_now
from surgeries.messages.facts import with_person
from surgeries.models import Booking, Message, Surgery
from surgeries.states import MessageKind, MessageState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

REMINDER = MessageKind.REMINDER_FIRST
PATIENCE = 20


@pytest.fixture
def olu(surgery):
    return surgery.series.started_by


def owe_a_reminder(surgery):
    """One that is due, for a booking of its own."""
    booking = factories.create_booking(surgery=surgery)
    people = Booking.objects.filter(pk=booking.pk).select_related(
        "attendee", "slot", "surgery__series"
    )
    (message,) = owe_all(REMINDER, people, now=database_now() - timedelta(minutes=1))
    Message.objects.filter(pk=message.pk).update(next_at=message.owed_at)
    return message


def move(surgery, olu):
    move_surgery(
        surgery,
        place=surgery.venue.name,
        on=surgery.on + timedelta(days=1),
        starts=surgery.starts_local.time(),
        ends=None,
        places_wanted=8,
        by=olu,
        now=timezone.now(),
    )


def call_off(surgery, olu):
    cancel_surgery(surgery, by=olu, now=timezone.now())


@contextmanager
def in_the_middle_of(change, surgery, olu):
    """Another connection has made the change and has not committed it yet; commits at the end."""
    made, commit = threading.Event(), threading.Event()

    def work():
        try:
            with transaction.atomic():
                change(surgery, olu)
                made.set()
                commit.wait(PATIENCE)
        finally:
            connection.close()

    mover = threading.Thread(target=work)
    mover.start()
    assert made.wait(PATIENCE)
    try:
        yield commit
    finally:
        commit.set()
        mover.join()


def loaded(message):
    """As a worker reads it before it sends it."""
    return with_person(Message.objects.filter(pk=message.pk)).get()


def begin_meanwhile(lease, message):
    """A worker passes the fence on a connection of its own; [answer] once it is through."""
    answers = []

    def work():
        try:
            answers.append(leases.begin_send(lease, message))
        except leases.Changed:
            answers.append(False)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    return worker, answers


def race(change, surgery, olu):
    """Whether the worker may send a reminder that it claimed before the change was committed."""
    message = owe_a_reminder(surgery)
    lease = leases.claim(channel="email", worker="a worker", limit=10)
    assert message.pk in lease.ids
    message = loaded(message)
    with in_the_middle_of(change, surgery, olu) as commit:
        worker, answers = begin_meanwhile(lease, message)
        worker.join(0.5)
        waited = worker.is_alive()
        commit.set()
        worker.join(PATIENCE)
    return waited, answers


@pytest.mark.parametrize("change", [move, call_off])
def test_a_reminder_in_hand_never_leaves_once_somebody_has_begun_to_move_the_evening(
    change, surgery, olu
):
    assert race(change, surgery, olu) == (True, [False])
    assert not Message.objects.filter(kind=REMINDER, state=MessageState.SENDING).exists()


@pytest.mark.parametrize("change", [move, call_off])
def test_without_the_share_lock_in_the_fence_the_old_reminder_would_leave(
    change, surgery, olu, monkeypatch
):
    """Negative control."""
    assert leases.BEGIN.count("FOR SHARE") == 1
    monkeypatch.setattr(leases, "BEGIN", leases.BEGIN.replace("FOR SHARE", ""))
    assert race(change, surgery, olu) == (False, [True])


def test_a_reminder_of_an_older_version_is_put_away_and_the_notice_leaves(
    surgery, olu, post_office
):
    old = owe_a_reminder(surgery)
    lease = leases.claim(channel="email", worker="slow", limit=10)
    old = loaded(old)
    move(surgery, olu)
    Message.objects.update(lease_until=database_now() - timedelta(minutes=1))
    reap()
    Message.objects.filter(state=MessageState.QUEUED).update(next_at=database_now())
    noon = database_now().replace(hour=12)
    drain(now=noon, worker="a worker")
    assert leases.begin_send(lease, old) is False
    states = dict(Message.objects.values_list("kind", "state"))
    assert states == {REMINDER: MessageState.CANCELLED, MessageKind.SURGERY_MOVED: "sent"}
    assert ["changed" in str(mail["Subject"]) for mail in post_office.mails] == [True]


# Quiet hours, as the worker sees them ----------------------------------------------------


def test_the_worker_sends_at_night_what_somebody_would_set_out_for_in_vain(olu, post_office):
    """It was to start this morning, and is in three weeks now: the old start decides."""
    _moved_last_night(olu, hours_before=10)
    assert [mail["Subject"] for mail in post_office.mails] != []


def test_without_the_start_they_know_the_news_would_wait_until_morning(
    olu, post_office, monkeypatch
):
    """Negative control."""
    _moved_last_night(olu, hours_before=10, forget=True)
    assert post_office.mails == []


def test_the_worker_wakes_nobody_about_an_evening_that_was_far_away(olu, post_office):
    _moved_last_night(olu, hours_before=24 * 5)
    assert post_office.mails == []


def _moved_last_night(olu, *, hours_before, forget=False):
    series = factories.create_series(organiser=olu)
    today = timezone.localdate()
    night = factories.at(today - timedelta(days=1), 22)
    starts_at = night + timedelta(hours=hours_before)
    surgery = factories.create_surgery(
        series=series, on=starts_at.date(), starts_at=starts_at, places=(2, 2)
    )
    factories.create_booking(surgery=surgery)
    surgery = Surgery.objects.select_related("series", "venue").get(pk=surgery.pk)
    move_surgery(
        surgery,
        place=surgery.venue.name,
        on=today + timedelta(days=21),
        starts=surgery.starts_local.time(),
        ends=None,
        by=olu,
        now=night,
    )
    Message.objects.update(next_at=night)
    if forget:
        Message.objects.update(covers_from=None)
    drain(now=night, worker="a worker")
