"""What a message is called, when a failed try is made again, and how long it is of use."""

from datetime import datetime, timedelta

from surgeries.states import Channel, MessageKind

BACK_OFF = (1, 5, 15, 30, 60, 120)
MOST_ATTEMPTS = 8
OF_USE_FOR = {
    MessageKind.LINK_AGAIN: timedelta(days=7),
    MessageKind.TEAM_INVITATION: timedelta(days=7),
    MessageKind.DAILY_DIGEST: timedelta(hours=24),
}
# Once the evening has begun, these help nobody; the others may still explain what happened.
BEFORE_THE_START = (
    MessageKind.REMINDER_3_DAYS,
    MessageKind.REMINDER_1_DAY,
)


def message_key(kind, about, version, again="", channel=Channel.EMAIL):
    """The name under which a message can be owed once: kind, row, schedule version, channel."""
    return f"{kind}:{about}:v{version}{again}:{channel}"


def try_again_in(attempts: int) -> timedelta:
    """How long to wait after try number `attempts`: 1, 5, 15, 30, 60, then 120 minutes."""
    return timedelta(minutes=BACK_OFF[min(attempts, len(BACK_OFF)) - 1])


def of_use_until(kind, surgery, now: datetime) -> datetime:
    """When a message is past its use; a reminder never leaves after the start (R25)."""
    if kind in OF_USE_FOR:
        return now + OF_USE_FOR[kind]
    return surgery.starts_at if kind in BEFORE_THE_START else surgery.ends_at
