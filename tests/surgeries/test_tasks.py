"""The doorbells: they ask the database's clock, call one action each, and end when told."""

import os
import signal
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from surgeries import tasks
from surgeries.actions.outbox import owe
from surgeries.models import Attendee, Message, PromiseCheck
from surgeries.states import MessageKind, MessageState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def message():
    day = timezone.localdate() + timedelta(days=9)
    booking = factories.create_booking(surgery=factories.create_surgery(on=day))
    return owe(MessageKind.CONFIRMATION, booking, now=timezone.now())


def test_a_tick_sends_what_is_due_and_may_come_twice(message, mailbox):
    tasks.tick()
    tasks.tick()

    assert [mail.to for mail in mailbox] == [[message.booking.attendee.email]]
    assert Message.objects.get().state == MessageState.SENT


def test_the_command_does_the_same_without_celery(message, mailbox):
    call_command("outbox_run")

    assert len(mailbox) == 1


def test_a_worker_hears_the_doorbell(worker, message, mailbox):
    mailbox.wait_for(1)


def test_the_night_erases_what_is_due():
    long_ago = NOW - timedelta(days=800)
    series = factories.create_series()
    factories.create_attendee(series=series, last_active_at=long_ago)

    tasks.nightly()

    assert Attendee.objects.get().contact is None


def test_the_night_looks_at_the_promises():
    tasks.promises()

    assert PromiseCheck.objects.get().broken == {}


def test_being_told_to_end_is_noted_and_passed_on():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("the worker"))
    try:
        with tasks.told_to_stop() as stopping:
            assert not stopping()
            os.kill(os.getpid(), signal.SIGTERM)
            assert stopping()
            assert heard == []
        assert heard == ["the worker"]
    finally:
        signal.signal(signal.SIGTERM, before)
