"""What we owe people: written in the transaction that makes it true, sent by a worker later."""

import datetime

from celery import current_app
from django.db import connection, transaction

from surgeries.models import Booking, Helping, Message, TeamInvitation, TeamMember
from surgeries.rules import outbox as rules
from surgeries.rules.reminders import notice_due
from surgeries.states import REMINDERS, MessageKind, MessageState


def owe(kind, to, *, now, again="", series=None):
    """Owe a message of `kind` to a booking, helping, invitation or team member.

    Part of the caller's transaction, in one statement; owing the same thing twice is owing it
    once, and `again` makes it another thing. Returns the message, or None for somebody without
    an email address, who stands on the ring list instead.
    """
    owed = owe_all(kind, [to], now=now, again=again, series=series)
    return owed[0] if owed else None


def owe_all(kind, people, *, now, again="", series=None):
    """Owe `kind` to each of `people` in one statement, however many; see `owe`.

    Part of the caller's transaction. Returns the messages of those who have an email address.
    Bookings need their attendee and surgery loaded, helpings their helper and surgery.
    """
    messages = [
        _message(kind, to, series or _series(to), now, again) for to in people if _address(to)
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    if any(message.next_at <= now for message in messages):
        _ring_after_commit()
    return messages


def call_off(messages, *, now):
    """Take back what has not gone yet of these messages, or of a booking's; returns how many.

    A message that a worker has in hand is asked about once more before it goes.
    """
    if isinstance(messages, Booking):
        messages = messages.messages.all()
    return messages.filter(state=MessageState.QUEUED, owed_at__lte=now).update(
        state=MessageState.CANCELLED
    )


def _message(kind, to, series, now, again):
    surgery = None if isinstance(to, TeamInvitation | TeamMember) else to.surgery
    version = surgery.schedule_version if surgery else 1
    to_kind = to._meta.model_name
    return Message(
        key=rules.key_of(kind, to_kind, to.pk, version, again),
        series=series,
        kind=kind,
        **{_FIELDS[to_kind]: to},
        schedule_version=version,
        owed_at=now,
        next_at=notice_due(now, surgery.starts_at, series.zone) if kind in rules.NOTICES else now,
        expires_at=_expires_at(kind, to, surgery, now),
    )


_FIELDS = {
    "booking": "booking",
    "helping": "helping",
    "teaminvitation": "invitation",
    "teammember": "member",
}


def _expires_at(kind, to, surgery, now):
    """Until when it is of use. An answer to her who books late is, until she is to arrive."""
    if kind == MessageKind.DAILY_DIGEST:
        return now + rules.DIGEST_LASTS
    if kind in (MessageKind.LINK_AGAIN, MessageKind.TEAM_INVITATION):
        return now + rules.LINK_LASTS
    if kind in rules.OF_USE_UNTIL_THE_END:
        return surgery.ends_at
    if isinstance(to, Helping) or kind in REMINDERS or to.slot is None:
        return surgery.starts_at
    return to.slot.starts_at


def _address(to):
    if isinstance(to, Booking):
        return to.attendee.email
    if isinstance(to, Helping):
        return to.helper.email
    return to.email if isinstance(to, TeamInvitation) else to.user.email


def _series(to):
    return to.series if isinstance(to, TeamInvitation | TeamMember) else to.surgery.series


# The doorbell ----------------------------------------------------------------------------


def _ring_after_commit():
    """Wake a worker once when the transaction has ended. Without a bell the tick finds the row.

    Robust: a dead Redis is logged and hurts nobody who books.
    """
    if not any(waiting[1] is _ring for waiting in connection.run_on_commit):
        transaction.on_commit(_ring, robust=True)


def _ring():
    current_app.send_task("surgeries.tasks.tick", retry=False, expires=60)
