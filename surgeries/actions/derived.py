"""Messages that follow from rows and the time: asked for on every tick, each owed once.

Derived and never parked in a queue, so a day without a worker heals itself and a moved or
cancelled surgery needs no bookkeeping. Two who ask at once owe it once.
"""

import datetime
import functools
import operator

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from surgeries.actions.outbox import message, write
from surgeries.messages.channels import channel_of
from surgeries.messages.plan import (
    bookings_to_remind,
    digests_to_connectors,
    helpings_to_remind,
    plan_of_booking,
    plan_of_digest,
    plan_of_helping,
)
from surgeries.models import Booking, Message, ReminderTime, TeamMember
from surgeries.rules.reminders import FAR_AHEAD, NEARLY_HERE, TIMETABLE, day_of
from surgeries.states import REMINDERS, MessageKind, Role, SurgeryState

DAY = datetime.timedelta(days=1)


def owe_what_follows(*, now):
    """Owe everything that has come due by itself; returns how many messages are owed now."""
    owing = (
        owe_reminders,
        owe_come_alongs,
        owe_helper_reminders,
        owe_digests,
        owe_connector_digests,
    )
    return sum(owe(now=now) for owe in owing)


# Reminders -------------------------------------------------------------------------------


@transaction.atomic
def owe_reminders(*, now):
    """Owe every reminder that has come due and is not owed yet; returns how many (R20)."""
    near = functools.reduce(operator.or_, (_may_be_due(kind, now) for kind in REMINDERS))
    messages = []
    for booking in bookings_to_remind(now).filter(near):
        for planned in plan_of_booking(booking):
            if planned.is_due(now):
                owed = _message(planned, now)
                owed.expires_at = planned.until
                messages.append(owed)
    return len(write(messages))


def _may_be_due(kind, now):
    """Which bookings are worth a look because of this kind."""
    near = Q(surgery__starts_at__lte=now + _reach(kind)) & ~Q(reminders_owed__contains=[kind])
    if kind == MessageKind.REMINDER_EARLY:
        near &= Q(surgery__starts_at__gt=F("booked_at") + FAR_AHEAD - DAY)
    return near


def _message(planned, now):
    series = planned.to.surgery.series
    return message(planned.kind, planned.to, planned.channel, series, now=now)


def _reach(kind):
    """How long before the start the earliest reminder of this kind may be due."""
    of_series = ReminderTime.objects.filter(kind=kind).aggregate(days=Max("days_before"))["days"]
    return datetime.timedelta(days=max(TIMETABLE[kind].days, of_series or 0) + 2)


# Who waits in vain -----------------------------------------------------------------------


@transaction.atomic
def owe_come_alongs(*, now):
    """Tell whoever still waits two hours before the start to come along (R32); returns how many."""
    kind = MessageKind.COME_ALONG
    waiting = (
        Booking.objects.wanting_a_place()
        .filter(
            surgery__state=SurgeryState.PUBLISHED,
            surgery__starts_at__gt=now,
            surgery__starts_at__lte=now + NEARLY_HERE,
        )
        .exclude(Exists(Message.objects.filter(booking=OuterRef("pk"), kind=kind)))
        .speaking_for_all()
        .select_related("attendee", "slot", "surgery__series")
    )
    return len(
        write(
            message(kind, booking, channel, booking.surgery.series, now=now)
            for booking in waiting
            if (channel := channel_of(booking, booking.surgery.series))
        )
    )


# Helpers ---------------------------------------------------------------------------------


@transaction.atomic
def owe_helper_reminders(*, now):
    """Remind whoever helps, when the last reminder of the attendees is due; returns how many."""
    soon = helpings_to_remind(now).filter(
        surgery__starts_at__lte=now + _reach(MessageKind.REMINDER_LAST)
    )
    planned = (plan_of_helping(helping) for helping in soon)
    return len(write(_message(one, now) for one in planned if one.is_due(now)))


# Connectors ------------------------------------------------------------------------------


@transaction.atomic
def owe_connector_digests(*, now):
    """Ask each connector who wants it, once before a surgery: will you tell them? Returns how many.

    Two days before at the usual hour of the series; who agreed to it later hears at once.
    """
    planned = (plan_of_digest(*pair) for pair in digests_to_connectors(now))
    return len(
        write(
            message(one.kind, one.to, one.channel, one.surgery.series, now=now, surgery=one.surgery)
            for one in planned
            if one.is_due(now)
        )
    )


# The digest ------------------------------------------------------------------------------


@transaction.atomic
def owe_digests(*, now):
    """Owe organisers who want it yesterday's bookings and cancellations, from 09:00 on.

    Nothing is owed for a day on which nothing happened. Returns how many are owed now.
    """
    members = TeamMember.objects.filter(
        role=Role.ORGANISER, daily_digest=True, user__is_active=True
    )
    hours = ("series__time_zone", "series__writes_from")
    return sum(
        _owe_digests(members.filter(series__time_zone=zone, series__writes_from=opens), now)
        for zone, opens in members.order_by().values_list(*hours).distinct()
    )


def _owe_digests(members, now):
    """Those of one time zone, whose day begins at one time."""
    hours = members.select_related("series").first().series.hours
    local = now.astimezone(hours.zone)
    if local.time() < hours.opens:
        return 0
    yesterday = local.date() - DAY
    from_, to = day_of(yesterday, hours.zone)
    news = Booking.objects.told_in_digest(from_, to).filter(surgery__series=OuterRef("series"))
    owed = Message.objects.filter(member=OuterRef("pk"), covers_from=from_)
    messages = []
    for member in members.filter(Exists(news), ~Exists(owed)).select_related("series", "user"):
        channel = channel_of(member, member.series)
        again = f":{yesterday.isoformat()}"
        digest = message(
            MessageKind.DAILY_DIGEST, member, channel, member.series, now=now, again=again
        )
        digest.covers_from, digest.covers_to = from_, to
        messages.append(digest)
    return len(write(messages))
