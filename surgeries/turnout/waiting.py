"""Who waits for a place, in which turn, and how honest "you are third" is. Reads; never writes."""

from collections import defaultdict

from django.db.models import Max, OuterRef, Subquery

from surgeries.models import Booking
from surgeries.rules.waiting import Waiter, place_in_queue, turn_of
from surgeries.states import BookingState, Outcome


def waiting_parties(surgery, now):
    """{Waiter: its bookings, who speaks for them first} of everybody who wants a place here."""
    came = (
        Booking.objects.counted(now)
        .filter(attendee=OuterRef("attendee"), outcome=Outcome.CAME)
        .order_by()
        .values("attendee")
        .annotate(last=Max("surgery__starts_at"))
        .values("last")
    )
    waiting = (
        surgery.bookings.wanting_a_place()
        .annotate(last_came=Subquery(came))
        .select_related("attendee")
        .prefetch_related("accepts")
        .order_by("party", "party_number", "pk")
    )
    parties = defaultdict(list)
    for booking in waiting:
        booking.surgery = surgery
        parties[booking.party or booking.pk].append(booking)
    return {_waiter(key, party, now): party for key, party in parties.items()}


def _waiter(key, party, now):
    speaker = party[0]
    return Waiter(
        party=key,
        people=len(party),
        accepts=frozenset(speaker.accepts.all()),
        turn=turn_of(
            was_promised=speaker.goes_first or speaker.state == BookingState.DISPLACED,
            last_came=[booking.last_came for booking in party],
            now=now,
        ),
        since=speaker.waiting_since or speaker.booked_at,
    )


def number_in_queue(booking, now):
    """Which in the queue she and her party are, from 1; None when they do not wait.

    Two statements. Wants the booking's surgery loaded.
    """
    parties = waiting_parties(booking.surgery, now)
    hers = [waiter for waiter in parties if waiter.party == (booking.party or booking.pk)]
    return place_in_queue(hers[0], parties) if hers else None
