"""A booking or a helper's evening as a calendar file, for the page and for the mail (R18)."""

import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from surgeries.states import BookingState, HelpingState
from surgeries.templatetags.words import phone


def calendar_of(booking) -> bytes:
    """When she arrives, in the zone of the series, and never an end (R6).

    Its UID stays the same and its SEQUENCE only grows: with the surgery's `schedule_version` and
    with every change of the booking itself, so a later file replaces an earlier one. A booking
    that was moved here from another evening takes that one out. It invites nobody: no METHOD, no
    ATTENDEE, and not the secret link, because calendars are shared. Wants attendee, slot, surgery,
    series and venue loaded.
    """
    events = [_arrival(booking)]
    if booking.moved_from_id:
        events.append(_arrival(booking.moved_from))
    return _file(events)


def evening_of(helping) -> bytes:
    """The evening of a helper, or her part of it, with its end; otherwise as `calendar_of`."""
    surgery = helping.surgery
    event = _event(surgery, uid=f"helping-{helping.pk}", version=helping.calendar_version)
    event.add("dtstamp", helping.helper.last_active_at)
    event.add("dtstart", helping.comes_local)
    event.add("dtend", helping.leaves_local)
    event.add("status", "CANCELLED" if surgery.is_cancelled else _HELPING_STATUS[helping.state])
    said = _("Social media surgery: helping at %(series)s") % {"series": surgery.series.name}
    event.add("summary", said)
    return _file([event])


def _arrival(booking):
    surgery = booking.surgery
    event = _event(surgery, uid=booking.pk, version=booking.calendar_version)
    event.add("dtstamp", booking.attendee.last_active_at)
    event.add("dtstart", booking.arrives_local)
    event.add("status", _STATUS.get(booking.state, "CONFIRMED"))
    if surgery.is_cancelled:
        event["status"] = "CANCELLED"
    said = _("Social media surgery: your time at %(series)s") % {"series": surgery.series.name}
    event.add("summary", said)
    return event


_STATUS = {
    BookingState.CANCELLED: "CANCELLED",
    BookingState.WAITING: "TENTATIVE",
    BookingState.DISPLACED: "TENTATIVE",
}
_HELPING_STATUS = {
    HelpingState.OFFERED: "TENTATIVE",
    HelpingState.CONFIRMED: "CONFIRMED",
    HelpingState.WITHDRAWN: "CANCELLED",
}


def _event(surgery, *, uid, version):
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", surgery.schedule_version + version)
    if surgery.venue:
        event.add("location", where(surgery.venue))
    event.add("description", _details(surgery))
    address = reverse("surgery_public", args=[surgery.series.slug, surgery.on])
    event.add("url", settings.SITE_URL + address)
    return event


def _file(events):
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Social media surgeries//EN")
    for event in events:
        calendar.add_component(event)
    years = [event["dtstart"].dt.year for event in events]
    for name in calendar.get_missing_tzids():
        calendar.subcomponents.insert(0, _zone(name, min(years), max(years)))
    return calendar.to_ical()


@lru_cache
def _zone(name, first, last):
    """When the clocks of a zone change from the year `first` to `last`: slow to work out."""
    begin, end = datetime.date(first, 1, 1), datetime.date(last + 1, 1, 1)
    return Timezone.from_tzid(name, first_date=begin, last_date=end)


def where(venue):
    """ "Canal Street Hall, Canal Street, Birmingham, B5"."""
    return ", ".join(filter(None, (venue.name, venue.address, venue.postcode)))


def _details(surgery):
    lines = []
    if surgery.venue and surgery.venue.find_the_door:
        lines.append(surgery.venue.find_the_door)
    if surgery.venue and surgery.venue.bring:
        lines.append(_("Bring: %(things)s") % {"things": surgery.venue.bring})
    if surgery.series.phone:
        lines.append(
            _("Stuck? Ring %(name)s on %(phone)s.")
            % {
                "name": surgery.series.ring_name or surgery.series.name,
                "phone": phone(surgery.series.phone),
            }
        )
    return "\n".join(lines)
