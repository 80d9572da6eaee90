"""Owing messages: a row in the same transaction as what it tells of. A worker sends it.

Owing the same message twice is owing it once: the key decides (R25).
"""

import logging
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from config.celery import app
from surgeries.models import (
    Booking,
    Helping,
    Message,
    Surgery,
    TeamInvitation,
    TeamMember,
)
from surgeries.rules.outbox import message_key, of_use_until
from surgeries.rules.reminders import (
    DAYS_BEFORE,
    EARLIEST,
    LATEST,
    TOO_FRESH,
    due_at,
    when_to_tell,
)
from surgeries.states import BookingState, MessageKind, MessageState, Role, SurgeryState

log = logging.getLogger(__name__)

WAIT_FOR_DAYLIGHT = (
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
)
LONGEST_REMINDER = timedelta(days=max(DAYS_BEFORE.values()) + 1)


def owe(kind, to, *, now, again="", series=None):
    """Owe one message of `kind` to the person behind `to`, in the caller's transaction.

    `to` is a Booking, Helping, TeamInvitation or TeamMember; `again` tells a second message of
    the same kind from the first. Returns the Message, or None for somebody without email, who
    stands on the ring list instead. One statement; owing twice changes nothing.
    """
    owed = owe_all(kind, [to], now=now, again=again, series=series)
    return owed[0] if owed else None


def owe_all(kind, people, *, now, again="", series=None):
    """Owe `kind` to each of `people` in one statement, however many; see `owe`.

    Returns the messages of those who have email. Bookings need their attendee and surgery
    loaded, helpings their helper and surgery.
    """
    messages = [
        _message(kind, to, now=now, again=again, series=series) for to in people if _email_of(to)
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
    if messages:
        transaction.on_commit(ring_the_doorbell, robust=True)
    return messages


def call_off(messages, *, now):
    """Take back those of `messages` (a queryset) that nobody has begun to send."""
    return messages.filter(state=MessageState.QUEUED).update(state=MessageState.CANCELLED)


def ring_the_doorbell():
    """Tell a worker that something is due. If Redis is away the next tick does the work."""
    try:
        app.send_task("surgeries.tasks.drain", retry=False)
    except Exception as fault:  # any broker's trouble: the tick is the promise, this is courtesy
        log.warning("The doorbell did not ring (%s); the next tick sends.", type(fault).__name__)


def owe_reminders(*, now):
    """Owe every reminder that is due and not owed yet; returns how many.

    Derived from the rows each time, so that downtime heals itself and a moved or cancelled
    surgery needs no bookkeeping. Two who ask at once owe it once.
    """
    coming = list(
        Surgery.objects.filter(
            state=SurgeryState.PUBLISHED,
            starts_at__gt=now,
            starts_at__lte=now + LONGEST_REMINDER,
        ).select_related("series")
    )
    return sum(_owe_reminders_of(kind, coming, now=now) for kind in DAYS_BEFORE)


def owe_digests(*, now):
    """Owe each organiser who wants it yesterday's bookings and cancellations, once a day, by day.

    Nothing is owed for a day on which nothing happened.
    """
    members = TeamMember.objects.filter(
        role=Role.ORGANISER, daily_digest=True, user__is_active=True
    ).select_related("user", "series")
    owed = 0
    for member in members.filter(_something_happened_lately(now)):
        today = now.astimezone(member.series.zone)
        if not EARLIEST <= today.time() < LATEST:
            continue
        from_, to = _yesterday(member.series, today.date())
        if bookings_between(member.series, from_, to):
            owed += _owe_digest(member, from_, to, now=now)
    return owed


def bookings_between(series, from_, to):
    """What a digest tells: bookings made and cancelled from `from_` up to `to`, with names."""
    made = Q(booked_at__gte=from_, booked_at__lt=to, imported=False, walked_in=False)
    ended = Q(cancelled_at__gte=from_, cancelled_at__lt=to)
    return list(
        Booking.objects.filter(made | ended, surgery__series=series)
        .select_related("attendee", "slot", "surgery__series")
        .order_by("surgery__starts_at", "attendee__name_key")
    )


def _message(kind, to, *, now, again, series):
    surgery = getattr(to, "surgery", None)
    of = series or (surgery.series if surgery else to.series)
    version = surgery.schedule_version if surgery else 1
    message = Message(
        key=message_key(kind, f"{to._meta.model_name}:{to.pk}", version, again),
        series=of,
        kind=kind,
        schedule_version=version,
        expires_at=of_use_until(kind, surgery, now),
        **{_LINK[type(to)]: to},
    )
    if kind in WAIT_FOR_DAYLIGHT:
        message.next_at = when_to_tell(now, surgery.starts_at, of.zone)
    return message


_LINK = {
    Booking: "booking",
    Helping: "helping",
    TeamInvitation: "invitation",
    TeamMember: "member",
}


def _email_of(to):
    if isinstance(to, Booking):
        return to.attendee.email
    if isinstance(to, Helping):
        return to.helper.email
    return to.email if isinstance(to, TeamInvitation) else to.user.email


def _owe_reminders_of(kind, coming, *, now):
    due = {
        surgery.pk: moment
        for surgery in coming
        if (moment := due_at(surgery.starts_at, surgery.series.zone, DAYS_BEFORE[kind])) <= now
    }
    if not due:
        return 0
    owed = Message.objects.filter(
        booking=OuterRef("pk"), kind=kind, schedule_version=OuterRef("surgery__schedule_version")
    )
    old_enough = Q(pk__in=[])
    for surgery, moment in due.items():
        old_enough |= Q(surgery=surgery) & (
            Q(booked_at=None) | Q(booked_at__lte=moment - TOO_FRESH)
        )
    people = (
        Booking.objects.filter(old_enough, state=BookingState.BOOKED, walked_in=False)
        .filter(attendee__contact__contains="@", imported=False)
        .exclude(Exists(owed))
        .select_related("attendee", "surgery__series")
    )
    return len(owe_all(kind, people, now=now))


def _something_happened_lately(now):
    lately = now - timedelta(days=3)
    return Exists(
        Booking.objects.filter(surgery__series=OuterRef("series")).filter(
            Q(booked_at__gte=lately) | Q(cancelled_at__gte=lately)
        )
    )


def _yesterday(series, today):
    def midnight(day):
        return datetime.combine(day, time(), series.zone)

    return midnight(today - timedelta(days=1)), midnight(today)


def _owe_digest(member, from_, to, *, now):
    message = _message(
        MessageKind.DAILY_DIGEST, member, now=now, again=f":{from_:%Y-%m-%d}", series=member.series
    )
    if Message.objects.filter(key=message.key).exists():
        return 0
    message.covers_from, message.covers_to = from_, to
    Message.objects.bulk_create([message], ignore_conflicts=True)
    transaction.on_commit(ring_the_doorbell, robust=True)
    return 1
