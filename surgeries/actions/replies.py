"""Texts that people write to us. Nothing is done on a guess: what is unclear goes to a person."""

import logging

from django.conf import settings
from django.db import transaction

from surgeries.actions.answers import cancel_booking
from surgeries.actions.attendees import stop_or_start_texts
from surgeries.models import Attendee, Booking, Connector, Reply
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.rules.replies import may_mean, meaning_of
from surgeries.rules.texts import in_e164
from surgeries.states import LIVE, ReplyMeaning, SurgeryState

log = logging.getLogger(__name__)

LONGEST_TEXT = 500


@transaction.atomic
def receive_text(number, text, *, provider_ref, now):
    """Do what a text from `number` asks, and return its Reply.

    STOP and START go for the number in every series; STOP also ends the notes to a connector.
    "Can't come" cancels the one booking to come that it can mean, and thanks her (R31); several
    bookings, a party and everything else are for the organiser to read. Told twice by its
    provider it is done once. A number that nobody has is noted without its words.
    """
    reply, is_new = Reply.objects.get_or_create(
        provider_ref=provider_ref, defaults={"meaning": meaning_of(text), "received_at": now}
    )
    if not is_new:
        return reply
    number = in_e164(number, settings.PHONENUMBER_DEFAULT_REGION)
    if reply.meaning in (ReplyMeaning.STOP, ReplyMeaning.START):
        stop_or_start_texts(number, write=reply.meaning == ReplyMeaning.START, now=now)
    if reply.meaning == ReplyMeaning.STOP:
        Connector.objects.filter(contact=number).update(digest_from=None)
    to_come = _to_come(number, now)
    _say_whose(reply, number, to_come)
    if reply.meaning == ReplyMeaning.CANNOT and not _cancelled(reply, to_come, text, now):
        reply.meaning = ReplyMeaning.UNCLEAR
    if reply.meaning in (ReplyMeaning.CANNOT, ReplyMeaning.UNCLEAR) and reply.attendee:
        reply.text = tidy(text)[:LONGEST_TEXT]
    reply.save(update_fields=["series", "attendee", "booking", "text", "meaning"])
    log.info("reply %s: %s", reply.pk, reply.meaning)
    return reply


def _to_come(number, now):
    """What this number has booked and not cancelled, soonest first."""
    return list(
        Booking.objects.live()
        .filter(
            attendee__contact=number,
            surgery__state=SurgeryState.PUBLISHED,
            surgery__ends_at__gt=now,
            walked_in=False,
            imported=False,
        )
        .select_related("attendee", "surgery__series")
        .order_by("surgery__starts_at", "party_number", "pk")
    )


def _say_whose(reply, number, to_come):
    """Who wrote it, as far as the number tells: who comes next, or else who was here last."""
    if to_come:
        reply.attendee = to_come[0].attendee
    else:
        known = Attendee.objects.known().filter(contact=number)
        reply.attendee = known.order_by("-last_active_at", "pk").first()
    reply.series_id = reply.attendee and reply.attendee.series_id


def _cancelled(reply, to_come, text, now):
    """Whether it can mean one booking of one person only; if so, that is cancelled now."""
    if len(to_come) != 1 or not _comes_alone(to_come[0]):
        return False
    (booking,) = to_come
    today = now.astimezone(booking.surgery.series.zone).date()
    if not may_mean(text, booking.surgery.on, today):
        return False
    try:
        with transaction.atomic():
            reply.booking = cancel_booking(booking, now=now)
    except Refused:
        return False
    return True


def _comes_alone(booking):
    return Booking.objects.in_party_of(booking).filter(state__in=LIVE).count() == 1
