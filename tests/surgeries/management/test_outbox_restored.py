"""A backup comes back: what may have been sent since is for a person, not for a worker (P5, P6)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from surgeries.actions.outbox import owe
from surgeries.actions.sending import drain, sweep
from surgeries.clock import database_now
from surgeries.models import Booking, Message
from surgeries.states import MessageKind, MessageState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "6a1f8a3e-0000-4000-8000-000000000000"


@pytest.fixture
def backup():
    """As a dump may hold them: {state: message}; all but "later" were due an hour ago."""
    now = timezone.now()
    series = factories.create_series(writes_from="00:00", writes_until="23:59")
    day = timezone.localdate() + timedelta(days=9)
    surgery = factories.create_surgery(series=series, on=day, places=(9,))
    messages = {}
    for state in ("queued", "claimed", "sending", "sent", "later"):
        messages[state] = message = owe(
            MessageKind.CONFIRMATION, factories.create_booking(surgery=surgery), now=now
        )
        fields = {"state": state, "next_at": now - timedelta(hours=1)}
        if state in ("claimed", "sending"):
            fields |= {"lease_token": TOKEN, "lease_until": now}
        if state == "sent":
            fields["sent_at"] = now
        if state == "later":
            fields = {"next_at": now + timedelta(hours=1)}
        Message.objects.filter(pk=message.pk).update(**fields)
    return messages


def states_of(messages):
    return {name: Message.objects.get(pk=message.pk).state for name, message in messages.items()}


def test_what_was_due_is_in_doubt_and_the_rest_goes_its_way(backup, mailbox, capsys):
    call_command("outbox_restored")
    drain(now=database_now(), worker="a worker")

    assert states_of(backup) == {
        "queued": MessageState.REVIEW,
        "claimed": MessageState.REVIEW,
        "sending": MessageState.REVIEW,
        "sent": MessageState.SENT,
        "later": MessageState.QUEUED,
    }
    assert len(mailbox) == 0
    doubted = Message.objects.filter(state=MessageState.REVIEW)
    assert set(doubted.values_list("uncertain", "lease_token")) == {(1, None)}
    assert set(Message.objects.wants_a_person()) == set(doubted)
    assert "3 messages are in doubt" in capsys.readouterr().out


def test_a_reminder_that_came_due_since_is_in_doubt_too(mailbox):
    series = factories.create_series(writes_from="00:00", writes_until="23:59")
    day = timezone.localdate() + timedelta(days=2)
    factories.create_booking(
        surgery=factories.create_surgery(series=series, on=day),
        booked_at=timezone.now() - timedelta(days=12),
    )

    call_command("outbox_restored")
    sweep(now=database_now(), worker="a worker")

    (message,) = Message.objects.all()
    assert (message.kind, message.state) == ("reminder_first", MessageState.REVIEW)
    assert len(mailbox) == 0
    assert Booking.objects.ring_list(timezone.now()).count() == 1


def test_without_the_command_all_of_it_would_be_sent_again(backup, mailbox):
    """Negative control."""
    sweep(now=database_now(), worker="a worker")

    assert len(mailbox) > 0
