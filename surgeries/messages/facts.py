"""What a letter says: the facts of one message, for its templates."""

import re

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from surgeries.models import (
    Booking,
    Connector,
    Helping,
    Series,
    Surgery,
    TeamInvitation,
    TeamMember,
)
from surgeries.states import WANTS_A_PLACE, BookingState, MessageKind, Role
from surgeries.turnout.connector_pages import brought_to
from surgeries.turnout.waiting import number_in_queue

from .behind import versions_of
from .calendar import where

LONGEST_GREETING = 40
# A helper who signed up for two evenings at once hears of it before she has to choose.
TELLS_WHERE_ELSE = (
    MessageKind.OFFER_RECEIVED,
    MessageKind.OFFER_ACCEPTED,
    MessageKind.HELPING_ADDED,
    MessageKind.HELPING_MOVED,
)
LIKE_AN_ADDRESS = re.compile(r"[/:]|\.\S")  # win.example, but not St. Mary’s


def with_person(messages):
    """A queryset of messages with all that a letter or a list says about whom they are for.

    One query for each sort of person that there is: a join over all five costs ten times more.
    Messages of one series share it, and its organisers are asked for once.
    """
    evening = ("surgery__series", "surgery__venue")
    sorts = {
        "booking": Booking.objects.select_related("attendee", "slot", *evening),
        "helping": Helping.objects.select_related("helper", *evening),
        "invitation": TeamInvitation.objects.select_related("series", "invited_by"),
        "member": TeamMember.objects.select_related("series", "user"),
        "connector": Connector.objects.select_related("network__series"),
        "surgery": Surgery.objects.select_related("series", "venue"),
    }
    organisers = TeamMember.objects.filter(role=Role.ORGANISER, user__is_active=True)
    team = organisers.select_related("user").order_by("joined_at", "pk")
    return messages.prefetch_related(
        Prefetch("series", Series.objects.prefetch_related(Prefetch("team", team, "organisers"))),
        *(
            Prefetch(sort, people.annotate(versions=versions_of(sort)))
            for sort, people in sorts.items()
        ),
    )


def facts_of(message, now) -> dict:
    """Everything the templates of this message's kind may say. Wants it `with_person`."""
    about = message.about
    series = message.series
    return {
        "message": message,
        "series": series,
        "site": settings.SITE_URL,
        **_FACTS[about._meta.model_name](message, about, now),
    }


def no_address(name) -> str:
    """`name`, or nothing if a mail program would make a link of what a stranger typed there."""
    return "" if LIKE_AN_ADDRESS.search(name) else name


def organisers_of(series) -> list[str]:
    """The addresses that answer a reply, longest in the team first; wants it `with_person`."""
    return [member.user.email for member in series.organisers]


def _booking(message, booking, now):
    company = _company(booking)
    supporter = [_("a supporter or interpreter")] if booking.brings_supporter else []
    facts = {
        "name": _greeted(booking.attendee),
        "booking": booking,
        "waits": booking.state in WANTS_A_PLACE,
        "had_a_time": booking.slot is not None,
        "when": booking.slot.starts_at if booking.slot else booking.surgery.starts_at,
        "link": _address("booking_detail", booking.secret),
        "company": together(company),
        "others": together(company + supporter),
        "now": now,
        **_evening(booking.surgery),
    }
    if message.kind == MessageKind.WAITING:
        facts["queue"] = number_in_queue(booking, now)
    return facts


def _helping(message, helping, now):
    facts = {
        "name": _greeted(helping.helper),
        "helping": helping,
        "when": helping.surgery.starts_at,
        "link": _address("helping_detail", helping.secret),
        **_evening(helping.surgery),
    }
    if message.kind in TELLS_WHERE_ELSE:
        facts["elsewhere"] = [_elsewhere(other) for other in Helping.objects.overlapping(helping)]
    if message.kind == MessageKind.HELPING_REMINDER:
        facts["coming"] = helping.surgery.bookings.expected().filter(walked_in=False).count()
    return facts


def _elsewhere(helping):
    """Another evening of the same helper, which may be of another series."""
    series = helping.surgery.series
    return {"at": helping.comes_local, "of": series, "name": no_address(series.name)}


def _invitation(message, invitation, now):
    return {
        "invitation": invitation,
        "inviter": invitation.invited_by,
        "link": _address("invitation_detail", invitation.secret),
    }


def _member(message, member, now):
    of_yesterday = (
        Booking.objects.told_in_digest(message.covers_from, message.covers_to)
        .filter(surgery__series=message.series)
        .select_related("attendee", "slot", "surgery")
        .order_by("surgery__starts_at", "attendee__name_key", "pk")
    )
    return {
        "name": _greeted(member.user),
        "day": message.covers_from,
        "booked": [b for b in of_yesterday if _is_within(message, b.booked_at)],
        "cancelled": [b for b in of_yesterday if b.state == BookingState.CANCELLED],
        "link": _address("series_week", message.series.slug),
        "off_link": _address("digest_off", member.pk, member.secret),
    }


def _connector(message, connector, now):
    facts = {
        "name": _greeted(connector) if connector.name else "",
        "link": _address("connector_page", connector.secret),
        "stop_link": _address("connector_stop", connector.secret),
    }
    if message.surgery is None:
        return facts
    counts = brought_to(connector, message.surgery)
    invite = connector.link_to_pass_on()
    return facts | {
        "when": message.surgery.starts_at,
        "coming": counts.coming,
        "waiting": counts.waiting,
        "invite": _address("invite_follow", invite.code) if invite else "",
        **_evening(message.surgery),
    }


_FACTS = {
    "booking": _booking,
    "helping": _helping,
    "teaminvitation": _invitation,
    "teammember": _member,
    "connector": _connector,
}


def together(names) -> str:
    """ "Ben", "Ben and Cleo", "Ben, Cleo and Dee"; "" for nobody."""
    *some, last = names or [""]
    both = _("%(some)s and %(last)s")
    return both % {"some": ", ".join(some), "last": last} if some else last


def _company(booking):
    """First names of those who still come of her party, as she typed them; no addresses."""
    if booking.party is None:
        return []
    party = Booking.objects.in_party_of(booking).live().exclude(pk=booking.pk)
    named = (_greeted(one.attendee) for one in party.select_related("attendee"))
    return [name or _("somebody else") for name in named]


def _greeted(person):
    name = no_address(person.first_name)
    return name if len(name) <= LONGEST_GREETING else ""


def _evening(surgery):
    return {
        "surgery": surgery,
        "venue": surgery.venue,
        "where": where(surgery.venue) if surgery.venue else "",
    }


def _is_within(message, moment):
    return moment is not None and message.covers_from <= moment < message.covers_to


def _address(name, *args):
    return settings.SITE_URL + reverse(name, args=args)
