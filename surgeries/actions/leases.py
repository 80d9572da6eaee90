"""Who has which message in hand: claims, the fence before sending, and what came of it.

The rows and the database's clock decide, so any number of workers may run (reliability.md 5.2).
Each function is one statement and, outside a transaction, one commit.
"""

import datetime
import logging
import time
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from surgeries.states import MessageState

log = logging.getLogger(__name__)

AT_ONCE = datetime.timedelta(0)
NO_ANSWER = "The answer never came."

CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM surgeries_message
    WHERE state = 'queued' AND channel = %(channel)s AND next_at <= now() AND expires_at > now()
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE surgeries_message AS message
SET state = 'claimed', lease_token = %(token)s,
    lease_until = now() + %(seconds)s * interval '1 second'
FROM due WHERE message.id = due.id RETURNING message.id
"""
BEGIN = """
WITH begun AS (
    UPDATE surgeries_message
    SET state = 'sending', attempts_made = attempts_made + 1,
        lease_until = now() + %(seconds)s * interval '1 second'
    WHERE id = %(id)s AND lease_token = %(token)s AND state = 'claimed'
        AND lease_until > now() AND expires_at > now()
    RETURNING id, attempts_made)
INSERT INTO surgeries_attempt (message_id, number, worker, started_at, outcome)
SELECT id, attempts_made, %(worker)s, now(), '' FROM begun RETURNING number
"""
SETTLE = """
WITH settled AS (
    UPDATE surgeries_message
    SET attempts_made = attempts_made + (%(tried)s AND state = 'claimed')::int,
        state = %(state)s, lease_token = NULL, lease_until = NULL,
        sent_at = CASE WHEN %(state)s = 'sent' THEN now() END,
        next_at = now() + %(wait)s, last_error = %(reason)s
    WHERE id = %(id)s AND lease_token = %(token)s
    RETURNING id, attempts_made)
INSERT INTO surgeries_attempt (message_id, number, worker, started_at, finished_at, outcome)
SELECT id, attempts_made, %(worker)s, now(), now(), left(%(outcome)s, 200)
FROM settled WHERE %(tried)s
ON CONFLICT (message_id, number)
DO UPDATE SET finished_at = excluded.finished_at, outcome = excluded.outcome
"""
RELEASE = """
UPDATE surgeries_message SET state = 'queued', lease_token = NULL, lease_until = NULL
WHERE lease_token = %(token)s AND state = 'claimed'
"""
TAKE_BACK_CLAIMS = """
UPDATE surgeries_message SET state = 'queued', lease_token = NULL, lease_until = NULL
WHERE state = 'claimed' AND lease_until < now()
"""
TAKE_BACK_DOUBTS = """
WITH doubted AS (
    UPDATE surgeries_message
    SET state = CASE WHEN uncertain = 0 THEN 'queued' ELSE 'review' END,
        uncertain = uncertain + 1, lease_token = NULL, lease_until = NULL, next_at = now(),
        last_error = %(reason)s
    WHERE state = 'sending' AND lease_until < now()
    RETURNING id, attempts_made)
UPDATE surgeries_attempt AS attempt SET finished_at = now(), outcome = %(reason)s
FROM doubted WHERE attempt.message_id = doubted.id AND attempt.number = doubted.attempts_made
"""
PUT_ASIDE_WHAT_IS_PAST_ITS_USE = """
UPDATE surgeries_message SET state = 'expired' WHERE state = 'queued' AND expires_at <= now()
"""


@dataclass(frozen=True)
class Lease:
    """What one worker holds after one claim."""

    worker: str
    token: uuid.UUID
    ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a message in hand; `tried` when the other side was asked to take it."""

    state: MessageState
    reason: str = ""
    wait: datetime.timedelta = AT_ONCE
    tried: bool = True


def claim(*, channel: str, worker: str, limit: int) -> Lease:
    """Take in hand up to `limit` messages that are due, the longest waiting first."""
    token = uuid.uuid4()
    rows = _rows(
        CLAIM, channel=channel, limit=limit, token=token, seconds=settings.OUTBOX_CLAIM_SECONDS
    )
    return Lease(worker[:80], token, tuple(id for (id,) in rows))


def begin_send(lease: Lease, id: uuid.UUID) -> bool:
    """The fence: whether this message is still ours and of use, and from now on being sent.

    The attempt is written in the same statement, so attempt number n is made once. False means:
    send nothing.
    """
    seconds = settings.OUTBOX_SENDING_SECONDS
    return bool(_rows(BEGIN, id=id, token=lease.token, worker=lease.worker, seconds=seconds))


def settle(lease: Lease, id: uuid.UUID, outcome: Outcome) -> None:
    """Write what came of it, if the lease is still ours; asked for as long as we live.

    The other side has the message, so we must not forget that because the database blinked.
    """
    values = {
        "id": id,
        "token": lease.token,
        "worker": lease.worker,
        "state": outcome.state.value,
        "wait": outcome.wait,
        "reason": outcome.reason[:300],
        "tried": outcome.tried,
        "outcome": outcome.reason or outcome.state.value,
    }
    while True:
        try:
            return _run(SETTLE, **values)
        except (OperationalError, InterfaceError):
            log.warning("The database blinked; message %s is settled again.", id)
            connection.close()
            time.sleep(0.5)


def release(lease: Lease) -> None:
    """Put back what was claimed and not begun."""
    _run(RELEASE, token=lease.token)


def reap() -> None:
    """Take back what dead workers left, and put aside what is past its use.

    A claim is free of risk. A message that was being sent is sent once more, with the same
    Message-ID; in doubt a second time it waits for a person.
    """
    _run(TAKE_BACK_CLAIMS)
    _run(TAKE_BACK_DOUBTS, reason=NO_ANSWER)
    _run(PUT_ASIDE_WHAT_IS_PAST_ITS_USE)


def _run(statement, **values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement, **values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
