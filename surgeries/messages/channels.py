"""By which channel a message reaches somebody, and why by none."""

from django.conf import settings

from surgeries.models import Booking, Connector, Helping, TeamInvitation
from surgeries.rules.texts import may_be_texted
from surgeries.states import Channel, WhyNot


def channel_of(to, series):
    """How a message reaches somebody: by email, by text, or not at all (None).

    A text needs a provider, a series that wants texts, and a mobile number of a country we write
    to (R29). Who asked to be rung is not written to.
    """
    if isinstance(to, Booking) and to.attendee.no_messages_from:
        return None
    if address_of(to):
        return Channel.EMAIL
    texts = settings.TEXTS_BY and series.sends_texts
    return Channel.TEXT if texts and may_be_texted(_number_of(to), settings.TEXTS_TO) else None


def _number_of(to):
    """The phone number of somebody who may have only that, or ""."""
    if isinstance(to, Booking):
        return to.attendee.phone
    return to.phone if isinstance(to, Connector) else ""


def address_of(to):
    """The email address of whoever a message is for, or ""."""
    if isinstance(to, Booking):
        return to.attendee.email
    if isinstance(to, Helping):
        return to.helper.email
    return to.email if isinstance(to, TeamInvitation | Connector) else to.user.email


def why_by_none(to):
    """Why no message reaches somebody whom none reaches."""
    if isinstance(to, Booking) and to.attendee.no_messages_from:
        return WhyNot.WANTS_A_RING
    return WhyNot.ONLY_A_PHONE if _number_of(to) else WhyNot.NO_ADDRESS
