"""People, as the team deals with them: rung, written back to, reached at the right address."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.answers import cancel_booking, say_coming, undo_cancel
from surgeries.actions.changes import give_place
from surgeries.actions.doubts import to_be_sent_again
from surgeries.actions.notes import note
from surgeries.actions.outbox import call_off
from surgeries.actions.parties import tell_where_they_stand
from surgeries.models import Attendee, Booking, Message, Surgery
from surgeries.refusals import Refused
from surgeries.states import (
    FIRST_WORDS,
    BookingState,
    MessageKind,
    Outcome,
    RingOutcome,
)

log = logging.getLogger(__name__)

SAYS_WHERE_THEY_STAND = (
    *FIRST_WORDS,
    MessageKind.PLACE_FOUND,
    MessageKind.BOOKING_CHANGED,
    MessageKind.DISPLACED,
)


# Calls -----------------------------------------------------------------------------------


@transaction.atomic
def record_rung(booking, *, outcome, which=(), by, now):
    """Keep what came of a call, and do what was said in it (R26).

    COMING is "I'll be there", GIVEN gives a party that waits a free place (R32), CANNOT cancels
    those of the party with the keys in `which`, or all of it; TOLD and NO_ANSWER are only kept.
    Refused as what it does is refused, and then nothing is kept.
    """
    if outcome in _DOES:
        _refuse_when_nobody_expects_her(booking, now)
        _DOES[outcome](booking, which, by, now)
    Booking.objects.filter(pk=booking.pk).update(rung_at=now, ring_outcome=outcome)
    note(log, "booking %s rung by person %s: %s", booking.pk, by.pk, outcome)


def _is_coming(booking, _which, by, now):
    say_coming(booking, by=by, now=now)


def _has_the_place(booking, _which, by, now):
    given = give_place(booking, by=by, now=now)
    say_coming(given, by=by, now=now)


def _cannot(booking, which, by, now):
    party = Booking.objects.in_party_of(booking).values_list("pk", flat=True)
    cancel_booking(booking, which={*which} or {*party}, by=by, now=now)


_DOES = {
    RingOutcome.COMING: _is_coming,
    RingOutcome.GIVEN: _has_the_place,
    RingOutcome.CANNOT: _cannot,
}


def _refuse_when_nobody_expects_her(booking, now):
    """Say it to the team in its own words; the answers speak to whoever booked."""
    if booking.surgery.is_cancelled:
        raise Refused(_("That evening is cancelled. When you have told them, say so."))
    if not booking.surgery.is_upcoming(now):
        raise Refused(_("That evening is over."))
    if booking.state == BookingState.CANCELLED:
        raise Refused(
            _("The booking of %(name)s is cancelled by now.") % {"name": booking.attendee.name}
        )
    if booking.outcome != Outcome.NOT_RECORDED:
        raise Refused(
            _("%(name)s stands on the register already.") % {"name": booking.attendee.name}
        )


@transaction.atomic
def take_back_rung(booking, *, by, now):
    """It was the wrong name: what the call did is undone, and she stands where she stood.

    Refused when it cannot be undone: a place that was given stays given, and a cancelled one
    comes back for 30 minutes.
    """
    if booking.ring_outcome == RingOutcome.GIVEN:
        raise Refused(_("They have been told of the place. If they cannot come, say so."))
    party = Booking.objects.in_party_of(booking)
    if booking.ring_outcome == RingOutcome.COMING:
        party.filter(confirmed_at=booking.rung_at).update(confirmed_at=None)
    if booking.ring_outcome == RingOutcome.CANNOT:
        gone = party.filter(cancelled_at=booking.rung_at).select_related("surgery").first()
        if gone:
            undo_cancel(gone, by=by, now=now)
    Booking.objects.filter(pk=booking.pk).update(rung_at=None, ring_outcome="")
    note(log, "booking %s not rung after all, by person %s", booking.pk, by.pk)


# What they wrote -------------------------------------------------------------------------


@transaction.atomic
def mark_read(reply, *, by, now):
    """Somebody of the team has read what was written to us. A second time changes nothing."""
    if reply.read_at is None:
        reply.read_at = now
        reply.save(update_fields=["read_at"])
        note(log, "reply %s read by person %s", reply.pk, by.pk)


# Where they are reached ------------------------------------------------------------------


@transaction.atomic
def put_right(attendee, *, contact, by, now):
    """Reach somebody at another address or number, and whoever comes with her and shared it.

    A link that went to another email address ends. The new one is owed the word on where she
    stands for each evening to come, and what it has not been told of an evening that is off.
    Refused when somebody of her name is known there already.
    """
    former = attendee.contact
    if contact == former:
        return
    held = _evenings_of(attendee, now)
    bookings = Booking.objects.filter(surgery__in=held).live()
    hers = bookings.filter(attendee=attendee)
    together = Attendee.objects.filter(bookings__party__in=hers.values("party"), contact=former)
    people = {attendee, *(together if former else ())}
    _refuse_when_known_there(people, contact)
    for person in people:
        person.contact, person.no_messages_from = contact, None
        person.save(update_fields=["contact", "no_messages_from"])
    evenings = {surgery.pk: surgery for surgery in held}
    for booking in bookings.filter(attendee__in=people).select_related("attendee", "slot"):
        booking.surgery = evenings[booking.surgery_id]
        _end_the_former_link(booking, former)
        _tell_where_she_stands(booking, now)
    note(log, "person %s is reached elsewhere, by person %s", attendee.pk, by.pk)


def _evenings_of(attendee, now):
    """Her evenings to come, held in one order for everybody."""
    mine = Surgery.objects.filter(bookings__attendee=attendee, ends_at__gt=now)
    held = Surgery.objects.locked().filter(pk__in=mine.order_by().values("pk"))
    return list(held.order_by("pk"))


def _refuse_when_known_there(people, contact):
    for person in people:
        same = Attendee.objects.filter(
            series=person.series_id, name_key=person.name_key, contact=contact
        )
        if same.exclude(pk=person.pk).exists():
            raise Refused(
                _("%(name)s is among your people with this contact already.")
                % {"name": person.name},
                field="contact",
            )


def _end_the_former_link(booking, former):
    if former and "@" in former:
        booking.link_version += 1
        booking.seal()
        booking.save(update_fields=["link_version", "link_hash"])


def _tell_where_she_stands(booking, now):
    messages = Message.objects.filter(booking=booking)
    if booking.surgery.is_cancelled:
        to_be_sent_again(messages.filter(kind=MessageKind.SURGERY_CANCELLED), now=now)
        return
    call_off(messages.filter(kind__in=SAYS_WHERE_THEY_STAND), now=now)
    if Booking.objects.filter(pk=booking.pk).speaking_for_all().exists():
        tell_where_they_stand(booking, now=now)
