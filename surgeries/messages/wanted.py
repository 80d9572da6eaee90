"""Whether a message still says something true, asked just before it is sent (R25, P12)."""

from surgeries.rules.outbox import TELLS_WHEN
from surgeries.states import (
    LIVE,
    REMINDERS,
    WANTS_A_PLACE,
    BookingState,
    Channel,
    HelpingState,
    MessageKind,
    SurgeryState,
)


def is_still_wanted(message) -> bool:
    """False when what it tells of has changed since, or the address is gone.

    An older schedule never leaves, nor a word about a booking that was cancelled meanwhile.
    Wants the message loaded `with_person`.
    """
    about = message.about
    return bool(recipient_of(message)) and _ASKS[about._meta.model_name](message, about)


def recipient_of(message) -> str:
    """The address or number a message goes to, or "" when there is none or she asked for none."""
    if message.booking:
        person = message.booking.attendee
        if person.no_messages_from:
            return ""
        return person.phone if message.channel == Channel.TEXT else person.email
    if message.connector:
        person = message.connector
        return person.phone if message.channel == Channel.TEXT else person.email
    if message.helping:
        return message.helping.helper.email
    return message.invitation.email if message.invitation else message.member.user.email


# In which states of a booking each kind is true; the others are while it is live.
TRUE_WHILE = {
    MessageKind.WAITING: (BookingState.WAITING,),
    MessageKind.DISPLACED: (BookingState.DISPLACED,),
    MessageKind.COME_ALONG: WANTS_A_PLACE,
    MessageKind.PLACE_FOUND: (BookingState.BOOKED,),
    MessageKind.NEXT_TIME: (BookingState.BOOKED,),
    MessageKind.BOOKING_CANCELLED: (BookingState.CANCELLED,),
    **dict.fromkeys(REMINDERS, (BookingState.BOOKED,)),
}


def _booking(message, booking):
    if message.kind == MessageKind.LINK_AGAIN:
        return True
    if booking.state not in TRUE_WHILE.get(message.kind, LIVE):
        return False
    return message.kind == MessageKind.BOOKING_CANCELLED or _evening_stands(
        message, booking.surgery
    )


NEEDS_A_YES = (
    MessageKind.OFFER_ACCEPTED,
    MessageKind.HELPING_ADDED,
    MessageKind.HELPING_REMINDER,
)


def _helping(message, helping):
    if message.kind == MessageKind.NIGHT_OFF:
        return helping.state == HelpingState.WITHDRAWN
    if helping.state == HelpingState.WITHDRAWN and message.kind != MessageKind.OFFER_RECEIVED:
        return False
    if message.kind in NEEDS_A_YES and helping.state != HelpingState.CONFIRMED:
        return False
    return _evening_stands(message, helping.surgery)


def _evening_stands(message, surgery):
    """It takes place and is still when the message says, or is off and the message says so."""
    if message.kind in (MessageKind.SURGERY_CANCELLED, MessageKind.HELPING_CANCELLED):
        return surgery.is_cancelled
    is_older = message.schedule_version != surgery.schedule_version
    if message.kind in TELLS_WHEN and is_older:
        return False
    return surgery.state in (SurgeryState.PUBLISHED, SurgeryState.CLOSED)


def _invitation(message, invitation):
    return not invitation.accepted_at and not invitation.withdrawn_at


def _member(message, member):
    return member.daily_digest and member.user.is_active


def _connector(message, connector):
    """She has a page, and wants the note that tells of an evening."""
    if message.kind == MessageKind.CONNECTOR_LINK:
        return connector.has_page
    wants = connector.has_page and connector.digest_from
    return bool(wants) and _evening_stands(message, message.surgery)


_ASKS = {
    "booking": _booking,
    "helping": _helping,
    "teaminvitation": _invitation,
    "teammember": _member,
    "connector": _connector,
}
