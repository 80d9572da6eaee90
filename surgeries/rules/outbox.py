"""What a message is called, until when it is of use, and how long to wait after a failure."""

import datetime

from surgeries.states import MessageKind

LINK_LASTS = datetime.timedelta(days=7)
DIGEST_LASTS = datetime.timedelta(hours=24)
TRIES = 8

NOTICES = (
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
)
OF_USE_UNTIL_THE_END = (*NOTICES, MessageKind.BOOKING_CANCELLED)

_MINUTES = (1, 5, 15, 30, 60, 120)


def key_of(kind: str, to_kind: str, to_pk, version: int, again: str = "") -> str:
    """The name of a message: the same name owed twice is one message (R25)."""
    return f"{kind}:{to_kind}:{to_pk}:v{version}{again}:email"


def back_off(attempts: int) -> datetime.timedelta:
    """How long to wait after the given number of attempts (1 or more) that were put off."""
    return datetime.timedelta(minutes=_MINUTES[min(attempts, len(_MINUTES)) - 1])
