"""What is: tables, named constraints, the vocabulary of querysets."""

from .belongings import Belonging
from .bookings import Attendee, Booking
from .connectors import Connector, InviteLink, LinkOpens
from .heartbeats import Heartbeat
from .helpers import Helper, Helping
from .imports import ImportDraft, ImportRun
from .networks import Alias, Group, Network, Prospect
from .outbox import Attempt, Message
from .promises import PromiseCheck
from .schedule import Place, Slot, Surgery, Venue
from .series import Series, TeamInvitation, TeamMember
from .texts import Quota, Reply
from .wording import ReminderTime, Wording

__all__ = [
    "Alias",
    "Attempt",
    "Attendee",
    "Belonging",
    "Booking",
    "Connector",
    "Group",
    "Heartbeat",
    "Helper",
    "Helping",
    "ImportDraft",
    "ImportRun",
    "InviteLink",
    "LinkOpens",
    "Message",
    "Network",
    "Place",
    "PromiseCheck",
    "Prospect",
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
