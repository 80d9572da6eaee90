"""Somebody books an arrival time, changes her mind, corrects us, or asks for her link again."""

import logging
import uuid

from django.db import transaction
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe, ring_after_commit
from surgeries.models import Attendee, Booking, Network, Place, Surgery
from surgeries.refusals import Refused
from surgeries.rules import bookings as rules
from surgeries.rules.names import name_key
from surgeries.states import LIVE, REMINDERS, BookingState, MessageKind, MessageState, Outcome
from surgeries.templatetags.words import clock
from surgeries.templatetags.words import day as in_words

log = logging.getLogger(__name__)

LINKS_AT_ONCE = 5


@transaction.atomic
def book_slot(
    slot,
    *,
    name,
    contact,
    goal="",
    level=None,
    group="",
    said="",
    code="",
    request_key,
    now,
    by=None,
):
    """Give somebody the lowest free place at `slot`, and owe her a confirmation.

    Who told her (`said`), the link she followed (`code`) and who is credited are stored apart
    (R12). The same `request_key` again at this surgery is the booking it made before. Refused when
    the last place has gone, and when booking is not open.
    """
    request_key = uuid.uuid5(request_key, str(slot.surgery_id))
    told = Network.objects.attribute(slot.surgery.series, said=said, code=code)
    surgery = Surgery.objects.locked().get(pk=slot.surgery_id)
    if made := _made_before(request_key, name):
        return made
    _refuse_unless_open(surgery, now)
    slot.surgery = surgery
    place = _free_place(slot, now)
    attendee = known_attendee(
        surgery.series,
        name=name,
        contact=contact,
        group=group,
        network=told.credited_network,
        now=now,
    )
    booking = Booking(
        surgery=surgery,
        attendee=attendee,
        slot=slot,
        place=place,
        goal=goal,
        level=level,
        said=told.said,
        said_network=told.said_network,
        followed_link=told.link,
        followed_network=told.followed_network,
        credited_network=told.credited_network,
        credited_connector=told.credited_connector,
        booked_at=now,
        booked_by=by,
        request_key=request_key,
    )
    booking.seal()
    booking.save(force_insert=True)
    owe(MessageKind.CONFIRMATION, booking, now=now, series=surgery.series)
    _note("made", booking, by)
    return booking


@transaction.atomic
def cancel_booking(booking, *, now, by=None):
    """Free her place at once, and owe her a word about it. A second time changes nothing.

    Under 24 hours before the start it is marked late, and taken all the same (R31).
    """
    booking = _locked(booking)
    if booking.state == BookingState.CANCELLED:
        return booking
    _refuse_when_over(booking.surgery, now)
    _refuse_when_recorded(booking)
    booking.state = BookingState.CANCELLED
    booking.place = None
    booking.confirmed_at = None
    booking.cancelled_at = now
    booking.cancelled_late = rules.is_late(booking.surgery.starts_at, now)
    booking.save(update_fields=["state", "place", "confirmed_at", "cancelled_at", "cancelled_late"])
    _was_here(booking.attendee, now)
    _call_off(booking, MessageKind.CONFIRMATION, MessageKind.BOOKING_CHANGED, *REMINDERS, now=now)
    owe(MessageKind.BOOKING_CANCELLED, booking, now=now, series=booking.surgery.series)
    _note("cancelled", booking, by)
    return booking


@transaction.atomic
def change_booking(booking, *, slot, name, contact, goal, now, by=None):
    """Put right what we have down, and take a place at another time if `slot` is another one.

    Only a new time is worth a message; a new address gets the confirmation.
    """
    booking = _locked(booking)
    _refuse_unless_booked(booking, now)
    moves = slot is not None and slot.pk != booking.slot_id
    if moves:
        slot.surgery = booking.surgery
        booking.place = _free_place(slot, now)
        booking.slot = slot
        booking.state = BookingState.BOOKED
    booking.goal = goal
    booking.save(update_fields=["slot", "place", "state", "goal"])
    reached = booking.attendee.contact
    _be_known_as(booking, name=name, contact=contact, now=now)
    _was_here(booking.attendee, now)
    if booking.attendee.contact != reached:
        _tell_the_new_address(booking, reached, now)
    elif moves:
        _call_off(booking, MessageKind.BOOKING_CHANGED, now=now)
        again = f":{now:%Y%m%dT%H%M%S%f}"
        series = booking.surgery.series
        owe(MessageKind.BOOKING_CHANGED, booking, now=now, again=again, series=series)
    _note("changed", booking, by)
    return booking


@transaction.atomic
def correct_contact(booking, *, contact, now):
    """Reach her at another address or number; the link that went to a wrong one ends.

    Returns the booking, perhaps with a new secret.
    """
    booking = _locked(booking)
    _refuse_unless_booked(booking, now)
    reached = booking.attendee.contact
    _be_known_as(booking, name=booking.attendee.name, contact=contact, now=now)
    _was_here(booking.attendee, now)
    if booking.attendee.contact != reached:
        _tell_the_new_address(booking, reached, now)
    _note("corrected", booking, None)
    return booking


@transaction.atomic
def make_easier(booking, *, needs, news, news_wording, now):
    """Keep what would make it easier to come, and a yes to news; both only because she ticked.

    What is left empty changes nothing: the page never shows what is stored. Of somebody known
    before this booking, who may not be the one who made it, only an empty answer is filled.
    """
    attendee = Attendee.objects.select_for_update(no_key=True).get(pk=booking.attendee_id)
    booking.attendee = attendee
    is_new = _came_with(booking)
    if needs and (is_new or not attendee.access_needs):
        attendee.access_needs, attendee.access_needs_agreed_at = needs, now
    if news and is_new:
        attendee.news_agreed_at, attendee.news_wording = now, news_wording
    attendee.last_active_at = now
    attendee.save(
        update_fields=[
            *("access_needs", "access_needs_agreed_at"),
            *("news_agreed_at", "news_wording", "last_active_at"),
        ]
    )
    return booking


@transaction.atomic
def send_links_again(*, email, now):
    """Owe whoever booked with this address her links, one for each surgery to come and day.

    The doorbell rings whether anybody has: it takes most of the time, which would tell a stranger.
    """
    ring_after_commit()
    mine = Booking.objects.filter(
        attendee__contact=email,
        state__in=LIVE,
        surgery__in=Surgery.objects.upcoming(now).order_by(),
    ).select_related("attendee", "surgery__series", "surgery__venue")
    for booking in mine.order_by("surgery__starts_at", "pk")[:LINKS_AT_ONCE]:
        today = now.astimezone(booking.surgery.series.zone).date()
        owe(
            MessageKind.LINK_AGAIN,
            booking,
            now=now,
            again=f":{today.isoformat()}",
            series=booking.surgery.series,
        )


def known_attendee(series, *, name, contact, group, network, now):
    """The person of `series` with this name and contact, made when new, in one statement.

    Part of the caller's transaction. Without a contact nobody can be recognised, so each is new.
    The network that told her first is written once (R12), and so is her group. Her name takes
    the spelling typed now, so that nobody reads from it how somebody else has spelt it.
    """
    attendee = Attendee(
        series=series,
        name=name,
        name_key=name_key(name),
        contact=contact or None,
        group=_first_group(series, name, contact, group) if contact else group,
        first_network=network,
        created_at=now,
        last_active_at=now,
    )
    Attendee.objects.bulk_create(
        [attendee],
        update_conflicts=True,
        unique_fields=["series", "name_key", "contact"],
        update_fields=["name", "group", "last_active_at"],
    )
    return attendee


def _first_group(series, name, contact, group):
    """The group that somebody has named already, or else `group`; for the database to find."""
    known = Attendee.objects.filter(series=series, name_key=name_key(name), contact=contact)
    return Coalesce(NullIf(Subquery(known.values("group")), Value("")), Value(group))


def _made_before(request_key, name):
    """The booking this form has made; refused when it now holds somebody else's name."""
    made = Booking.objects.filter(request_key=request_key).select_related("attendee").first()
    if made and made.attendee.name_key != name_key(name):
        raise Refused(
            _("%(name)s is booked. Press the button once more to book for somebody else too.")
            % {"name": made.attendee.name}
        )
    return made


def _refuse_unless_open(surgery, now):
    if surgery.is_cancelled:
        raise Refused(_("This surgery is cancelled."))
    if surgery.takes_bookings(now):
        return
    if now < surgery.starts_at:
        raise Refused(_("Booking opens on %(day)s.") % {"day": in_words(surgery.opens_on())})
    raise Refused(_("This surgery is over."))


def _free_place(slot, now):
    """The lowest free place at `slot`, whose surgery is locked."""
    if slot.starts_at <= now:
        raise Refused(_("That time has passed. Choose another one."), field="slot")
    place = Place.objects.free().filter(slot=slot).first()
    if place is None:
        raise Refused(
            _("Somebody has just taken the last place at %(time)s.")
            % {"time": clock(slot.starts_local)},
            field="slot",
        )
    return place


def _locked(booking):
    """The booking as it is now, with its surgery's row held."""
    surgery = Surgery.objects.locked().get(pk=booking.surgery_id)
    booking = Booking.objects.select_related("attendee", "slot").get(pk=booking.pk)
    booking.surgery = surgery
    return booking


def _refuse_when_over(surgery, now):
    if surgery.is_cancelled:
        raise Refused(_("This surgery is cancelled already, so nobody expects you."))
    if now >= surgery.ends_at:
        raise Refused(_("This surgery is over."))


def _refuse_when_recorded(booking):
    if booking.outcome == Outcome.CAME:
        raise Refused(_("You are here already, so there is nothing to cancel."))
    if booking.outcome != Outcome.NOT_RECORDED:
        raise Refused(_("The register of this evening is kept already."))


def _refuse_unless_booked(booking, now):
    _refuse_when_over(booking.surgery, now)
    if booking.state == BookingState.CANCELLED:
        raise Refused(_("This booking is cancelled. Book again to come after all."))


def _be_known_as(booking, *, name, contact, now):
    """Point the booking at whoever has this name and contact.

    A person whom nobody knew before this booking is put right herself, with all she has told us.
    Somebody known from before is left alone: whoever types her name and address takes over
    nothing of hers.
    """
    person = booking.attendee
    contact = contact or None
    if (name, contact) == (person.name, person.contact):
        return
    taken = contact and Attendee.objects.filter(
        series=person.series_id, name_key=name_key(name), contact=contact
    ).exclude(pk=person.pk)
    if _came_with(booking) and not (taken and taken.exists()):
        person.name, person.contact = name, contact
        person.save(update_fields=["name", "name_key", "contact"])
        return
    booking.attendee = known_attendee(
        booking.surgery.series,
        name=name,
        contact=contact,
        group="",
        network=booking.credited_network,
        now=now,
    )
    booking.save(update_fields=["attendee"])


def _came_with(booking):
    """Whether the person became known by this very booking, and by no other."""
    person = booking.attendee
    others = person.bookings.exclude(pk=booking.pk)
    return person.created_at == booking.booked_at and not others.exists()


def _was_here(person, now):
    """What she did last decides how long we keep her, and dates her calendar file."""
    person.last_active_at = now
    person.save(update_fields=["last_active_at"])


def _tell_the_new_address(booking, reached, now):
    """Owe the new address the confirmation; what went to another email opens nothing any more."""
    if reached and "@" in reached:
        booking.link_version += 1
        booking.seal()
        booking.save(update_fields=["link_version", "link_hash"])
    _call_off(booking, MessageKind.CONFIRMATION, MessageKind.BOOKING_CHANGED, now=now)
    again = f":link{booking.link_version}" if booking.link_version > 1 else ""
    owe(MessageKind.CONFIRMATION, booking, now=now, again=again, series=booking.surgery.series)


def _call_off(booking, *kinds, now):
    call_off(booking.messages.filter(kind__in=kinds, state=MessageState.QUEUED), now=now)


def _note(what, booking, by):
    log.info("booking %s %s by person %s", booking.pk, what, by and by.pk)
