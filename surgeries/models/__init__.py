"""What is: tables, named constraints, the vocabulary of querysets."""

from .bookings import Attendee, Booking
from .helpers import Helper, Helping
from .imports import ImportDraft, ImportRun
from .networks import Connector, InviteLink, Network
from .outbox import Attempt, Message
from .schedule import Place, Slot, Surgery, Venue
from .series import Series, TeamInvitation, TeamMember

__all__ = [
    "Attempt",
    "Attendee",
    "Booking",
    "Connector",
    "Helper",
    "Helping",
    "ImportDraft",
    "ImportRun",
    "InviteLink",
    "Message",
    "Network",
    "Place",
    "Series",
    "Slot",
    "Surgery",
    "TeamInvitation",
    "TeamMember",
    "Venue",
]
