"""Whether a message still says something true, asked just before it is sent (R25, P12)."""

from surgeries.rules.outbox import TELLS_WHEN
from surgeries.states import (
    LIVE,
    REMINDERS,
    BookingState,
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
    """The address a message goes to, or "" when there is none."""
    if message.booking:
        return message.booking.attendee.email
    if message.helping:
        return message.helping.helper.email
    return message.invitation.email if message.invitation else message.member.user.email


def _booking(message, booking):
    if message.kind == MessageKind.LINK_AGAIN:
        return True
    if message.kind == MessageKind.BOOKING_CANCELLED:
        return booking.state == BookingState.CANCELLED
    expected = (BookingState.BOOKED,) if message.kind in REMINDERS else LIVE
    return booking.state in expected and _evening_stands(message, booking.surgery)


def _helping(message, helping):
    if helping.state == HelpingState.WITHDRAWN and message.kind != MessageKind.OFFER_RECEIVED:
        return False
    if message.kind == MessageKind.OFFER_ACCEPTED and helping.state != HelpingState.CONFIRMED:
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


_ASKS = {
    "booking": _booking,
    "helping": _helping,
    "teaminvitation": _invitation,
    "teammember": _member,
}
