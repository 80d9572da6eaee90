"""Surgeries: starting, publishing, moving, copying, cancelling and closing them."""

import logging
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surgeries.actions.notes import note
from surgeries.actions.notices import (
    CANCELLED,
    MOVED,
    Change,
    News,
    tell_everybody,
    tell_of_another_end,
)
from surgeries.actions.places import deal_places, settle_places, without_a_chair
from surgeries.actions.regulars import add_regulars
from surgeries.models import Booking, Slot, Surgery, Venue
from surgeries.refusals import Refused
from surgeries.rules import schedule as rules
from surgeries.rules.names import tidy
from surgeries.states import BookingState, SurgeryState
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
    """Change a surgery that is still to come. Returns it, with `change` saying what that does.

    Only a new day, time or place is news to everybody who booked, waits or helps (R28): bookings
    keep their arrival time, which moves along, and what was answered about the old one is asked
    anew. Another end is news to helpers, and to whoever had an arrival time that goes.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_to_come(surgery, now)
    starts_at, ends_at = _times(surgery.series, on, starts, ends)
    if starts_at != surgery.starts_at:
        _refuse_unless_near(starts_at, now)
    venue = find_or_make_venue(surgery.series, name=place)
    knew, ended_at = (surgery.starts_at, surgery.venue), surgery.ends_at
    surgery.moved = knew != (starts_at, venue)
    if surgery.moved:
        surgery.schedule_version, surgery.moved_at = surgery.schedule_version + 1, now
    surgery.on, surgery.starts_at, surgery.ends_at, surgery.venue = on, starts_at, ends_at, venue
    surgery.organiser_helps, surgery.places_wanted = organiser_helps, places_wanted
    with _one_a_day(on):
        surgery.save()
    waited = set(surgery.bookings.wanting_a_place().values_list("pk", flat=True))
    arrive_otherwise = _set_arrival_times(surgery)
    # First, so that whoever gets a place now reads of it in the notice, and reads only that.
    settle_places(surgery, now=now)
    news = News()
    if surgery.moved:
        surgery.bookings.live().update(confirmed_at=None, sets_off_at=None)
        news = tell_everybody(surgery, MOVED, knew=knew[0], now=now)
    elif ended_at != ends_at:
        news = tell_of_another_end(surgery, arrive_otherwise, now=now)
    surgery.change = _change(surgery, news, waited, arrive_otherwise)
    _note("moved" if surgery.moved else "changed", surgery, by)
    return surgery


def _change(surgery, news, waited, arrive_otherwise):
    people = surgery.bookings.filter(place__isnull=False).count()
    booked = surgery.bookings.filter(pk__in=waited, state=BookingState.BOOKED)
    return Change(
        news=news,
        arrive_otherwise=len(arrive_otherwise),
        got_places=booked.count() if waited else 0,
        people=people,
        chairs=people - without_a_chair(surgery),
    )


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
    """Call a surgery off, and owe everybody who booked, waits or helps a message about it (R28).

    Returns it, with `change` saying who is told.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    _refuse_unless_to_come(surgery, now)
    surgery.state = SurgeryState.CANCELLED
    surgery.cancelled_at = now
    # A later version than any calendar file that was sent, so that this one replaces it.
    surgery.schedule_version += 1
    surgery.save(update_fields=["state", "cancelled_at", "schedule_version"])
    surgery.change = Change(
        news=tell_everybody(surgery, CANCELLED, knew=surgery.starts_at, now=now)
    )
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
    """Move the arrival times to where they belong; whoever had one that goes takes the last.

    Returns the keys of the bookings that do.
    """
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
    arrive_otherwise = []
    for slot in slots[len(times) :]:
        last = slots[len(times) - 1]
        arrive_otherwise += slot.bookings.live().values_list("pk", flat=True)
        slot.places.update(slot=last)
        slot.bookings.update(slot=last)
        _accept_instead(slot, last)
        slot.delete()
    return arrive_otherwise


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
    note(log, "surgery %s %s by person %s", surgery.pk, what, by and by.pk)
