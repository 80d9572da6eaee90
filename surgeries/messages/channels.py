"""By which channel a message reaches somebody, and why by none."""

from django.conf import settings

from surgeries.models import Booking, Helping, TeamInvitation
from surgeries.rules.texts import may_be_texted
from surgeries.states import Channel, WhyNot


def channel_of(to, series):
    """How a message reaches somebody: by email, by text, or not at all (None).

    A text needs a provider, a series that wants texts, and a mobile number of a country we write
    to (R29). Who asked to be rung is not written to.
    """
    if isinstance(to, Booking):
        person = to.attendee
        if person.no_messages_from:
            return None
        if person.email:
            return Channel.EMAIL
        texts = settings.TEXTS_BY and series.sends_texts
        if texts and may_be_texted(person.phone, settings.TEXTS_TO):
            return Channel.TEXT
        return None
    return Channel.EMAIL if address_of(to) else None


def address_of(to):
    """The email address of whoever a message is for, or ""."""
    if isinstance(to, Booking):
        return to.attendee.email
    if isinstance(to, Helping):
        return to.helper.email
    return to.email if isinstance(to, TeamInvitation) else to.user.email


def why_by_none(to):
    """Why no message reaches somebody whom none reaches."""
    if isinstance(to, Booking) and to.attendee.no_messages_from:
        return WhyNot.WANTS_A_RING
    has_a_phone = isinstance(to, Booking) and to.attendee.phone
    return WhyNot.ONLY_A_PHONE if has_a_phone else WhyNot.NO_ADDRESS
