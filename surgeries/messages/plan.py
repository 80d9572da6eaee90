"""Who will get what when: derived from bookings and the timetable of their series. Reads only.

The tick that owes and the page that looks ahead ask the same functions, so the page promises what
will be owed, and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Greatest

from surgeries.models import Booking, Connector, Helping, Message, Surgery
from surgeries.rules.reminders import (
    CONNECTORS_ARE_TOLD,
    TIMETABLE,
    When,
    is_worth_it,
    reminder_due,
    reminders_due,
)
from surgeries.states import (
    REMINDERS,
    BookingState,
    Channel,
    HelpingState,
    MessageKind,
    MessageState,
    SurgeryState,
    WhyNot,
)

from .channels import channel_of, why_by_none
from .facts import with_person
from .wanted import is_still_wanted

LOOKS_AHEAD = timedelta(weeks=4)
# They told the time and the place, so a reminder right after one of them is an echo.
TOLD_THE_TIME = (
    MessageKind.CONFIRMATION,
    MessageKind.PLACE_FOUND,
    MessageKind.NEXT_TIME,
    MessageKind.BOOKING_CHANGED,
    MessageKind.SURGERY_MOVED,
)


@dataclass(frozen=True)
class Planned:
    """One message `to` somebody, of use from `at` until `until`; or `why_not`.

    `surgery` is what it tells of, where that is not the booking's or helping's own.
    """

    kind: MessageKind
    to: Booking | Helping | Connector
    at: datetime
    until: datetime
    channel: Channel | None
    why_not: WhyNot | None = None
    surgery: Surgery | None = None

    @property
    def evening(self):
        return self.surgery or getattr(self.to, "surgery", None)

    def is_due(self, now):
        """Whether it is to be owed at `now`."""
        return self.why_not is None and self.at <= now < self.until


def timetable_of(series):
    """{kind: When} of a series: our own times where it has set none (R20)."""
    own = {
        time.kind: When(time.days_before, time.at, time.on) for time in series.reminder_times.all()
    }
    return TIMETABLE | own


# Bookings --------------------------------------------------------------------------------


def bookings_to_remind(now):
    """One booking of each party that comes to an evening after `now`, with all that a plan needs.

    Adds `told_at`, when we last told them the time, and `reminders_owed`, a list of the kinds
    that are owed to one of them already.
    """
    party = Booking.objects.filter(
        Q(pk=OuterRef(OuterRef("pk"))) | Q(party=OuterRef(OuterRef("party")))
    )
    owed = Message.objects.filter(
        booking__in=party,
        kind__in=REMINDERS,
        schedule_version=OuterRef("surgery__schedule_version"),
    )
    told = Max("messages__owed_at", filter=Q(messages__kind__in=TOLD_THE_TIME))
    return (
        Booking.objects.filter(
            surgery__state=SurgeryState.PUBLISHED,
            surgery__starts_at__gt=now,
            state=BookingState.BOOKED,
            walked_in=False,
            imported=False,
        )
        .speaking_for_all()
        .annotate(
            told_at=Greatest(told, "booked_at"), reminders_owed=ArraySubquery(owed.values("kind"))
        )
        .select_related("attendee", "slot", "surgery__series")
        .prefetch_related("surgery__series__reminder_times")
    )


def plan_of_booking(booking):
    """Every reminder it may get and is not owed yet, earliest first, as Planned.

    Wants it of `bookings_to_remind`.
    """
    return [
        _planned(due.kind, booking, due.at, due.until)
        for due in reminders_of(booking, timetable_of(booking.surgery.series))
        if due.kind not in booking.reminders_owed
    ]


def reminders_of(booking, timetable):
    """The reminders a booking may get, earliest first, as `Due`; wants slot and surgery loaded."""
    surgery = booking.surgery
    return reminders_due(
        arrives_at=booking.slot.starts_at if booking.slot else surgery.starts_at,
        starts_at=surgery.starts_at,
        booked_at=booking.booked_at,
        timetable=timetable,
        hours=surgery.series.hours,
    )


# Helpers ---------------------------------------------------------------------------------


def helpings_to_remind(now):
    """Who helps at an evening after `now` and is not reminded yet; adds `told_at`."""
    this_one = Message.objects.filter(
        helping=OuterRef("pk"),
        kind=MessageKind.HELPING_REMINDER,
        schedule_version=OuterRef("surgery__schedule_version"),
    )
    return (
        Helping.objects.filter(
            state=HelpingState.CONFIRMED,
            surgery__state=SurgeryState.PUBLISHED,
            surgery__starts_at__gt=now,
        )
        .exclude(Exists(this_one))
        .annotate(told_at=Greatest(Max("messages__owed_at"), "answered_at"))
        .select_related("helper", "surgery__series")
        .prefetch_related("surgery__series__reminder_times")
    )


def plan_of_helping(helping):
    """The reminder of a helper, when the last one of the attendees is due, as Planned.

    Wants it of `helpings_to_remind`.
    """
    surgery = helping.surgery
    when = timetable_of(surgery.series)[MessageKind.REMINDER_LAST]
    at = reminder_due(surgery.starts_at, when, surgery.series.hours)
    return _planned(MessageKind.HELPING_REMINDER, helping, at, surgery.starts_at)


# Connectors ------------------------------------------------------------------------------


def digests_to_connectors(now, **whose):
    """[(connector, surgery)] of the next four weeks: she wants a note of it and is owed none yet.

    A surgery that was moved is another one. Two statements; `whose` narrows the connectors.
    """
    people = Connector.objects.with_a_page().filter(digest_from__isnull=False, **whose)
    people = list(people.select_related("network__series").order_by("pk"))
    surgeries = Surgery.objects.filter(
        state=SurgeryState.PUBLISHED,
        starts_at__gt=now,
        starts_at__lte=now + LOOKS_AHEAD,
        series__in={person.network.series_id for person in people},
    ).select_related("series")
    owed = Message.objects.filter(
        kind=MessageKind.CONNECTOR_DIGEST,
        surgery=OuterRef("pk"),
        schedule_version=OuterRef("schedule_version"),
    )
    surgeries = surgeries.annotate(told=ArraySubquery(owed.values("connector")))
    return [
        (person, surgery)
        for surgery in (surgeries if people else ())
        for person in people
        if person.network.series_id == surgery.series_id and person.pk not in surgery.told
    ]


def plan_of_digest(connector, surgery):
    """The note to a connector two days before, at the usual hour of the series, as Planned."""
    series = surgery.series
    when = When(CONNECTORS_ARE_TOLD, series.usual_start)
    at = reminder_due(surgery.starts_at, when, series.hours)
    channel = channel_of(connector, series)
    why_not = None if channel else why_by_none(connector)
    kind = MessageKind.CONNECTOR_DIGEST
    return Planned(kind, connector, at, surgery.starts_at, channel, why_not, surgery)


def _planned(kind, to, at, until):
    channel = channel_of(to, to.surgery.series)
    return Planned(kind, to, at, until, channel, _why_not(to, at, channel))


def _why_not(to, at, channel):
    if channel is None:
        return why_by_none(to)
    if is_worth_it(at, to.told_at):
        return None
    has_just_booked = isinstance(to, Booking) and to.told_at == to.booked_at
    return WhyNot.BOOKED_TOO_LATE if has_just_booked else WhyNot.JUST_TOLD


# The page --------------------------------------------------------------------------------


def messages_to_come(series, now):
    """[(local day, [Planned])] of the next four weeks: what is owed, and what will be.

    What is due already stands at `now`. Answers to what people do are not known yet.
    """
    planned = [*_owed_already(series)]
    for booking in bookings_to_remind(now).filter(surgery__series=series):
        planned += plan_of_booking(booking)
    planned += map(plan_of_helping, helpings_to_remind(now).filter(surgery__series=series))
    digests = digests_to_connectors(now, network__series=series)
    planned += (plan_of_digest(*pair) for pair in digests)
    to_come = [one for one in planned if one.until > now and one.at <= now + LOOKS_AHEAD]
    to_come.sort(key=lambda one: (max(one.at, now), str(one.to.pk)))
    return [
        (day, list(rows))
        for day, rows in groupby(
            to_come, key=lambda one: max(one.at, now).astimezone(series.zone).date()
        )
    ]


def _owed_already(series):
    """What waits to be sent, for the morning or for another try."""
    waiting = with_person(Message.objects.filter(series=series, state=MessageState.QUEUED))
    return [
        Planned(
            MessageKind(message.kind),
            message.about,
            message.next_at,
            message.expires_at,
            Channel(message.channel),
            surgery=message.surgery,
        )
        for message in waiting
        if is_still_wanted(message)
    ]
