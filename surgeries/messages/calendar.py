"""A booking as a calendar file, for the page and for the mail (R18)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from surgeries.states import BookingState
from surgeries.templatetags.words import phone


def calendar_of(booking) -> bytes:
    """One event: when she arrives, in the zone of the series, and never an end (R6).

    Its UID stays the same and its SEQUENCE is the surgery's `schedule_version`, so a later file
    replaces an earlier one. It invites nobody: no METHOD, no ATTENDEE, and not the secret link,
    because calendars are shared. Wants attendee, slot, surgery, series and venue loaded.
    """
    surgery = booking.surgery
    event = Event()
    event.add("uid", f"{booking.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", surgery.schedule_version)
    event.add("dtstamp", booking.attendee.last_active_at)
    event.add("dtstart", booking.arrives_local)
    event.add("status", "CANCELLED" if _is_off(booking) else "CONFIRMED")
    event.add(
        "summary",
        _("Social media surgery: your time at %(series)s") % {"series": surgery.series.name},
    )
    if surgery.venue:
        event.add("location", where(surgery.venue))
    event.add("description", _details(surgery))
    address = reverse("surgery_public", args=[surgery.series.slug, surgery.on])
    event.add("url", settings.SITE_URL + address)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Social media surgeries//EN")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def where(venue):
    """ "Canal Street Hall, Canal Street, Birmingham, B5"."""
    return ", ".join(filter(None, (venue.name, venue.address, venue.postcode)))


def _is_off(booking):
    return booking.state == BookingState.CANCELLED or booking.surgery.is_cancelled


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
