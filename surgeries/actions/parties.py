"""Bookings made together: found, held, let go of and written to as one. Shared by the actions."""

from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe
from surgeries.models import Booking, Message, Surgery
from surgeries.refusals import Refused
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import FIRST_WORDS, LIVE, REMINDERS, BookingState, MessageKind, Outcome

ABOUT_COMING = (
    *FIRST_WORDS,
    *REMINDERS,
    MessageKind.PLACE_FOUND,
    MessageKind.COME_ALONG,
    MessageKind.DISPLACED,
    MessageKind.BOOKING_CHANGED,
)

LEFT_BEHIND = (
    *("state", "place", "confirmed_at", "cancelled_at", "cancelled_late", "calendar_version"),
)


def locked(booking):
    """The booking as it is now, with its surgery's row held until the transaction ends."""
    return as_it_is(booking, Surgery.objects.locked().get(pk=booking.surgery_id))


def as_it_is(booking, surgery):
    """The booking as it is now; `surgery` is its own, held by the caller."""
    booking = Booking.objects.select_related("attendee", "slot").get(pk=booking.pk)
    booking.surgery = surgery
    if booking.slot:
        booking.slot.surgery = surgery
    return booking


def members(booking):
    """Her and those who come with her, whatever their state, whoever speaks for them first."""
    if booking.party is None:
        return [booking]
    party = list(
        Booking.objects.in_party_of(booking)
        .filter(surgery=booking.surgery)
        .select_related("attendee", "slot")
    )
    for one in party:
        one.surgery = booking.surgery
        if one.slot:
            one.slot.surgery = booking.surgery
    return party


def party_of(booking, now):
    """Those of her party who still come; refused when she does not, or the evening is off."""
    refuse_unless_booked(booking, now)
    return [one for one in members(booking) if one.state in LIVE]


def let_go(party, *, now):
    """They do not come: their places are free. Part of the caller's transaction."""
    for one in party:
        one.state, one.place, one.confirmed_at = BookingState.CANCELLED, None, None
        one.cancelled_at = now
        one.calendar_version += 1
        one.save(update_fields=LEFT_BEHIND)
    call_off(messages_of(party).filter(kind__in=ABOUT_COMING), now=now)


def messages_of(party):
    """Every message to any of a party."""
    return Message.objects.filter(booking__in=[one.pk for one in party])


def owe_again(kind, booking, *, now):
    """Owe what may be owed more than once in a booking's life: its calendar version tells them.

    Part of the caller's transaction.
    """
    again = f":{booking.calendar_version}"
    return owe(kind, booking, now=now, again=again, series=booking.surgery.series)


def tell_where_they_stand(booking, *, now):
    """Owe who speaks for a party the word on its place, or on waiting for one.

    Part of the caller's transaction. In the last two hours nobody waits for a place: whoever asked
    for one is told on the tick to come along (`owe_come_alongs`), whoever lost hers that she did.
    """
    waits = booking.state == BookingState.WAITING
    if not waits or not is_nearly_here(booking.surgery.starts_at, now):
        owe(
            _SAYS.get(booking.state, MessageKind.CONFIRMATION),
            booking,
            now=now,
            again=f":{booking.link_version}.{booking.calendar_version}",
            series=booking.surgery.series,
        )


_SAYS = {
    BookingState.WAITING: MessageKind.WAITING,
    BookingState.DISPLACED: MessageKind.DISPLACED,
}


def refuse_when_over(surgery, now):
    """Raise Refused when the evening is off or over."""
    if surgery.is_cancelled:
        raise Refused(_("This surgery is cancelled already, so nobody expects you."))
    if not surgery.is_upcoming(now):
        raise Refused(_("This surgery is over."))


def refuse_when_recorded(booking):
    """Raise Refused when the register says something of her already."""
    if booking.outcome == Outcome.CAME:
        raise Refused(_("You are here already, so there is nothing to cancel."))
    if booking.outcome != Outcome.NOT_RECORDED:
        raise Refused(_("The register of this evening is kept already."))


def refuse_unless_booked(booking, now):
    """Raise Refused when she does not come, or the evening is off or over."""
    refuse_when_over(booking.surgery, now)
    if booking.state == BookingState.CANCELLED:
        raise Refused(_("This booking is cancelled. Book again to come after all."))
