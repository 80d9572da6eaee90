"""Who has which message in hand: claims, the fence before sending, and what came of it.

The rows and the database's clock decide, so any number of workers may run (reliability.md 5.2).
Each function is one statement and, outside a transaction, one commit, which config/settings.py
makes a synchronous one.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from surgeries.messages.behind import rows_behind
from surgeries.rules.outbox import TELLS_WHEN
from surgeries.states import MessageState

log = logging.getLogger(__name__)

AT_ONCE = datetime.timedelta(0)
NO_ANSWER = "The answer never came."
RESTORED = "Restored from a backup: this may have been sent since."
# It goes on while the machine sleeps, and never jumps.
STOPWATCH = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

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
# `same` is false once a row that the message was written from has changed: see messages/behind.py.
BEGIN = """
WITH evening AS MATERIALIZED (
    SELECT schedule_version FROM surgeries_surgery WHERE id = %(surgery)s FOR SHARE),
ours AS MATERIALIZED (
    SELECT id, kind, schedule_version FROM surgeries_message
    WHERE id = %(id)s AND lease_token = %(token)s AND state = 'claimed'
        AND lease_until > now() AND expires_at > now()
    FOR NO KEY UPDATE),
seen AS MATERIALIZED (
    SELECT id, (kind <> ALL(%(tells_when)s)
        OR schedule_version = (SELECT schedule_version FROM evening))
        AND %(versions)s = concat_ws(' ',
            (SELECT xmin FROM surgeries_booking WHERE id = %(booking)s),
            (SELECT xmin FROM surgeries_attendee WHERE id = %(attendee)s),
            (SELECT xmin FROM surgeries_slot WHERE id = %(slot)s),
            (SELECT xmin FROM surgeries_helping WHERE id = %(helping)s),
            (SELECT xmin FROM surgeries_helper WHERE id = %(helper)s),
            (SELECT xmin FROM surgeries_connector WHERE id = %(connector)s),
            (SELECT xmin FROM surgeries_network WHERE id = %(network)s),
            (SELECT xmin FROM surgeries_surgery WHERE id = %(surgery)s),
            (SELECT xmin FROM surgeries_venue WHERE id = %(venue)s),
            (SELECT xmin FROM surgeries_teaminvitation WHERE id = %(invitation)s),
            (SELECT xmin FROM surgeries_teammember WHERE id = %(member)s),
            (SELECT xmin FROM accounts_user WHERE id = %(user)s)) AS same
    FROM ours),
used AS (
    INSERT INTO surgeries_quota (scope, period, used, most)
    SELECT asked.* FROM seen, unnest(
        %(scopes)s::text[], %(periods)s::date[], %(amounts)s::int[], %(mosts)s::int[]
    ) AS asked (scope, period, used, most)
    WHERE same AND asked.used <= asked.most
    ON CONFLICT (scope, period) DO UPDATE
    SET used = surgeries_quota.used + excluded.used, most = excluded.most
    WHERE surgeries_quota.used + excluded.used <= excluded.most
    RETURNING scope),
begun AS (
    UPDATE surgeries_message AS message
    SET state = 'sending', attempts_made = attempts_made + 1,
        lease_until = now() + %(seconds)s * interval '1 second', parts = %(parts)s
    FROM seen
    WHERE message.id = seen.id AND same
        AND (SELECT count(*) FROM used) = cardinality(%(scopes)s::text[])
    RETURNING message.id, attempts_made),
tried AS (
    INSERT INTO surgeries_attempt (message_id, number, worker, started_at, outcome)
    SELECT id, attempts_made, %(worker)s, now(), '' FROM begun)
SELECT same, array(SELECT scope FROM used) FROM seen
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
# Kept from everybody for a while, under a token that nobody holds: when it is over, the reaper
# takes it back. It stays due, so that the alarm sees how long it has been waiting.
SET_ASIDE = """
WITH aside AS (
    UPDATE surgeries_message
    SET state = 'claimed', lease_token = gen_random_uuid(), lease_until = now() + %(wait)s,
        last_error = %(reason)s
    WHERE id = %(id)s AND lease_token = %(token)s
    RETURNING id, attempts_made)
UPDATE surgeries_attempt AS attempt
SET finished_at = now(), outcome = left(%(reason)s, 200)
FROM aside
WHERE attempt.message_id = aside.id AND attempt.number = aside.attempts_made
    AND attempt.finished_at IS NULL
"""
RELEASE = """
UPDATE surgeries_message SET state = 'queued', lease_token = NULL, lease_until = NULL
WHERE lease_token = %(token)s AND state = 'claimed'
"""
# Whoever reaps at the same moment has the rows that are locked in hand.
TAKE_BACK_CLAIMS = """
WITH over AS MATERIALIZED (
    SELECT id FROM surgeries_message
    WHERE state = 'claimed' AND lease_until < now() FOR UPDATE SKIP LOCKED)
UPDATE surgeries_message AS message SET state = 'queued', lease_token = NULL, lease_until = NULL
FROM over WHERE message.id = over.id
"""
TAKE_BACK_DOUBTS = """
WITH over AS MATERIALIZED (
    SELECT id FROM surgeries_message
    WHERE state = 'sending' AND lease_until < now() FOR UPDATE SKIP LOCKED),
doubted AS (
    UPDATE surgeries_message AS message
    SET state = CASE
            WHEN receipt <> '' THEN 'sent'
            WHEN uncertain = 0 AND channel = 'email' THEN 'queued'
            ELSE 'review' END,
        uncertain = uncertain + 1, lease_token = NULL, lease_until = NULL, next_at = now(),
        sent_at = receipt_at,
        last_error = CASE WHEN receipt = '' THEN %(reason)s ELSE last_error END
    FROM over WHERE message.id = over.id
    RETURNING message.id, attempts_made)
UPDATE surgeries_attempt AS attempt SET finished_at = now(), outcome = %(reason)s
FROM doubted WHERE attempt.message_id = doubted.id AND attempt.number = doubted.attempts_made
"""
# What was due when the backup was taken, or since, may have left; what was not has not.
DOUBT_WHAT_MAY_HAVE_LEFT = """
UPDATE surgeries_message
SET state = 'review', uncertain = greatest(uncertain, 1), lease_token = NULL, lease_until = NULL,
    last_error = %(reason)s
WHERE state IN ('queued', 'claimed', 'sending') AND next_at <= now() AND expires_at > now()
RETURNING id
"""
PUT_ASIDE_WHAT_IS_PAST_ITS_USE = """
WITH over AS MATERIALIZED (
    SELECT id FROM surgeries_message
    WHERE state = 'queued' AND expires_at <= now() FOR UPDATE SKIP LOCKED)
UPDATE surgeries_message AS message SET state = 'expired' FROM over WHERE message.id = over.id
"""


def stopwatch() -> float:
    """Seconds on a clock that nobody sets; only differences mean something."""
    return time.clock_gettime(STOPWATCH)


@dataclass(frozen=True)
class Lease:
    """What one worker holds after one claim, and when by its own stopwatch it asked for it."""

    worker: str
    token: uuid.UUID
    ids: tuple[uuid.UUID, ...]
    asked_at: float = field(default_factory=stopwatch)

    @property
    def is_half_over(self) -> bool:
        """Whether to give it up: a machine that stood still must not go on as if it had not."""
        return stopwatch() - self.asked_at > settings.OUTBOX_CLAIM_SECONDS / 2


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


class Changed(Exception):
    """What this message was written from has changed since it was read: read it again."""


def claim(*, channel: str, worker: str, limit: int) -> Lease:
    """Take in hand up to `limit` messages that are due, the longest waiting first."""
    token, asked_at = uuid.uuid4(), stopwatch()
    rows = _rows(
        CLAIM, channel=channel, limit=limit, token=token, seconds=settings.OUTBOX_CLAIM_SECONDS
    )
    return Lease(worker[:80], token, tuple(id for (id,) in rows), asked_at)


def begin_send(
    lease: Lease, message: Any, *, uses: Sequence[Use] = (), parts: int | None = None
) -> bool:
    """The fence: whether this message is still ours and of use, and from now on being sent.

    The attempt is written in the same statement, so attempt number n is made once, and so is what
    it `uses` of a quota. False means: send nothing. Raises, with nothing written, UsedUp when a
    quota does not hold it and Changed when it is not what was read any more. `message` is loaded
    `with_person`; `parts` is what a text is charged as.
    """
    if lease.is_half_over:
        return False
    # One quota is used or not; of several some may be, and then all are given back.
    with transaction.atomic() if len(uses) > 1 else nullcontext():
        rows = _rows(
            BEGIN,
            id=message.pk,
            token=lease.token,
            worker=lease.worker,
            seconds=settings.OUTBOX_SENDING_SECONDS,
            parts=parts,
            tells_when=[kind.value for kind in TELLS_WHEN],
            scopes=[use.scope for use in uses],
            periods=[use.period for use in uses],
            amounts=[use.amount for use in uses],
            mosts=[use.most for use in uses],
            **rows_behind(message),
        )
        for same, used in rows:
            if not same:
                raise Changed
            if full := [use for use in uses if use.scope not in used]:
                raise UsedUp(full[0])
    return bool(rows)


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
        except (DatabaseError, InterfaceError) as fault:
            if not is_a_blink(fault):
                raise
            log.warning("The database blinked; message %s is settled again.", id)
            connection.close()
            time.sleep(0.5)


def is_a_blink(fault: Exception) -> bool:
    """Whether the database went away, as opposed to saying no: psycopg2 has three names for it."""
    return isinstance(fault, (OperationalError, InterfaceError)) or type(fault) is DatabaseError


def set_aside(lease: Lease, id: uuid.UUID, *, reason: str, wait: datetime.timedelta) -> None:
    """Keep a message that has certainly not left from everybody for `wait`; it counts as no try."""
    _run(SET_ASIDE, id=id, token=lease.token, reason=reason[:300], wait=wait)


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


def doubt_what_may_have_left() -> int:
    """Put before a person whatever a restored backup would send a second time; returns how many."""
    return len(_rows(DOUBT_WHAT_MAY_HAVE_LEFT, reason=RESTORED))


def _run(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement: str, **values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
