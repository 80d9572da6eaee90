"""What a change to a whole evening means for people, and telling them all of it once (R28)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q

from surgeries.actions.outbox import call_off, owe_all, ring_who_is_not_reached
from surgeries.models import Booking, Message
from surgeries.rules.outbox import TELLS_WHEN
from surgeries.states import Channel, HelpingState, MessageKind, MessageState

MOVED = (MessageKind.SURGERY_MOVED, MessageKind.HELPING_MOVED)
CANCELLED = (MessageKind.SURGERY_CANCELLED, MessageKind.HELPING_CANCELLED)
ON_THE_WAY = (MessageState.QUEUED, MessageState.CLAIMED)


@dataclass(frozen=True)
class News:
    """Who is told of a change: how many by email and by text, and when the first of that leaves.

    `to_ring` are the bookings, one of each party, and helpings that no message reaches.
    """

    emails: int = 0
    texts: int = 0
    to_ring: tuple[Any, ...] = ()
    leaves_at: datetime | None = None

    def __bool__(self):
        return bool(self.emails or self.texts or self.to_ring)


@dataclass(frozen=True)
class Change:
    """What changing an evening does to people.

    `arrive_otherwise`: how many had an arrival time that goes. `got_places`: how many waited and
    have a place now. `people` hold a place, and `chairs` of them have a chair.
    """

    news: News = field(default_factory=News)
    arrive_otherwise: int = 0
    got_places: int = 0
    people: int = 0
    chairs: int = 0

    @property
    def matters(self):
        """Whether anybody notices."""
        return bool(self.news or self.got_places or self.chairs < self.people)


def foresee(action, subject, **arguments):
    """What an action would return, with nothing of it kept. Refuses as the action would.

    It happens in a transaction that is taken back, so what a page says beforehand is what follows.
    """
    with transaction.atomic():
        foreseen = action(subject, **arguments)
        transaction.set_rollback(True)
    return foreseen


def tell_everybody(surgery, kinds, *, knew, now):
    """Owe each booked or waiting party and each helper the one notice of a change; returns News.

    Part of the caller's transaction. `kinds` are that for attendees and that for helpers, `knew`
    the start they may be getting ready for. What told the old time and has not gone is called
    off, for the notice says it all; whoever was not told of an earlier move still knows the start
    before that.
    """
    about = messages_about(surgery)
    unsent = about.filter(kind__in=MOVED, state__in=ON_THE_WAY)
    knew = min(filter(None, (knew, unsent.aggregate(knew=Min("covers_from"))["knew"])))
    # Whoever has the night off is told nothing else, so that much still goes out.
    if surgery.is_cancelled:
        call_off(about.exclude(kind=MessageKind.NIGHT_OFF), now=now)
    else:
        call_off(about.filter(kind__in=TELLS_WHEN), now=now)
    return _tell(bookings_of(surgery), helpings_of(surgery), kinds, now, soonest=knew)


def tell_of_another_end(surgery, arrive_otherwise, *, now):
    """Owe helpers the news of another end, and those whose arrival time went theirs; returns News.

    Part of the caller's transaction. Attendees know no end (R6), so the others hear nothing.
    """
    helpings = helpings_of(surgery)
    helpings.update(calendar_version=F("calendar_version") + 1)
    late = Booking.objects.filter(pk__in=arrive_otherwise)
    late.update(calendar_version=F("calendar_version") + 1)
    people = list(bookings_of(surgery).filter(pk__in=arrive_otherwise))
    ring_who_is_not_reached(people, now=now)
    kinds = (MessageKind.BOOKING_CHANGED, MessageKind.HELPING_MOVED)
    return _tell(people, helpings, kinds, now, again=f":{now.isoformat()}")


def _tell(bookings, helpings, kinds, now, *, again="", soonest=None):
    owed, to_ring = [], []
    for kind, people in zip(kinds, (list(bookings), list(helpings)), strict=True):
        owed += owe_all(kind, people, now=now, again=again, soonest=soonest)
        reached = {message.about for message in owed}
        to_ring += [to for to in people if to not in reached]
    channels = [message.channel for message in owed]
    return News(
        emails=channels.count(Channel.EMAIL),
        texts=channels.count(Channel.TEXT),
        to_ring=tuple(to_ring),
        leaves_at=min((message.next_at for message in owed), default=None),
    )


def bookings_of(surgery):
    """One of each party that comes or waits, whom a notice goes to."""
    bookings = surgery.bookings.live().filter(walked_in=False, imported=False)
    return bookings.speaking_for_all().select_related("attendee", "slot", "surgery__series")


def helpings_of(surgery):
    """Everybody who helps or offered to."""
    helpings = surgery.helpings.exclude(state=HelpingState.WITHDRAWN)
    return helpings.select_related("helper", "surgery__series")


def messages_about(surgery):
    """Every message to somebody who comes to an evening or helps there."""
    return Message.objects.filter(Q(booking__surgery=surgery) | Q(helping__surgery=surgery))
