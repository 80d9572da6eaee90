"""Who has which message in hand: claims, the fence before sending, and what came of it.

The rows and the database's clock decide, so any number of workers may run (reliability.md 5.2).
Each function is one statement and, outside a transaction, one commit.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from surgeries.rules.outbox import TELLS_WHEN
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
# A share lock on the surgery: whoever is moving it is waited for, and then its version differs.
BEGIN = """
WITH evening AS MATERIALIZED (
    SELECT schedule_version FROM surgeries_surgery
    WHERE id = (
        SELECT coalesce(booking.surgery_id, helping.surgery_id)
        FROM surgeries_message AS message
        LEFT JOIN surgeries_booking AS booking ON booking.id = message.booking_id
        LEFT JOIN surgeries_helping AS helping ON helping.id = message.helping_id
        WHERE message.id = %(id)s)
    FOR SHARE),
begun AS (
    UPDATE surgeries_message AS message
    SET state = 'sending', attempts_made = attempts_made + 1,
        lease_until = now() + %(seconds)s * interval '1 second', parts = %(parts)s
    WHERE id = %(id)s AND lease_token = %(token)s AND state = 'claimed'
        AND lease_until > now() AND expires_at > now()
        AND (kind <> ALL(%(tells_when)s)
            OR schedule_version = (SELECT schedule_version FROM evening))
    RETURNING id, attempts_made),
tried AS (
    INSERT INTO surgeries_attempt (message_id, number, worker, started_at, outcome)
    SELECT id, attempts_made, %(worker)s, now(), '' FROM begun RETURNING number),
used AS (
    INSERT INTO surgeries_quota (scope, period, used, most)
    SELECT asked.* FROM begun, unnest(
        %(scopes)s::text[], %(periods)s::date[], %(amounts)s::int[], %(mosts)s::int[]
    ) AS asked (scope, period, used, most)
    WHERE asked.used <= asked.most
    ON CONFLICT (scope, period) DO UPDATE
    SET used = surgeries_quota.used + excluded.used, most = excluded.most
    WHERE surgeries_quota.used + excluded.used <= excluded.most
    RETURNING scope)
SELECT (SELECT count(*) FROM tried), array(SELECT scope FROM used)
"""
SETTLE = """
WITH settled AS (
    UPDATE surgeries_message
    SET attempts_made = attempts_made + (%(tried)s AND state = 'claimed')::int,
        state = %(state)s, lease_token = NULL, lease_until = NULL,
        sent_at = CASE WHEN %(state)s = 'sent' THEN now() END, provider_ref = %(ref)s,
        next_at = now() + %(wait)s,
        last_error = CASE WHEN receipt = '' THEN %(reason)s ELSE last_error END
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
    SET state = CASE
            WHEN receipt <> '' THEN 'sent'
            WHEN uncertain = 0 AND channel = 'email' THEN 'queued'
            ELSE 'review' END,
        uncertain = uncertain + 1, lease_token = NULL, lease_until = NULL, next_at = now(),
        sent_at = receipt_at,
        last_error = CASE WHEN receipt = '' THEN %(reason)s ELSE last_error END
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
    provider_ref: str = ""


@dataclass(frozen=True)
class Use:
    """What sending one message takes of a quota: `amount` of at most `most` in the period."""

    scope: str
    period: datetime.date
    amount: int
    most: int
    reason: str


class UsedUp(Exception):
    """A quota does not hold this message; `use` says which one."""

    def __init__(self, use: Use) -> None:
        super().__init__(use.reason)
        self.use = use


def claim(*, channel: str, worker: str, limit: int) -> Lease:
    """Take in hand up to `limit` messages that are due, the longest waiting first."""
    token = uuid.uuid4()
    rows = _rows(
        CLAIM, channel=channel, limit=limit, token=token, seconds=settings.OUTBOX_CLAIM_SECONDS
    )
    return Lease(worker[:80], token, tuple(id for (id,) in rows))


def begin_send(
    lease: Lease, id: uuid.UUID, *, uses: Sequence[Use] = (), parts: int | None = None
) -> bool:
    """The fence: whether this message is still ours and of use, and from now on being sent.

    The attempt is written in the same statement, so attempt number n is made once, and so is what
    it `uses` of a quota. False means: send nothing. Raises UsedUp, with nothing written, when a
    quota does not hold it. `parts` is what a text is charged as.
    """
    with transaction.atomic():
        ((begun, used),) = _rows(
            BEGIN,
            id=id,
            token=lease.token,
            worker=lease.worker,
            seconds=settings.OUTBOX_SENDING_SECONDS,
            parts=parts,
            tells_when=[kind.value for kind in TELLS_WHEN],
            scopes=[use.scope for use in uses],
            periods=[use.period for use in uses],
            amounts=[use.amount for use in uses],
            mosts=[use.most for use in uses],
        )
        if begun and (full := [use for use in uses if use.scope not in used]):
            raise UsedUp(full[0])
    return bool(begun)


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
        "ref": outcome.provider_ref[:80],
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

    A claim is free of risk. A mail that was being sent is sent once more, with the same
    Message-ID; in doubt a second time it waits for a person, and a text does so at once, because
    nobody can ask whether it left. What came with a receipt meanwhile did leave.
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
