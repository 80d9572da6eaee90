"""What a message is called, until when it is of use, and how long to wait after a failure."""

import datetime
import re
from enum import StrEnum

from surgeries.states import NOTICES, REMINDERS, Channel, MessageKind, MessageState, Receipt

BACK_OFF_MINUTES = (1, 5, 15, 30, 60, 120)
MOST_ATTEMPTS = 8
STEPS_ASIDE = datetime.timedelta(hours=1)
A_DAY = {Channel.EMAIL: 5, Channel.TEXT: 3}  # to one contact (P16)
LASTS = {
    MessageKind.LINK_AGAIN: datetime.timedelta(days=7),
    MessageKind.TEAM_INVITATION: datetime.timedelta(days=7),
    MessageKind.DAILY_DIGEST: datetime.timedelta(hours=24),
    MessageKind.CONNECTOR_LINK: datetime.timedelta(days=7),
}
# News that somebody has to tell whom no message reaches.
ELSE_BY_PHONE = (
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.PLACE_FOUND,
    MessageKind.DISPLACED,
)
OF_USE_UNTIL_THE_END = (*NOTICES, MessageKind.BOOKING_CANCELLED, MessageKind.NIGHT_OFF)
# They tell a day and a time, so one that was owed for an older schedule must never leave.
TELLS_WHEN = (
    MessageKind.CONFIRMATION,
    MessageKind.WAITING,
    MessageKind.PLACE_FOUND,
    MessageKind.COME_ALONG,
    MessageKind.NEXT_TIME,
    MessageKind.BOOKING_CHANGED,
    MessageKind.SURGERY_MOVED,
    MessageKind.OFFER_ACCEPTED,
    MessageKind.HELPING_ADDED,
    MessageKind.HELPING_REMINDER,
    MessageKind.HELPING_MOVED,
    MessageKind.CONNECTOR_DIGEST,
    *REMINDERS,
)
ADDRESS_OR_NUMBER = re.compile(
    r"\S+@\S+|\+\d[\d ()-]{6,}\d|\b\d{8,}\b|\b0\d{3,4} ?\d{3} ?\d{3,4}\b"
)
LONGEST_REASON = 300


class Trouble(StrEnum):
    """Why a message wants a person; a template says it in everyday words."""

    IN_DOUBT = "in_doubt"
    CAME_BACK = "came_back"
    NO_SUCH_ADDRESS = "no_such_address"
    FULL = "full"
    NOT_WANTED = "not_wanted"
    USED_UP = "used_up"
    NOT_TAKEN = "not_taken"


# What mail servers say (RFC 3463), and what we say ourselves; the first that fits.
_SAID = (
    (r"used up", Trouble.USED_UP),
    (r"\b5\.7\.\d", Trouble.NOT_WANTED),
    (r"\b[45]\.2\.2\b|\b552\b", Trouble.FULL),
    (r"\b5\.1\.\d|\b55[013]\b|not an address", Trouble.NO_SUCH_ADDRESS),
)


def trouble_of(state: str, receipt: str, said: str) -> Trouble | None:
    """Why a message in this state wants a person, by what was said last; None when it does not."""
    if state == MessageState.REVIEW:
        return Trouble.IN_DOUBT
    if state == MessageState.FAILED:
        found = (trouble for words, trouble in _SAID if re.search(words, said))
        return next(found, Trouble.NOT_TAKEN)
    return Trouble.CAME_BACK if receipt == Receipt.UNDELIVERED else None


def key_of(kind: str, about: str, version: int, again: str, channel: str) -> str:
    """The name of a message: the same name owed twice is one message (R25)."""
    return f"{kind}:{about}:v{version}{again}:{channel}"


def back_off(attempts: int) -> datetime.timedelta:
    """How long to wait after try number `attempts` (from 1): 1, 5, 15, 30, 60, then 120 minutes."""
    return datetime.timedelta(minutes=BACK_OFF_MINUTES[min(attempts, len(BACK_OFF_MINUTES)) - 1])


def without_contacts(said: str) -> str:
    """What the other side said, on one line and without addresses and numbers: we store none."""
    line = " ".join(said.replace("\0", "").split())
    return ADDRESS_OR_NUMBER.sub("…", line)[:LONGEST_REASON]
