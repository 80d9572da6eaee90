"""Surgeries: starting, publishing, moving, copying, cancelling and closing them."""

import logging
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe_all
from surgeries.actions.places import deal_places, settle_places
from surgeries.actions.regulars import add_regulars
from surgeries.models import Booking, Message, Slot, Surgery, Venue
from surgeries.refusals import Refused
from surgeries.rules import schedule as rules
from surgeries.rules.names import tidy
from surgeries.rules.outbox import TELLS_WHEN
from surgeries.states import HelpingState, MessageKind, SurgeryState
from surgeries.templatetags.words import day as in_words

log = logging.getLogger(__name__)


@transaction.atomic
def create_surgery(
    series,
    *,
    place,
    on,
    starts=None,
    ends=None,
    organiser_helps=True,
    places_wanted=None,
    publish=False,
    by,
    now,
):
    """Start a surgery: a place and a date suffice (R1). Returns it, with its times and places.

    `place` is the name of a venue, made when new; `on` a local date; `starts` and `ends` are
    wall-clock times of the series, by default its usual ones. Raises Refused for a past, far
    or taken date, and for an end before the start.
    """
    starts_at, ends_at = _times(series, on, starts, ends)
    _refuse_unless_near(starts_at, now)
    surgery = Surgery(
        series=series,
        venue=find_or_make_venue(series, name=place),
        on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        organiser_helps=organiser_helps,
        places_wanted=places_wanted,
        created_at=now,
    )
    with _one_a_day(on):
        surgery.save()
    _set_arrival_times(surgery)
    deal_places(surgery)
    _note("started", surgery, by)
    return publish_surgery(surgery, by=by, now=now) if publish else surgery


@transaction.atomic
def publish_surgery(surgery, *, by, now):
    """Show a surgery to everybody; from 28 days before its date it can be booked (R9)."""
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if surgery.state != SurgeryState.DRAFT:
        raise Refused(_("This surgery is published already."))
    if surgery.starts_at <= now:
        raise Refused(_("This surgery’s time has passed. Change its date first."))
    surgery.state = SurgeryState.PUBLISHED
    surgery.published_at = now
    surgery.save(update_fields=["state", "published_at"])
    add_regulars(surgery, now=now)
    deal_places(surgery)
    _note("published", surgery, by)
    return surgery


@transaction.atomic
def move_surgery(
    surgery, *, place, on, starts, ends, organiser_helps=True, places_wanted=None, by, now
):
    """Change a surgery that is still to come. Returns it, with `moved` saying what was owed.

    Only a new day, time or place is news: then everybody who booked or helps is owed a message
    (R28), and bookings keep their arrival time, which moves along.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_to_come(surgery, now)
    starts_at, ends_at = _times(surgery.series, on, starts, ends)
    _refuse_unless_near(starts_at, now)
    venue = find_or_make_venue(surgery.series, name=place)
    before = (surgery.starts_at, surgery.ends_at, surgery.venue)
    surgery.moved = before != (starts_at, ends_at, venue)
    if surgery.moved:
        surgery.schedule_version, surgery.moved_at = surgery.schedule_version + 1, now
    surgery.on, surgery.starts_at, surgery.ends_at, surgery.venue = on, starts_at, ends_at, venue
    surgery.organiser_helps, surgery.places_wanted = organiser_helps, places_wanted
    with _one_a_day(on):
        surgery.save()
    if surgery.moved:
        _set_arrival_times(surgery)
        _call_off_what_told_the_old_time(surgery, now)
        kinds = (MessageKind.SURGERY_MOVED, MessageKind.HELPING_MOVED)
        _tell_everybody(surgery, *kinds, now, soonest=before[0])
        _note("moved", surgery, by)
    settle_places(surgery, now=now)
    return surgery


@transaction.atomic
def copy_surgery(surgery, *, on=None, by, now):
    """The same surgery on the next "same nth weekday" that is free (R2), published at once.

    `on` is the date she was shown, so that a second tap is refused and makes no second copy.
    """
    if surgery.venue is None:
        raise Refused(_("We do not know where this one was. Start a new one instead."))
    return create_surgery(
        surgery.series,
        place=surgery.venue.name,
        on=on or next_date_after(surgery, now=now),
        starts=surgery.starts_local.time(),
        ends=surgery.ends_local.time(),
        organiser_helps=surgery.organiser_helps,
        places_wanted=surgery.places_wanted,
        publish=True,
        by=by,
        now=now,
    )


@transaction.atomic
def cancel_surgery(surgery, *, by, now):
    """Call a surgery off, and owe everybody who booked or helps a message that says so (R28)."""
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_to_come(surgery, now)
    surgery.state = SurgeryState.CANCELLED
    surgery.cancelled_at = now
    # A later version than any calendar file that was sent, so that this one replaces it.
    surgery.schedule_version += 1
    surgery.save(update_fields=["state", "cancelled_at", "schedule_version"])
    # Whoever has the night off is told nothing else, so that much still goes out.
    call_off(_messages_about(surgery).exclude(kind=MessageKind.NIGHT_OFF), now=now)
    _tell_everybody(surgery, MessageKind.SURGERY_CANCELLED, MessageKind.HELPING_CANCELLED, now)
    _note("cancelled", surgery, by)
    return surgery


@transaction.atomic
def close_surgery(surgery, *, by, now):
    """The evening is over. What nobody recorded stays not recorded (R46)."""
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if surgery.state != SurgeryState.PUBLISHED:
        raise Refused(_("This surgery is closed already, or never took place."))
    if now < surgery.starts_at:
        raise Refused(_("It has not started yet. Close it when everybody has gone home."))
    surgery.state = SurgeryState.CLOSED
    surgery.closed_at = now
    surgery.save(update_fields=["state", "closed_at"])
    _note("closed", surgery, by)
    return surgery


def find_or_make_venue(series, *, name):
    """The venue of `series` called `name`, however it is capitalised; made when new.

    Part of the caller's transaction.
    """
    name = tidy(name)
    if not name:
        raise Refused(_("Enter the place, like “Canal Street Hall”."), field="place")
    known = Venue.objects.filter(series=series, name__iexact=name).first()
    return known or Venue.objects.get_or_create(series=series, name=name)[0]


@transaction.atomic
def describe_venue(venue, *, by, now, **facts):
    """Write the venue's card; a fact that is None was not stated (R5)."""
    name = facts.get("name", venue.name)
    others = Venue.objects.filter(series=venue.series_id, name__iexact=name).exclude(pk=venue.pk)
    if others.exists():
        raise Refused(_("You have a place of this name already."), field="name")
    for field, value in facts.items():
        setattr(venue, field, value)
    venue.save(update_fields=list(facts))
    return venue


def next_date_after(surgery, *, now):
    """The date `copy_surgery` would choose.

    A date that was cancelled counts as taken: people have just been told not to come.
    """
    taken = Surgery.objects.filter(series=surgery.series, on__gt=surgery.on)
    return rules.next_date(
        surgery.on,
        today=now.astimezone(surgery.series.zone).date(),
        taken=set(taken.values_list("on", flat=True)),
    )


def _times(series, on, starts, ends):
    starts = starts or series.usual_start
    starts_at = rules.instant(on, starts, series.zone)
    if not ends:
        return starts_at, starts_at + timedelta(minutes=series.usual_minutes)
    ends_at = rules.instant(on, ends, series.zone, field="ends")
    if ends_at <= starts_at:
        raise Refused(_("The end comes before the start. Choose a later end."), field="ends")
    return starts_at, ends_at


def _set_arrival_times(surgery):
    """Move the arrival times to where they belong; whoever had one that goes takes the last."""
    times = rules.arrival_times(surgery.starts_at, surgery.ends_at)
    slots = list(surgery.slots.order_by("starts_at"))
    pairs = list(zip(slots, times, strict=False))
    # Two slots never share a time, not even for a moment, so the ones in front move first.
    if pairs and pairs[0][0].starts_at < times[0]:
        pairs.reverse()
    for slot, starts_at in pairs:
        slot.starts_at = starts_at
        slot.save(update_fields=["starts_at"])
    Slot.objects.bulk_create(
        Slot(surgery=surgery, starts_at=starts_at) for starts_at in times[len(slots) :]
    )
    for slot in slots[len(times) :]:
        last = slots[len(times) - 1]
        slot.places.update(slot=last)
        slot.bookings.update(slot=last)
        _accept_instead(slot, last)
        slot.delete()


def _accept_instead(slot, last):
    """Whoever would come at a time that goes would come at the last one."""
    through = Booking.accepts.through
    waiting = through.objects.filter(slot=slot).values_list("booking", flat=True)
    through.objects.bulk_create(
        [through(booking_id=booking, slot=last) for booking in waiting], ignore_conflicts=True
    )


def _refuse_unless_near(starts_at, now):
    if starts_at <= now:
        raise Refused(_("That time has passed. Choose a day from today on."), field="on")
    if starts_at - now > rules.FARTHEST:
        raise Refused(_("That is more than two years away. Check the year."), field="on")


def _refuse_unless_to_come(surgery, now):
    if surgery.state == SurgeryState.CANCELLED:
        raise Refused(_("This surgery is cancelled already."))
    if surgery.state == SurgeryState.CLOSED or surgery.ends_at <= now:
        raise Refused(_("This surgery is over, so it stays as it was."))


def _messages_about(surgery):
    return Message.objects.filter(Q(booking__surgery=surgery) | Q(helping__surgery=surgery))


def _call_off_what_told_the_old_time(surgery, now):
    """The news of the move says all that they said."""
    call_off(_messages_about(surgery).filter(kind__in=TELLS_WHEN), now=now)


def _tell_everybody(surgery, to_attendees, to_helpers, now, soonest=None):
    """Each booked or waiting party and each helper once; `soonest` was the start they knew."""
    bookings = surgery.bookings.live().filter(walked_in=False, imported=False)
    people = bookings.speaking_for_all().select_related("attendee", "slot", "surgery__series")
    owe_all(to_attendees, people, now=now, soonest=soonest)
    helpings = surgery.helpings.exclude(state=HelpingState.WITHDRAWN)
    owe_all(
        to_helpers,
        helpings.select_related("helper", "surgery__series"),
        now=now,
        soonest=soonest,
    )


@contextmanager
def _one_a_day(on):
    """Say in a sentence what the constraint one_surgery_per_series_and_date says."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_surgery_per_series_and_date" not in str(error):
            raise
        raise Refused(
            _("You have a surgery on %(day)s already. Choose another date.")
            % {"day": in_words(on)},
            field="on",
        ) from error


def _note(what, surgery, by):
    log.info("surgery %s %s by person %s", surgery.pk, what, by and by.pk)
