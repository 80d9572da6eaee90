"""What we owe people: written in the transaction that makes it true, sent by a worker later.

Owing the same message twice is owing it once: its key decides (R25).
"""

import datetime

from celery import current_app
from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Greatest

from surgeries.models import Booking, Helping, Message, TeamInvitation, TeamMember
from surgeries.rules import outbox as rules
from surgeries.rules.reminders import (
    DAYS_BEFORE,
    OPENS,
    TOO_FRESH,
    day_of,
    earliest,
    is_worth_it,
    reminder_due,
)
from surgeries.states import (
    REMINDERS,
    BookingState,
    MessageKind,
    MessageState,
    Role,
    SurgeryState,
)


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
    return _write(
        _message(kind, to, series or _series(to), now, again) for to in people if address_of(to)
    )


def call_off(messages, *, now):
    """Take back what has not gone yet of these messages, or of a booking's; returns how many.

    Part of the caller's transaction. A message that a worker has in hand is asked about once
    more before it goes.
    """
    if isinstance(messages, Booking):
        messages = messages.messages.all()
    return messages.filter(state=MessageState.QUEUED).update(state=MessageState.CANCELLED)


def address_of(to):
    """The email address of whoever a message is for, or ""."""
    if isinstance(to, Booking):
        return to.attendee.email
    if isinstance(to, Helping):
        return to.helper.email
    return to.email if isinstance(to, TeamInvitation) else to.user.email


# What is derived on a tick ---------------------------------------------------------------


@transaction.atomic
def owe_reminders(*, now):
    """Owe every reminder that has come due and is not owed yet; returns how many.

    Derived from the bookings each time, so a day without a worker heals itself and a moved or
    cancelled surgery needs no bookkeeping. Two who ask at once owe it once.
    """
    return sum(_owe_reminders(kind, now) for kind in REMINDERS)


@transaction.atomic
def owe_digests(*, now):
    """Owe organisers who want it yesterday's bookings and cancellations, from 09:00 on.

    Nothing is owed for a day on which nothing happened. Returns how many are owed now.
    """
    members = TeamMember.objects.filter(
        role=Role.ORGANISER, daily_digest=True, user__is_active=True
    )
    zones = members.order_by().values_list("series__time_zone", flat=True).distinct()
    return sum(_owe_digests(members.filter(series__time_zone=zone), now) for zone in zones)


def _owe_reminders(kind, now):
    messages = []
    for booking in _may_want_a_reminder(kind, now):
        due, until = _window(kind, booking)
        if due <= now < until and is_worth_it(due, booking.told_at):
            message = _message(kind, booking, booking.surgery.series, now, "")
            message.expires_at = until
            messages.append(message)
    return len(_write(messages))


def _may_want_a_reminder(kind, now):
    """Bookings that lack one of this kind; `told_at` is when we last told them the time."""
    reach = datetime.timedelta(days=DAYS_BEFORE[kind] + 2)
    this_one = Message.objects.filter(
        booking=OuterRef("pk"), kind=kind, schedule_version=OuterRef("surgery__schedule_version")
    )
    told = Max("messages__owed_at", filter=Q(messages__kind__in=_LAST_WORDS))
    return (
        Booking.objects.filter(
            surgery__state=SurgeryState.PUBLISHED,
            surgery__starts_at__gt=now,
            surgery__starts_at__lte=now + reach,
            state=BookingState.BOOKED,
            walked_in=False,
            imported=False,
            attendee__contact__contains="@",
        )
        .exclude(Exists(this_one))
        .annotate(told_at=Greatest(told, F("booked_at")))
        .select_related("attendee", "slot", "surgery__series")
    )


_LAST_WORDS = (
    MessageKind.CONFIRMATION,
    MessageKind.BOOKING_CHANGED,
    MessageKind.SURGERY_MOVED,
)


def _window(kind, booking):
    """From when and until when a reminder is of use: until soon before the next, or the start."""
    arrives_at = booking.slot.starts_at if booking.slot else booking.surgery.starts_at
    zone = booking.surgery.series.zone
    due = reminder_due(arrives_at, DAYS_BEFORE[kind], zone)
    if kind == MessageKind.REMINDER_3_DAYS:
        last = DAYS_BEFORE[MessageKind.REMINDER_1_DAY]
        return due, reminder_due(arrives_at, last, zone) - TOO_FRESH
    return due, booking.surgery.starts_at


def _owe_digests(members, now):
    """Those of one time zone."""
    first = members.select_related("series").first()
    local = now.astimezone(first.series.zone)
    if local.time() < OPENS:
        return 0
    yesterday = local.date() - datetime.timedelta(days=1)
    from_, to = day_of(yesterday, first.series.zone)
    again = f":{yesterday.isoformat()}"
    news = Booking.objects.told_in_digest(from_, to).filter(surgery__series=OuterRef("series"))
    owed = Message.objects.filter(member=OuterRef("pk"), covers_from=from_)
    messages = []
    for member in members.filter(Exists(news), ~Exists(owed)).select_related("series", "user"):
        message = _message(MessageKind.DAILY_DIGEST, member, member.series, now, again)
        message.covers_from, message.covers_to = from_, to
        messages.append(message)
    return len(_write(messages))


# Rows ------------------------------------------------------------------------------------


def _write(messages):
    """Insert what is not there yet, and wake a worker when some of it may leave now."""
    messages = list(messages)
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)
    if any(message.next_at <= message.owed_at for message in messages):
        ring_after_commit()
    return messages


def _message(kind, to, series, now, again):
    surgery = getattr(to, "surgery", None)
    version = surgery.schedule_version if surgery else 1
    return Message(
        key=rules.key_of(kind, f"{to._meta.model_name}:{to.pk}", version, again),
        series=series,
        kind=kind,
        **{_LINK[type(to)]: to},
        schedule_version=version,
        owed_at=now,
        next_at=earliest(kind, now, series.zone, surgery and surgery.starts_at),
        expires_at=_of_use_until(kind, to, surgery, now),
    )


_LINK = {
    Booking: "booking",
    Helping: "helping",
    TeamInvitation: "invitation",
    TeamMember: "member",
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


def _series(to):
    return to.surgery.series if isinstance(to, Booking | Helping) else to.series


# The doorbell ----------------------------------------------------------------------------


def ring_after_commit():
    """Wake a worker once when the transaction has ended. Without a bell the tick finds the row.

    Robust: Django logs the error of a dead Redis, and it hurts nobody who books.
    """
    if not any(waiting[1] is _ring for waiting in connection.run_on_commit):
        transaction.on_commit(_ring, robust=True)


def _ring():
    current_app.send_task("surgeries.tasks.tick", retry=False, expires=60)
