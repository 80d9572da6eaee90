"""What her link answers: I'll be there, I can't come, next time instead.

A party acts as one: whoever holds one of its links answers for all, and is asked which of them
when somebody cannot come.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.attendees import was_here
from surgeries.actions.bookings import accept_times, number_a_party
from surgeries.actions.outbox import call_off, owe
from surgeries.actions.parties import (
    as_it_is,
    let_go,
    locked,
    members,
    messages_of,
    owe_again,
    party_of,
    refuse_when_over,
    refuse_when_recorded,
    tell_where_they_stand,
)
from surgeries.actions.places import free_places, promote, seat, settle_places, slot_like
from surgeries.models import Booking, Place, Surgery
from surgeries.refusals import Refused
from surgeries.rules import bookings as rules
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import (
    EXPECTED_ON_THE_NIGHT,
    FIRST_WORDS,
    LIVE,
    BookingState,
    MessageKind,
    MessageState,
    SurgeryState,
)
from surgeries.templatetags.words import day as in_words

log = logging.getLogger(__name__)

UNDO_FOR = timedelta(minutes=30)
# What the first of a party is told for all of them.
TOLD_FOR_ALL = (
    *FIRST_WORDS,
    MessageKind.PLACE_FOUND,
    MessageKind.BOOKING_CHANGED,
    MessageKind.DISPLACED,
)


# I'll be there ---------------------------------------------------------------------------


@transaction.atomic
def say_coming(booking, *, now, by=None):
    """Keep "I'll be there" for her and everybody who comes with her. Saying it again is the same.

    Refused when the booking or the evening is off, and while she only waits for a place.
    """
    booking = locked(booking)
    party = party_of(booking, now)
    if booking.state == BookingState.WAITING:
        raise Refused(_("You are on the waiting list, so there is no place to say yes to yet."))
    Booking.objects.filter(
        pk__in=[one.pk for one in party], confirmed_at=None, state__in=EXPECTED_ON_THE_NIGHT
    ).update(confirmed_at=now)
    was_here([one.attendee for one in party], now=now)
    _note("will come", booking, by)


@transaction.atomic
def set_off(booking, *, at, now):
    """Keep when she means to set off (a wall-clock time, None to take it back); R17."""
    party = party_of(locked(booking), now)
    Booking.objects.filter(pk__in=[one.pk for one in party]).update(sets_off_at=at)
    was_here([one.attendee for one in party], now=now)


# I can't come ----------------------------------------------------------------------------


@transaction.atomic
def cancel_booking(booking, *, which=None, now, by=None):
    """Give the place back at once, to whoever waits, and owe her a word about it.

    `which` are the keys of those of her party who cannot come, by default she herself. A second
    time changes nothing. Under 24 hours before the start it is marked late, and taken all the
    same (R31). Whoever still comes is told what the first of them has not been told yet.
    """
    booking = locked(booking)
    which = {booking.pk} if which is None else set(which)
    party = [one for one in members(booking) if one.state in LIVE]
    gone = [one for one in party if one.pk in which]
    if not gone:
        return booking
    refuse_when_over(booking.surgery, now)
    late = rules.is_late(booking.surgery.starts_at, now)
    for one in gone:
        refuse_when_recorded(one)
        one.cancelled_late = late and one.state != BookingState.WAITING
    untold = messages_of(gone).filter(kind__in=TOLD_FOR_ALL, state=MessageState.QUEUED).exists()
    let_go(gone, now=now)
    was_here([one.attendee for one in gone], now=now)
    owe_again(MessageKind.BOOKING_CANCELLED, gone[0], now=now)
    stays = [one for one in party if one not in gone]
    if untold and stays:
        tell_where_they_stand(stays[0], now=now)
    settle_places(booking.surgery, now=now)
    for one in gone:
        _note("cancelled", one, by)
    return next((one for one in gone if one.pk == booking.pk), booking)


@transaction.atomic
def undo_cancel(booking, *, now, by=None):
    """She can come after all: for 30 minutes, and everybody she took off with her (P30).

    Her place is hers again if it is still free; else she goes to the head of the queue. Owes a
    word that says which it is. Returns the booking.
    """
    booking = locked(booking)
    surgery = booking.surgery
    if booking.state != BookingState.CANCELLED:
        return booking
    refuse_when_over(surgery, now)
    if not may_undo(booking, now):
        raise Refused(_("That can be undone for 30 minutes only. Please book again."))
    party = who_moves(booking, members(booking))
    _come_back(party, now)
    call_off(messages_of(party).filter(kind=MessageKind.BOOKING_CANCELLED), now=now)
    promote(surgery, now=now, asked_by=party[0])
    for one in party:
        one.refresh_from_db(fields=["state", "slot", "place", "calendar_version"])
    tell_where_they_stand(party[0], now=now)
    was_here([one.attendee for one in party], now=now)
    _note("comes after all", booking, by)
    return next(one for one in party if one.pk == booking.pk)


def _come_back(party, now):
    """On their former places if those are free, else at the head of the queue for that time.

    Who waited when she cancelled (no slot) waits again where she stood. One party may hold both:
    somebody of it took an earlier cancel back and found her place gone.
    """
    for one in party:
        one.state, one.cancelled_at, one.cancelled_late = BookingState.WAITING, None, False
        one.calendar_version += 1
    for slot in {one.slot for one in party if one.slot}:
        _sit_or_wait([one for one in party if one.slot == slot], slot, now)
    Booking.objects.bulk_update(
        party,
        [
            *("state", "cancelled_at", "cancelled_late", "calendar_version"),
            *("goes_first", "waiting_since", "slot"),
        ],
    )


def _sit_or_wait(party, slot, now):
    free = Place.objects.free().filter(slot=slot)[: len(party)]
    if len(free) == len(party):
        seat(party, slot, free)
        return
    accept_times(party, {slot, *party[0].accepts.all()})
    for one in party:
        one.goes_first, one.waiting_since, one.slot = True, now, None


def may_undo(booking, now):
    """Whether "I can't come" was said less than 30 minutes ago, and nobody moved it on since."""
    at = booking.cancelled_at
    return bool(at) and now < at + UNDO_FOR and not hasattr(booking, "moved_to")


# Next time instead -----------------------------------------------------------------------


@transaction.atomic
def next_time_instead(booking, *, on, now, by=None):
    """Move a booking, with everybody who comes along, to the surgery on `on`; keeps who sent them.

    One that was cancelled moves as well, with those who were cancelled together. Both evenings
    are held, so no instant sees her at both or at none. Owes one message; a second time returns
    the booking it made. Refused when there is no place for all of them.
    """
    if already := Booking.objects.filter(moved_from=booking.pk).first():
        return already
    here, there = _both_held(booking, on, now)
    if already := Booking.objects.filter(moved_from=booking.pk).first():
        return already
    party = _movable(booking, here, now)
    slot = slot_like(there, party, now)
    if slot is None:
        raise Refused(
            _("There is no place left on %(day)s for all of you.") % {"day": in_words(there.on)}
            if len(party) > 1
            else _("The last place on %(day)s has just been taken.") % {"day": in_words(there.on)}
        )
    moved = _write_again(there, party, free_places(slot, len(party), now=now), now, by)
    _leave(party, here, now)
    owe(MessageKind.NEXT_TIME, moved[0], now=now, series=there.series)
    settle_places(here, now=now)
    log.info("booking %s moved to %s by person %s", booking.pk, moved[0].pk, by and by.pk)
    return next(new for new, old in zip(moved, party, strict=True) if old.pk == booking.pk)


def _both_held(booking, on, now):
    """The evening she leaves and the one she comes to, held until the transaction ends.

    In the last two hours nobody is moved there: who waits there comes first.
    """
    others = Surgery.objects.filter(series=booking.surgery.series_id, state=SurgeryState.PUBLISHED)
    wanted = others.filter(on=on).exclude(pk=booking.surgery_id).values_list("pk", flat=True)
    # In one order for everybody, so that two who cross never wait for each other.
    held = Surgery.objects.locked().filter(pk__in=(booking.surgery_id, *wanted)).order_by("pk")
    both = {surgery.pk: surgery for surgery in held}
    there = next((one for one in both.values() if one.pk != booking.surgery_id), None)
    if (
        there is None
        or there.state != SurgeryState.PUBLISHED
        or is_nearly_here(there.starts_at, now)
    ):
        raise Refused(_("That evening is not to be had. Choose another one."))
    return both[booking.surgery_id], there


def _movable(booking, here, now):
    """Her party as it is now, if its evening is to come or was called off."""
    booking = as_it_is(booking, here)
    party = who_moves(booking, members(booking))
    if not here.is_cancelled:
        refuse_when_over(here, now)
    for one in party:
        refuse_when_recorded(one)
    return party


def who_moves(booking, party):
    """Those of a party who go where she goes: who still comes, or was cancelled with her."""
    if booking.state in LIVE:
        return [one for one in party if one.state in LIVE]
    return [one for one in party if one.cancelled_at == booking.cancelled_at]


def _write_again(there, party, places, now, by):
    """The bookings of a party at another evening, one on each of `places`."""
    moved = [_again_at(there, one, now, by) for one in party]
    number_a_party(moved)
    for one, place in zip(moved, places, strict=True):
        one.slot, one.place = place.slot, place
        one.seal()
    Booking.objects.bulk_create(moved)
    return moved


def _again_at(there, old, now, by):
    kept = (
        *("attendee", "goal", "level", "brings_supporter"),
        *("said", "said_network", "followed_link", "followed_network"),
        *("credited_network", "credited_connector", "brought_by", "name_shown_from"),
    )
    return Booking(
        surgery=there,
        booked_at=now,
        booked_by=by,
        moved_from=old,
        **{name: getattr(old, name) for name in kept},
    )


def _leave(party, here, now):
    """They are gone from the evening they leave; what was owed about it is called off."""
    late = not here.is_cancelled and rules.is_late(here.starts_at, now)
    still_in = [one for one in party if one.state in LIVE]
    for one in still_in:
        one.cancelled_late = late and one.state != BookingState.WAITING
    let_go(still_in, now=now)
    call_off(messages_of(party).filter(kind=MessageKind.BOOKING_CANCELLED), now=now)
    was_here([one.attendee for one in party], now=now)


def _note(what, booking, by):
    log.info("booking %s %s by person %s", booking.pk, what, by and by.pk)
