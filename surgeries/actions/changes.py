"""A booking is put right: another time, name or contact; and what the organiser decides."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.attendees import be_known_as, was_here
from surgeries.actions.bookings import accept_times, come_along, still_there
from surgeries.actions.notes import note
from surgeries.actions.outbox import call_off, ring_who_is_not_reached
from surgeries.actions.parties import (
    ABOUT_COMING,
    locked,
    members,
    messages_of,
    owe_again,
    party_of,
    refuse_unless_booked,
    refuse_when_recorded,
    tell_where_they_stand,
)
from surgeries.actions.places import (
    free_places,
    promote,
    seat,
    settle_places,
    slot_like,
    tell_of_a_place,
    without_a_chair,
)
from surgeries.models import Attendee, Booking
from surgeries.refusals import Refused
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import FIRST_WORDS, LIVE, WANTS_A_PLACE, BookingState, MessageKind

log = logging.getLogger(__name__)


# Changes ---------------------------------------------------------------------------------


@transaction.atomic
def change_booking(booking, *, slot, name, contact, goal, supporter=None, now, by=None):
    """Put right what we have down, and move her party to another time if `slot` is another one.

    Only a new time is worth a message; a new address gets the confirmation. What moving frees
    goes to whoever waits. `slot` is None for somebody who keeps her time, or waits for one, and
    `supporter` when nothing was said of one.
    """
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    moves = slot is not None and slot.pk != booking.slot_id
    booking.goal = goal
    if supporter is not None:
        booking.brings_supporter = supporter
    booking.save(update_fields=["goal", "brings_supporter"])
    if moves:
        _sit_elsewhere(booking, slot, now, by)
    told = _reach(booking, name=name, contact=contact, now=now)
    if moves and not told:
        call_off(messages_of([booking]).filter(kind=MessageKind.BOOKING_CHANGED), now=now)
        owe_again(MessageKind.BOOKING_CHANGED, booking, now=now)
    if moves:
        settle_places(booking.surgery, now=now)
    _note("changed", booking, by)
    return booking


def _sit_elsewhere(booking, slot, now, by):
    """Her party has another time. Without a place till now, it waits its turn like everybody."""
    party = [one for one in members(booking) if one.state in LIVE]
    for one in party:
        refuse_when_recorded(one)
    if booking.state in WANTS_A_PLACE and not by and is_nearly_here(booking.surgery.starts_at, now):
        raise Refused(come_along())
    slot.surgery = booking.surgery
    seat(party, slot, free_places(slot, len(party), now=now))
    mine = next(one for one in party if one.pk == booking.pk)
    booking.state, booking.slot, booking.place = mine.state, mine.slot, mine.place
    booking.calendar_version = mine.calendar_version


@transaction.atomic
def change_times(booking, *, accepts, now):
    """Other times would suit a party that waits; what is free goes to it at once.

    Who has been given a place meanwhile keeps it.
    """
    booking = locked(booking)
    party = party_of(booking, now)
    accepts = still_there(booking.surgery, accepts)
    waiting = [one for one in party if one.state in WANTS_A_PLACE]
    accept_times(waiting, accepts)
    promote(booking.surgery, now=now)
    was_here([one.attendee for one in party], now=now)
    _note("would come at other times", booking, None)


@transaction.atomic
def correct_contact(booking, *, contact, now):
    """Reach her at another address or number; the link that went to a wrong one ends.

    Returns the booking, perhaps with a new secret.
    """
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    _reach(booking, name=booking.attendee.name, contact=contact, now=now)
    _note("corrected", booking, None)
    return booking


@transaction.atomic
def ring_instead(booking, *, number=None, now):
    """She wants to be rung and not written to: on `number`, or on the one we have (R14).

    It is her choice and puts no mistake right, so her link goes on to work. Nobody else with the
    same contact is touched.
    """
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    reached = booking.attendee.contact
    if not number and not booking.attendee.phone:
        raise Refused(_("Enter the phone number that we can ring you on."), field="number")
    for one in members(booking) if number else ():
        if one.attendee.contact == reached and one.state in LIVE:
            be_known_as(one, name=one.attendee.name, contact=number, now=now)
    _write_from(booking, now, now)
    _note("wants to be rung", booking, None)


@transaction.atomic
def write_again(booking, *, now):
    """She wants to be written to again, as far as a message can reach her."""
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    _write_from(booking, None, now)
    _note("wants to be written to", booking, None)


def _write_from(booking, no_messages_from, now):
    person = Attendee.objects.get(bookings=booking.pk)
    person.no_messages_from, person.last_active_at = no_messages_from, now
    person.save(update_fields=["no_messages_from", "last_active_at"])


# What the organiser decides --------------------------------------------------------------


@transaction.atomic
def give_place(booking, *, by, now):
    """The organiser rang somebody who waits: her party has a place that is free (R32).

    Refused when nothing that is free holds all of them.
    """
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    party = [one for one in members(booking) if one.state in LIVE]
    if booking.state == BookingState.BOOKED:
        return booking
    slot = slot_like(booking.surgery, party, now)
    if slot is None:
        raise Refused(
            _("There is no free place for %(name)s now. They can come along all the same.")
            % {"name": booking.attendee.name}
        )
    seat(party, slot, free_places(slot, len(party), now=now))
    tell_of_a_place(party[0], now=now)
    _note("was given a place", booking, by)
    return booking


@transaction.atomic
def displace_booking(booking, *, by, now):
    """There is no chair for her party at their time: they get another time, or wait at the head.

    The organiser confirms it; nobody loses a chair by a rule alone. Owes one message. Returns the
    booking, booked at another time or displaced. Refused while there are chairs enough.
    """
    booking = locked(booking)
    refuse_unless_booked(booking, now)
    party = [one for one in members(booking) if one.state == BookingState.BOOKED]
    if not party:
        return booking
    if not without_a_chair(booking.surgery):
        raise Refused(_("There is a chair for everybody who is booked."))
    for one in party:
        refuse_when_recorded(one)
    slot = slot_like(booking.surgery, party, now)
    if slot:
        seat(party, slot, free_places(slot, len(party), now=now))
        kind = MessageKind.BOOKING_CHANGED
    else:
        for one in party:
            one.state, one.place, one.confirmed_at = BookingState.DISPLACED, None, None
            one.waiting_since = now
            one.calendar_version += 1
        Booking.objects.bulk_update(
            party, ["state", "place", "confirmed_at", "waiting_since", "calendar_version"]
        )
        accept_times(party, booking.surgery.slots.all())
        kind = MessageKind.DISPLACED
    call_off(messages_of(party).filter(kind__in=ABOUT_COMING), now=now)
    owe_again(kind, party[0], now=now)
    ring_who_is_not_reached([party[0]], now=now)
    settle_places(booking.surgery, now=now)
    _note("has no chair", booking, by)
    return party[0]


def _reach(booking, *, name, contact, now):
    """Be known by this name and contact; whether a new address was owed the confirmation.

    Those of her party who could be reached as she was are reached as she is.
    """
    reached = booking.attendee.contact
    company = [one for one in members(booking) if one.pk != booking.pk]
    be_known_as(booking, name=name, contact=contact, now=now)
    was_here([booking.attendee], now=now)
    if booking.attendee.contact == reached:
        return False
    for one in company:
        if one.attendee.contact == reached and one.state in LIVE:
            be_known_as(one, name=one.attendee.name, contact=contact, now=now)
            _end_former_link(one, reached)
    _end_former_link(booking, reached)
    told = (*FIRST_WORDS, MessageKind.BOOKING_CHANGED)
    call_off(messages_of([booking]).filter(kind__in=told), now=now)
    tell_where_they_stand(booking, now=now)
    return True


def _end_former_link(booking, reached):
    """What went to another email address opens nothing any more, nor leads to what follows it."""
    while booking and reached and "@" in reached:
        booking.link_version += 1
        booking.seal()
        booking.save(update_fields=["link_version", "link_hash"])
        booking = booking.moved_from


def _note(what, booking, by):
    note(log, "booking %s %s by person %s", booking.pk, what, by and by.pk)
