"""What one would write first: one due message after the other, each over its own connection.

The same rows pass through the same states as in `surgeries.actions.sending`, and the same letters
leave. Nothing is shared between two messages, and nobody counts how much one contact gets.
"""

import datetime
import smtplib
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F

from surgeries.messages.email import letter_for
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Attempt, Message
from surgeries.states import Channel, MessageState

LEASE = datetime.timedelta(minutes=2)


def drain_plainly(*, now, worker):
    """Send everything that is due."""
    while message := _claim(now):
        message = with_person(Message.objects.all()).get(pk=message.pk)
        letter = letter_for(message, now) if is_still_wanted(message) else None
        if letter:
            attempt = _begin(message, worker, now)
            with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as smtp:
                smtp.sendmail(letter.sender, [letter.recipient], letter.content)
            _settle(message, attempt, now)


@transaction.atomic
def _claim(now):
    due = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=MessageState.QUEUED, channel=Channel.EMAIL, next_at__lte=now, expires_at__gt=now
    )
    message = due.order_by("next_at").first()
    if message:
        message.state, message.lease_token = MessageState.CLAIMED, uuid.uuid4()
        message.lease_until = now + LEASE
        message.save(update_fields=["state", "lease_token", "lease_until"])
    return message


def _ours(message, state):
    return Message.objects.filter(pk=message.pk, lease_token=message.lease_token, state=state)


@transaction.atomic
def _begin(message, worker, now):
    _ours(message, MessageState.CLAIMED).update(
        state=MessageState.SENDING, attempts_made=F("attempts_made") + 1, lease_until=now + LEASE
    )
    return Attempt.objects.create(
        message=message, number=message.attempts_made + 1, worker=worker, started_at=now
    )


@transaction.atomic
def _settle(message, attempt, now):
    _ours(message, MessageState.SENDING).update(
        state=MessageState.SENT, sent_at=now, lease_token=None, lease_until=None
    )
    attempt.finished_at, attempt.outcome = now, MessageState.SENT
    attempt.save(update_fields=["finished_at", "outcome"])
