"""A message in doubt, or one that did not arrive: what a person decides about it."""

import logging

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext as _

from surgeries.actions.notes import note
from surgeries.actions.outbox import ring_after_commit
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Attempt, Message
from surgeries.refusals import Refused
from surgeries.states import MessageState

log = logging.getLogger(__name__)

SAID_SO = "Somebody of the team said that it arrived."


@transaction.atomic
def say_arrived(message, *, by, now):
    """It did arrive, says somebody of the team who asked. Refused unless it is in doubt."""
    if _held(message).state != MessageState.REVIEW:
        raise Refused(_("This message is not in doubt any more."))
    tries = Attempt.objects.filter(message=OuterRef("pk")).order_by("-number")
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENT,
        sent_at=Coalesce(Subquery(tries.values("started_at")[:1]), Value(now)),
        last_error=SAID_SO,
    )
    note(log, "message %s arrived, says person %s", message.pk, by.pk)


@transaction.atomic
def send_again(message, *, by, now):
    """Send it once more, although it may have arrived; the row goes on to say so.

    Refused when there is nothing to doubt, when it is past its use, and when it would say
    something that is no longer true or nobody can be reached there.
    """
    held = _held(message)
    if not Message.objects.filter(pk=held.pk).wants_a_person().exists():
        raise Refused(_("This message has gone by now."))
    if held.expires_at <= now:
        raise Refused(_("It is too late for this message. Please ring instead."))
    if not is_still_wanted(held):
        raise Refused(_("There is nobody at that address, or it is no longer true. Please ring."))
    to_be_sent_again(Message.objects.filter(pk=held.pk), now=now)
    note(log, "message %s is sent again, says person %s", message.pk, by.pk)


def to_be_sent_again(messages, *, now):
    """Let those that want a person leave once more. Part of the caller's transaction.

    In doubt once more, a message comes back to a person at once: `uncertain` ends at two.
    """
    messages.wants_a_person().filter(expires_at__gt=now).update(
        state=MessageState.QUEUED,
        next_at=now,
        uncertain=Least(F("uncertain"), Value(1)),
        sent_at=None,
        receipt="",
        receipt_at=None,
        provider_ref="",
        last_error="",
    )
    ring_after_commit()


def _held(message):
    held = Message.objects.select_for_update(no_key=True).filter(pk=message.pk)
    return with_person(held).get()
