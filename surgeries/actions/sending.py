"""Sending what we owe: claim, still wanted, put into words, fence, send, settle.

At most one instant of a crash can make a second copy, and then the row says so
(reliability.md 5.2 to 5.4).
"""

import logging

from django.db import Error as DatabaseError

from surgeries.actions.channels import Doubt, Never, NotNow, Unreachable
from surgeries.actions.derived import owe_what_follows
from surgeries.actions.email import Email
from surgeries.actions.leases import (
    Outcome,
    UsedUp,
    begin_send,
    claim,
    reap,
    release,
    settle,
)
from surgeries.actions.quotas import ENOUGH_FOR_A_DAY, until_there_is_more, uses_of
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted, recipient_of
from surgeries.models import Message
from surgeries.rules.outbox import MOST_ATTEMPTS, STEPS_ASIDE, back_off
from surgeries.rules.reminders import SOON, earliest
from surgeries.states import Channel, MessageState

log = logging.getLogger(__name__)

BATCH = 100
BATCHES_A_SWEEP = 10
CHANNELS = {Channel.EMAIL: Email}


def never():
    """Nobody asks us to stop."""
    return False


def sweep(*, now, worker, stopping=never):
    """Owe what has come due, take back what was left lying, and send what may leave.

    `worker` names who tries; `stopping` is asked between two messages. Any number may run at
    once, and running again changes nothing.
    """
    try:
        owe_what_follows(now=now)
    finally:
        reap()
        for _batch in range(BATCHES_A_SWEEP):
            if drain(now=now, worker=worker, stopping=stopping) < BATCH or stopping():
                break


def drain(*, now, worker, stopping=never, batch=BATCH):
    """Send one batch of each channel over one connection; returns how many were claimed.

    Never raises for one message's sake: each is settled on its own.
    """
    claimed = 0
    for name, channel in CHANNELS.items():
        lease = claim(channel=name, worker=worker, limit=batch)
        claimed += len(lease.ids)
        if lease.ids:
            _send_all(lease, channel, now, stopping)
    return claimed


def _send_all(lease, channel, now, stopping):
    """Until all are sent, we are asked to stop, or nobody answers twice in a row."""
    unreachable = 0
    try:
        with channel() as way:
            for id in lease.ids:
                if unreachable == 2 or stopping():
                    break
                reached = _send(lease, id, way, now)
                unreachable = 0 if reached else unreachable + 1
    finally:
        release(lease)


def _send(lease, id, way, now):
    """Carry one claimed message to its next state; False when the other side did not answer."""
    ours = Message.objects.filter(pk=id, lease_token=lease.token)
    message = with_person(ours).first()
    if message is None:
        return True
    if outcome := _not_now_or_never(message, now):
        settle(lease, id, outcome)
        return True

    def begin(parts=None):
        uses = uses_of(message, recipient_of(message), now=now, parts=parts or 1)
        return begin_send(lease, id, uses=uses, parts=parts)

    try:
        sent = way.send(message, now=now, begin=begin)
    except UsedUp as fault:
        settle(lease, id, _when_used_up(message, fault.use, now))
        return True
    except Doubt as fault:
        # It stays `sending`: when the lease is over, the reaper decides.
        log.warning("Message %s is in doubt: %s", id, fault)
        return False
    except DatabaseError:
        raise
    except Exception as fault:
        settle(lease, id, _what_to_do(message, fault))
        return not isinstance(fault, Unreachable)
    if sent is not None:
        settle(lease, id, Outcome(MessageState.SENT, provider_ref=sent))
    return True


def _not_now_or_never(message, now):
    """What becomes of a message that must not leave at this moment, or None."""
    if not is_still_wanted(message):
        return Outcome(MessageState.CANCELLED, tried=False)
    surgery = getattr(message.about, "surgery", None)
    # Somebody who has not heard that it moved gets ready for the start it had.
    starts = [surgery and surgery.starts_at, message.covers_from]
    starts_at = min((at for at in starts if at and at > now - SOON), default=None)
    leaves_at = earliest(message.kind, now, message.series.hours, starts_at)
    if leaves_at > now:
        return Outcome(MessageState.QUEUED, wait=leaves_at - now, tried=False)
    return None


def _when_used_up(message, use, now):
    """One for today too many waits until tomorrow; without texts left, somebody has to ring."""
    if use.reason == ENOUGH_FOR_A_DAY:
        wait = until_there_is_more(use, message.series.hours, now)
        return Outcome(MessageState.QUEUED, use.reason, wait, tried=False)
    return Outcome(MessageState.FAILED, use.reason, tried=False)


def _what_to_do(message, fault):
    """What becomes of a message that was not taken."""
    said, attempts = str(fault), message.attempts_made + 1
    if isinstance(fault, Unreachable):
        return Outcome(MessageState.QUEUED, said, back_off(1), tried=False)
    if isinstance(fault, Never):
        return Outcome(MessageState.FAILED, said)
    if isinstance(fault, NotNow):
        return Outcome(MessageState.QUEUED, said, back_off(attempts))
    # A poison row steps aside, so that the others go on.
    log.error("Message %s cannot be sent.", message.pk, exc_info=fault)
    state = MessageState.FAILED if attempts >= MOST_ATTEMPTS else MessageState.QUEUED
    return Outcome(state, type(fault).__name__, STEPS_ASIDE)
