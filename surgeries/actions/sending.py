"""Sending what we owe: claim, still wanted, put into words, fence, send, settle.

At most one instant of a crash can make a second copy, and then the row says so
(reliability.md 5.2 to 5.4).
"""

import datetime
import logging
from contextlib import suppress

from django.db import transaction

from surgeries.actions.channels import Doubt, Never, NotNow, Unreachable
from surgeries.actions.derived import owe_what_follows
from surgeries.actions.email import Email
from surgeries.actions.leases import (
    Changed,
    Outcome,
    Use,
    UsedUp,
    begin_send,
    claim,
    doubt_what_may_have_left,
    is_a_blink,
    reap,
    release,
    set_aside,
    settle,
    stopwatch,
)
from surgeries.actions.quotas import (
    ENOUGH_FOR_A_DAY,
    give_back,
    until_there_is_more,
    uses_of,
)
from surgeries.actions.texts import Texts
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted, recipient_of
from surgeries.models import Message
from surgeries.rules.outbox import MOST_ATTEMPTS, STEPS_ASIDE, back_off
from surgeries.rules.reminders import SOON, earliest
from surgeries.states import Channel, MessageState

log = logging.getLogger(__name__)

BATCH = 100
A_SWEEP = 30  # seconds after which no further batch is begun: the next tick goes on
UNREACHABLE_FOR = datetime.timedelta(minutes=1)
CHANNELS = {Channel.EMAIL: Email, Channel.TEXT: Texts}


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
        deliver(now=now, worker=worker, stopping=stopping)


def deliver(*, now, worker, stopping=never):
    """Send what may leave, batch after batch, for about half a minute; see `sweep`."""
    begun_at = stopwatch()
    while not stopping() and stopwatch() - begun_at < A_SWEEP:
        if drain(now=now, worker=worker, stopping=stopping) < BATCH:
            break


@transaction.atomic
def put_restored_mail_before_a_person(*, now):
    """After a restore: what was due since the backup may have been sent, so nobody sends it.

    What has come due meanwhile is owed first, because it may have been sent too. It all waits for
    a person, flagged; what is not due yet goes its way. Returns how many.
    """
    owe_what_follows(now=now)
    return doubt_what_may_have_left()


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
            for message in _in_hand(lease):
                if unreachable == 2 or stopping() or lease.is_half_over:
                    break
                reached = _send(lease, message, way, now)
                unreachable = 0 if reached else unreachable + 1
    finally:
        release(lease)


def _in_hand(lease, **which):
    """The messages of a lease as they are now, the longest waiting first."""
    ours = Message.objects.filter(pk__in=lease.ids, lease_token=lease.token, **which)
    return list(with_person(ours.order_by("next_at", "pk")))


def _send(lease, message, way, now):
    """Carry one claimed message to its next state; False when the other side did not answer.

    It was read with its batch, so the fence asks whether all it was written from is still the
    same. If not, or if it does not seem to be wanted, it is read and asked about once more; what
    does not hold still even then is for the next batch.
    """
    with suppress(Changed):
        if is_still_wanted(message):
            return _try(lease, message, way, now)
    with suppress(Changed):
        return all(_try(lease, fresh, way, now) for fresh in _in_hand(lease, pk=message.pk))
    return True


def _try(lease, message, way, now):
    id = message.pk
    if outcome := _not_now_or_never(message, now):
        settle(lease, id, outcome)
        return True

    used: list[Use] = []

    def begin(parts=None):
        uses = uses_of(message, recipient_of(message), now=now, parts=parts or 1)
        ours = begin_send(lease, message, uses=uses, parts=parts)
        used.extend(uses if ours else ())
        return ours

    try:
        sent = way.send(message, now=now, begin=begin)
    except Changed:
        raise
    except UsedUp as fault:
        settle(lease, id, _when_used_up(message, fault.use, now))
        return True
    except Doubt as fault:
        # It stays `sending`: when the lease is over, the reaper decides.
        log.warning("Message %s is in doubt: %s", id, fault)
        return False
    except Unreachable as fault:
        log.warning("Message %s waits, because nobody takes it: %s", id, fault)
        set_aside(lease, id, reason=str(fault), wait=UNREACHABLE_FOR)
        give_back(used)
        return False
    except Exception as fault:
        if is_a_blink(fault):
            raise
        settle(lease, id, _what_to_do(message, fault))
        give_back(used)
        return True
    if sent is not None:
        settle(lease, id, Outcome(MessageState.SENT, provider_ref=sent))
    return True


def _not_now_or_never(message, now):
    """What becomes of a message that must not leave at this moment, or None."""
    if not is_still_wanted(message):
        return Outcome(MessageState.CANCELLED, tried=False)
    surgery = message.evening
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
    if isinstance(fault, Never):
        return Outcome(MessageState.FAILED, said)
    if isinstance(fault, NotNow):
        return Outcome(MessageState.QUEUED, said, back_off(attempts))
    # A poison row steps aside, so that the others go on.
    log.error("Message %s cannot be sent.", message.pk, exc_info=fault)
    state = MessageState.FAILED if attempts >= MOST_ATTEMPTS else MessageState.QUEUED
    return Outcome(state, type(fault).__name__, STEPS_ASIDE)
