"""What is: tables, named constraints, the vocabulary of querysets."""

from .bookings import Attendee, Booking
from .heartbeats import Heartbeat
from .helpers import Helper, Helping
from .imports import ImportDraft, ImportRun
from .networks import Connector, InviteLink, Network
from .outbox import Attempt, Message
from .promises import PromiseCheck
from .schedule import Place, Slot, Surgery, Venue
from .series import Series, TeamInvitation, TeamMember
from .texts import Quota, Reply
from .wording import ReminderTime, Wording

__all__ = [
    "Attempt",
    "Attendee",
    "Booking",
    "Connector",
    "Heartbeat",
    "Helper",
    "Helping",
    "ImportDraft",
    "ImportRun",
    "InviteLink",
    "Message",
    "Network",
    "Place",
    "PromiseCheck",
    "Quota",
    "ReminderTime",
    "Reply",
    "Series",
    "Slot",
    "Surgery",
    "TeamInvitation",
    "TeamMember",
    "Venue",
    "Wording",
]
