"""What we owe people: written in the transaction that makes it true, sent by a worker later.

Owing the same message twice is owing it once: its key decides (R25). What is derived on a tick
stands in `surgeries.actions.derived`.
"""

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction

from surgeries.messages.channels import channel_of
from surgeries.models import Booking, Connector, Helping, Message, TeamInvitation, TeamMember
from surgeries.rules import outbox as rules
from surgeries.rules.reminders import earliest
from surgeries.states import MessageState


def owe(kind, to, *, now, again="", series=None, surgery=None):
    """Owe a message of `kind` to a booking, helping, invitation, team member or connector.

    Part of the caller's transaction, in one statement; owing the same thing twice is owing it
    once, and `again` makes it another thing. `surgery` is what a connector is told of. Returns
    the message, or None for somebody whom no message can reach, who stands on the ring list
    instead.
    """
    owed = owe_all(kind, [to], now=now, again=again, series=series, surgery=surgery)
    return owed[0] if owed else None


def owe_all(kind, people, *, now, again="", series=None, soonest=None, surgery=None):
    """Owe `kind` to each of `people` in one statement, however many; see `owe`.

    Part of the caller's transaction. Returns the messages of those who can be reached; the others
    are rung, if it is news. Bookings need their attendee and surgery loaded, helpings their helper
    and surgery. `soonest` is the start they may still be getting ready for, if it is before that
    of the surgery.
    """
    people = list(people)
    if kind in rules.ELSE_BY_PHONE:
        ring_who_is_not_reached(people, now=now)
    return write(
        message(
            kind,
            to,
            channel,
            series or series_of(to),
            now=now,
            again=again,
            soonest=soonest,
            surgery=surgery,
        )
        for to in people
        if (channel := channel_of(to, series or series_of(to)))
    )


def ring_who_is_not_reached(bookings, *, now):
    """Put those whom no message reaches on the ring list, until somebody has told them (R26).

    Part of the caller's transaction.
    """
    unreached = [to.pk for to in bookings if not channel_of(to, series_of(to))]
    if unreached:
        Booking.objects.filter(pk__in=unreached).update(untold_from=now)


def call_off(messages, *, now):
    """Take back what has not gone yet of these messages, or of a booking's; returns how many.

    Part of the caller's transaction. A message that a worker has in hand is asked about once
    more before it goes.
    """
    if isinstance(messages, Booking):
        messages = messages.messages.all()
    return messages.filter(state=MessageState.QUEUED).update(state=MessageState.CANCELLED)


# Rows ------------------------------------------------------------------------------------


def write(messages):
    """Insert what is not there yet, and wake a worker when some of it may leave now.

    Part of the caller's transaction.
    """
    messages = list(messages)
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)
    if any(message.next_at <= message.owed_at for message in messages):
        ring_after_commit()
    return messages


def message(kind, to, channel, series, *, now, again="", soonest=None, surgery=None):
    """A message that is not written yet; see `owe_all`."""
    told_of = {"surgery": surgery} if surgery else {}
    again += f":{surgery.pk}" if surgery else ""
    surgery = surgery or getattr(to, "surgery", None)
    version = surgery.schedule_version if surgery else 1
    starts_at = surgery and min(filter(None, (surgery.starts_at, soonest)))
    return Message(
        key=rules.key_of(kind, f"{to._meta.model_name}:{to.pk}", version, again, channel),
        series=series,
        kind=kind,
        channel=channel,
        **{_LINK[type(to)]: to},
        **told_of,
        schedule_version=version,
        covers_from=soonest,
        owed_at=now,
        next_at=earliest(kind, now, series.hours, starts_at),
        expires_at=_of_use_until(kind, to, surgery, now),
    )


_LINK = {
    Booking: "booking",
    Helping: "helping",
    TeamInvitation: "invitation",
    TeamMember: "member",
    Connector: "connector",
}


def _of_use_until(kind, to, surgery, now):
    """The start of the evening, or her own arrival for whoever books after it has begun."""
    if kind in rules.LASTS:
        return now + rules.LASTS[kind]
    if kind in rules.OF_USE_UNTIL_THE_END:
        return surgery.ends_at
    if isinstance(to, Booking) and to.slot:
        return max(to.slot.starts_at, surgery.starts_at)
    return surgery.starts_at


def series_of(to):
    """The series a booking, helping, invitation, team member or connector belongs to."""
    if isinstance(to, Connector):
        return to.network.series
    return to.surgery.series if isinstance(to, Booking | Helping) else to.series


# The doorbell ----------------------------------------------------------------------------


def ring_after_commit():
    """Wake a worker once when the transaction has ended. Without a bell the tick finds the row.

    Robust: Django logs the error of a dead Redis, and it hurts nobody who books.
    """
    if not any(waiting[1] is _ring for waiting in connection.run_on_commit):
        transaction.on_commit(_ring, robust=True)


def _ring():
    if cache.is_away():  # type: ignore[attr-defined]  # of our own cache
        return  # whoever books has waited for this Redis once already
    current_app.send_task("surgeries.tasks.doorbell", retry=False)
