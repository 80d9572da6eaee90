"""What is: tables, named constraints, the vocabulary of querysets."""

from .belongings import Belonging
from .bookings import Attendee, Booking
from .cards import Card
from .connectors import Connector, InviteLink, LinkOpens
from .figures import FoldedMonth, MonthFigures
from .heartbeats import Heartbeat
from .helpers import Helper, Helping
from .imports import ImportDraft, ImportRun
from .networks import Alias, Group, Network, Prospect
from .outbox import Attempt, Message
from .outside import SharedView
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
    "Card",
    "Connector",
    "FoldedMonth",
    "Group",
    "Heartbeat",
    "Helper",
    "Helping",
    "ImportDraft",
    "ImportRun",
    "InviteLink",
    "LinkOpens",
    "Message",
    "MonthFigures",
    "Network",
    "Place",
    "PromiseCheck",
    "Prospect",
    "Quota",
    "ReminderTime",
    "Reply",
    "Series",
    "SharedView",
    "Slot",
    "Surgery",
    "TeamInvitation",
    "TeamMember",
    "Venue",
    "Wording",
]
