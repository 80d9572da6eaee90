"""The calls to make: to whom, why, and what may come of each in one tap (R26, R32). Reads only."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from surgeries.models import Booking, Slot, Surgery
from surgeries.models.ringing import RING_BEFORE
from surgeries.rules.outbox import ELSE_BY_PHONE
from surgeries.rules.reminders import NEARLY_HERE, is_nearly_here
from surgeries.states import (
    WANTS_A_PLACE,
    BookingState,
    MessageKind,
    RingOutcome,
    SurgeryState,
)
from surgeries.turnout.waiting import waiting_parties

NEWS = (*ELSE_BY_PHONE, MessageKind.BOOKING_CHANGED)


class Why(StrEnum):
    """One reason to ring somebody; a template says it in words."""

    CANCELLED = "cancelled"
    DISPLACED = "displaced"
    MOVED = "moved"
    NEW_TIME = "new_time"
    HAS_A_PLACE = "has_a_place"
    COME_ALONG = "come_along"
    PLACE_IS_FREE = "place_is_free"
    UNREACHED = "unreached"
    ASKED = "asked"
    PHONE_ONLY = "phone_only"
    NO_CONTACT = "no_contact"
    FIRST_TIME = "first_time"
    MISSED = "missed"


@dataclass(frozen=True)
class Call:
    """Somebody to ring: her booking, who comes with her, why, and the outcomes to tap.

    `no_answer_at` is when nobody answered, by the clock of the series, or None.
    """

    booking: Any
    others: tuple[Any, ...]
    why: tuple[Why, ...]
    outcomes: tuple[RingOutcome, ...]
    no_answer_at: datetime | None

    @property
    def asks(self):
        """Whether she was asked to say that she comes, and has not."""
        booked = self.booking.state == BookingState.BOOKED
        return booked and (Why.FIRST_TIME in self.why or Why.MISSED in self.why)

    @property
    def lost(self):
        """What the message was about that did not get through."""
        return MessageKind(self.booking.unreached_by).label

    @property
    def write_in_vain(self):
        """There is no number to ring, and what we wrote did not get through."""
        return Why.UNREACHED in self.why and not self.booking.attendee.phone

    @property
    def some_may_cancel(self):
        """She comes with others, and the evening is on."""
        return self.others and RingOutcome.CANNOT in self.outcomes


@dataclass(frozen=True)
class FreePlaces:
    """An evening about to start with places free while people wait: whom to ring, in turn."""

    surgery: Any
    places: int
    calls: tuple[Call, ...]


def desk_of(series, now, *, most=None):
    """(evenings with places to give, the other calls to make) of a series; see below."""
    giving = places_to_give(series, now)
    about_places = [call.booking.pk for evening in giving for call in evening.calls]
    return giving, calls_to_make(series, now, without=about_places, most=most)


def calls_to_make(series, now, *, without=(), most=None):
    """The ring list as Calls, soonest surgery first; at most `most`, and none of `without`.

    Two statements, however many.
    """
    bookings = Booking.objects.filter(surgery__series=series).exclude(pk__in=without)
    listed = list(bookings.ring_list(now)[:most])
    with_her = _parties(listed)
    return [
        _call(
            series,
            booking,
            others=with_her[booking.pk],
            why=reasons_of(booking, now),
            outcomes=outcomes_of(booking),
        )
        for booking in listed
    ]


def _call(series, booking, *, others, why, outcomes):
    silent = booking.ring_outcome == RingOutcome.NO_ANSWER
    return Call(
        booking,
        tuple(others),
        tuple(why),
        tuple(outcomes),
        booking.rung_at.astimezone(series.zone) if silent else None,
    )


def _parties(speakers):
    """{speaker: the others of her party who still come}, in one statement."""
    leads = {booking.party: booking.pk for booking in speakers if booking.party}
    others = defaultdict(list)
    party = Booking.objects.live().filter(party__in=leads).select_related("attendee")
    for one in party.order_by("party_number"):
        if one.pk != leads[one.party]:
            others[leads[one.party]].append(one)
    return others


def reasons_of(booking, now):
    """Why she is rung, the weightiest first; wants the facts of `with_reasons_to_ring`."""
    found = [news] if (news := _news(booking, now)) else []
    if booking.unreached:
        found.append(Why.UNREACHED)
    if booking.call_only:
        found.append(_how_she_is_reached(booking.attendee))
    if _is_asked(booking, now):
        found += [Why.MISSED] * bool(booking.missed_on)
        found += [Why.FIRST_TIME] * (booking.is_new and not booking.missed_on)
    return found


def _is_asked(booking, now):
    """Whether she should have said by now that she comes."""
    comes = booking.state == BookingState.BOOKED and not booking.surgery.is_cancelled
    return comes and not booking.confirmed_at and booking.surgery.starts_at <= now + RING_BEFORE


def _news(booking, now):
    """What she has not been told, if anything."""
    surgery = booking.surgery
    if surgery.is_cancelled:
        return Why.CANCELLED
    if booking.state in WANTS_A_PLACE and is_nearly_here(surgery.starts_at, now):
        return Why.COME_ALONG
    if not _is_untold(booking):
        return None
    if booking.untold_from == surgery.moved_at:
        return Why.MOVED
    if booking.state == BookingState.DISPLACED:
        return Why.DISPLACED
    return Why.HAS_A_PLACE if booking.waiting_since else Why.NEW_TIME


def _is_untold(booking):
    if not booking.untold_from:
        return False
    answered = booking.rung_at and booking.ring_outcome != RingOutcome.NO_ANSWER
    return not answered or booking.rung_at < booking.untold_from


def _how_she_is_reached(attendee):
    if not attendee.contact:
        return Why.NO_CONTACT
    return Why.ASKED if attendee.no_messages_from else Why.PHONE_ONLY


def outcomes_of(booking):
    """What may come of a call to her, in the order of the buttons."""
    if booking.surgery.is_cancelled:
        return RingOutcome.TOLD, RingOutcome.NO_ANSWER
    can_come = () if booking.state == BookingState.WAITING else (RingOutcome.COMING,)
    is_news = booking.unreached_by in NEWS
    has_news = is_news or _is_untold(booking) or booking.state in WANTS_A_PLACE
    told = (RingOutcome.TOLD,) if has_news else ()
    return *can_come, RingOutcome.CANNOT, *told, RingOutcome.NO_ANSWER


# The last two hours ----------------------------------------------------------------------


def places_to_give(series, now):
    """Evenings in their last two hours with places free that somebody who waits fits (R32).

    Nobody is given one unasked then, so the organiser rings, in turn; who did not answer comes
    last. One statement when there are none.
    """
    found = []
    nearly_here = Surgery.objects.filter(
        series=series,
        state=SurgeryState.PUBLISHED,
        starts_at__lte=now + NEARLY_HERE,
        ends_at__gt=now,
    )
    for surgery in nearly_here.order_by("starts_at"):
        surgery.series = series
        if evening := free_places_at(surgery, now):
            found.append(evening)
    return found


def free_places_at(surgery, now):
    """The places free at an evening about to start, and whom to ring about them; or None."""
    to_come = Slot.objects.with_places().filter(surgery=surgery, starts_at__gt=now)
    free = {slot: slot.free_places for slot in to_come if slot.free_places}
    parties = waiting_parties(surgery, now) if free else {}
    calls = [
        _call_about_a_place(surgery.series, parties[waiter])
        for waiter in sorted(parties, key=lambda waiter: waiter.order)
        if waiter.people <= max(free.values())
    ]
    calls.sort(key=lambda call: call.no_answer_at is not None)
    return FreePlaces(surgery, sum(free.values()), tuple(calls)) if calls else None


def _call_about_a_place(series, party):
    speaker, *others = party
    is_new = any(booking.last_came is None for booking in party)
    return _call(
        series,
        speaker,
        others=others,
        why=(Why.PLACE_IS_FREE, Why.FIRST_TIME) if is_new else (Why.PLACE_IS_FREE,),
        outcomes=(RingOutcome.GIVEN, RingOutcome.CANNOT, RingOutcome.NO_ANSWER),
    )
