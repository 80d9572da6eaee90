"""The night: who came, who walked in, how many without a name."""

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from surgeries.actions.attendees import known_attendee
from surgeries.models import Booking, Surgery
from surgeries.refusals import Refused
from surgeries.rules.names import name_key
from surgeries.states import BookingState, Outcome, OutcomeSource
from surgeries.templatetags.words import day as in_words
from surgeries.turnout.attribution import attribute

log = logging.getLogger(__name__)

EVERYONE_CAN_BE_UNDONE_FOR = timedelta(days=7)
UNRECORDED = {"outcome": Outcome.NOT_RECORDED, "outcome_at": None, "outcome_source": ""}


@transaction.atomic
def record_came(booking, *, by, now):
    """She is here. A second tap changes nothing, and a tap outranks all that others said.

    The surgery is held, so that she does not cancel from her link at the same moment.
    """
    _refuse_unless_open(Surgery.objects.locked().get(pk=booking.surgery_id), now)
    row = Booking.objects.expected().filter(pk=booking.pk)
    here = {"outcome": Outcome.CAME, "outcome_at": now, "outcome_source": OutcomeSource.TAPPED}
    said = Q(outcome=Outcome.CAME) & ~Q(outcome_source=OutcomeSource.CONNECTOR)
    if row.exclude(said).update(**here):
        _note("tapped", booking, by)
    elif not row.exists():
        raise Refused(
            _("%(name)s’s booking was cancelled. Add the name as somebody who walked in.")
            % {"name": booking.attendee.name}
        )


@transaction.atomic
def take_back(booking, *, by, now):
    """Undo one tap. A walk-in without it was never here, so it is cancelled."""
    _refuse_unless_open(booking.surgery, now)
    gone = {"state": BookingState.CANCELLED, "cancelled_at": now} if booking.walked_in else {}
    if Booking.objects.came().filter(pk=booking.pk).update(**UNRECORDED, **gone):
        _note("taken back", booking, by)


@transaction.atomic
def walk_in(surgery, *, name, said, request_key, by, now):
    """Somebody came without a booking; there is always room (R36). Returns the booking.

    `request_key` is made by the page, one for each press: the same press with the same name is
    the same person at this surgery. A walk-in leaves no contact, so each is a new attendee.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_open(surgery, now)
    press = uuid.uuid5(request_key, f"{surgery.pk}:{name_key(name)}")
    if before := surgery.bookings.filter(request_key=press).first():
        return before
    told = attribute(surgery.series, said=said)
    booking = Booking(
        surgery=surgery,
        attendee=known_attendee(
            surgery.series,
            name=name,
            contact=None,
            group="",
            network=told.credited_network,
            now=now,
        ),
        walked_in=True,
        outcome=Outcome.CAME,
        outcome_at=now,
        outcome_source=OutcomeSource.TAPPED,
        said=told.said,
        said_network=told.said_network,
        credited_network=told.credited_network,
        credited_connector=told.credited_connector,
        booked_by=by,
        request_key=press,
    )
    booking.seal()
    booking.save(force_insert=True)
    _note("walked in", booking, by)
    return booking


@transaction.atomic
def mark_everyone(surgery, *, seen, by, now):
    """That's everyone: of the names she saw, those still untouched did not come (R46).

    `seen` are the keys of the bookings on the page she said yes to. Returns how many.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_open(surgery, now)
    if now < surgery.starts_at:
        raise Refused(_("It has not started yet, so people may still come."))
    marked = (
        surgery.bookings.untouched()
        .filter(pk__in=seen, walked_in=False)
        .update(outcome=Outcome.DID_NOT_COME, outcome_at=now, outcome_source=OutcomeSource.EVERYONE)
    )
    surgery.everyone_at = now
    surgery.save(update_fields=["everyone_at"])
    log.info("surgery %s: everyone, %s did not come, by person %s", surgery.pk, marked, by.pk)
    return marked


@transaction.atomic
def undo_everyone(surgery, *, by, now):
    """For seven days: whoever was marked all at once is not recorded again. Returns how many."""
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if not everyone_can_be_undone(surgery, now):
        raise Refused(_("That can be undone for seven days only. You can still tap each name."))
    restored = surgery.bookings.filter(
        outcome_source=OutcomeSource.EVERYONE, outcome_at__gt=now - EVERYONE_CAN_BE_UNDONE_FOR
    ).update(**UNRECORDED)
    surgery.everyone_at = None
    surgery.save(update_fields=["everyone_at"])
    log.info("surgery %s: everyone undone, %s names, by person %s", surgery.pk, restored, by.pk)
    return restored


def everyone_can_be_undone(surgery, now):
    """Whether somebody said "That's everyone" in the last seven days."""
    return bool(surgery.everyone_at) and now < surgery.everyone_at + EVERYONE_CAN_BE_UNDONE_FOR


@transaction.atomic
def set_head_count(surgery, *, count, by, now):
    """How many came whose names nobody took (R47); None takes it back.

    It adds to who came through the door that evening and touches no rate.
    """
    _refuse_unless_open(surgery, now)
    surgery.head_count = count
    surgery.save(update_fields=["head_count"])
    log.info("surgery %s: head count %s by person %s", surgery.pk, count, by.pk)


def _refuse_unless_open(surgery, now):
    if surgery.is_cancelled:
        raise Refused(_("This surgery was cancelled, so it has no register."))
    if not surgery.register_is_open(now):
        raise Refused(_("This register opens on %(day)s.") % {"day": in_words(surgery.on)})


def _note(what, booking, by):
    log.info("booking %s %s by person %s", booking.pk, what, by.pk)
