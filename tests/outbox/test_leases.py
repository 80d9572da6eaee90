"""Claims, the fence, and machines that stood still (reliability.md 5.2)."""

import threading
import uuid

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from surgeries.actions import email, leases, sending
from surgeries.actions.outbox import call_off
from surgeries.actions.sending import reap
from surgeries.clock import database_now
from surgeries.models import Attendee, Booking, Message, Surgery
from surgeries.states import BookingState, MessageState
from tests.outbox.one_worker import attempts, fresh, let_leases_end, loaded, owed, send

pytestmark = pytest.mark.django_db(transaction=True)


# Who has it --------------------------------------------------------------------------------


def test_a_claim_left_by_a_dead_worker_is_taken_up_again(surgery, post_office):
    message = owed(surgery)
    leases.claim(channel="email", worker="dies", limit=10)
    reap()
    assert send() == 0

    let_leases_end()
    reap()
    send()

    assert (fresh(message).state, fresh(message).uncertain) == (MessageState.SENT, 0)


def test_a_claim_never_waits_for_another_and_never_takes_the_same(surgery):
    first, second = owed(surgery), owed(surgery)
    with transaction.atomic():
        one = leases.claim(channel="email", worker="one", limit=1)
        claims = []
        other = threading.Thread(target=lambda: claims.append(_claim_in_a_second()))
        other.start()
        other.join()

    assert (one.ids, claims[0].ids) == ((first.pk,), (second.pk,))


def _claim_in_a_second():
    """On a connection of its own, that would rather fail than wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    try:
        return leases.claim(channel="email", worker="other", limit=2)
    finally:
        connection.close()


def test_a_frozen_worker_finds_the_fence_closed(surgery, post_office):
    """T-OUT-06."""
    message = owed(surgery)
    frozen = leases.claim(channel="email", worker="frozen", limit=10)
    let_leases_end()
    assert leases.begin_send(frozen, loaded(message)) is False

    reap()
    send()

    assert leases.begin_send(frozen, loaded(message)) is False
    assert list(post_office.copies().values()) == [1]


def test_with_the_fence_off_the_frozen_worker_sends_a_second_copy(
    surgery, post_office, monkeypatch
):
    """Negative control: the same story, and only the fence stands between one copy and two."""
    owed(surgery)
    frozen = leases.claim(channel="email", worker="frozen", limit=10)
    let_leases_end()
    reap()
    send()
    monkeypatch.setattr(sending, "begin_send", lambda lease, id, **used: True)
    Message.objects.update(lease_token=frozen.token, state="claimed", sent_at=None)

    sending._send_all(frozen, sending.Email, database_now(), sending.never)

    assert list(post_office.copies().values()) == [2]


def test_a_stale_outcome_changes_nothing(surgery, post_office):
    message = owed(surgery)
    send()
    stale = leases.Lease("frozen", uuid.uuid4(), (message.pk,))

    leases.settle(stale, message.pk, leases.Outcome(MessageState.FAILED, "too late"))

    assert fresh(message).state == MessageState.SENT
    assert attempts() == [(1, "sent")]


def test_what_is_called_off_in_time_is_never_sent(surgery, post_office):
    message = owed(surgery)
    call_off(message.booking, now=timezone.now())

    assert send() == 0
    assert len(post_office.mails) == 0


# What it was written from ------------------------------------------------------------------


def meanwhile(change, **to):
    """Something to do on a connection of its own, while a worker has read and not yet sent."""

    def do():
        change.update(**to)
        connection.close()

    return do


CANCELLED = {"state": BookingState.CANCELLED, "place": None}


def test_who_cancels_while_the_worker_holds_her_message_hears_nothing_more(surgery, post_office):
    message = owed(surgery)
    post_office.meanwhile = meanwhile(Booking.objects, **CANCELLED)

    send()

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.CANCELLED, 0)
    assert attempts() == []


def test_an_address_that_is_corrected_in_that_moment_gets_the_mail(surgery, post_office):
    owed(surgery), owed(surgery)
    post_office.meanwhile = meanwhile(Attendee.objects, contact="corrected@example.org")

    send()

    assert post_office.recipients == [["corrected@example.org"]] * 2
    assert list(post_office.copies().values()) == [1, 1]


def test_a_surgery_that_moves_in_that_moment_is_not_told_as_it_was(surgery, post_office):
    """T-OUT-08."""
    message = owed(surgery)
    post_office.meanwhile = meanwhile(Surgery.objects, schedule_version=2)

    send()

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.CANCELLED, 0)


def test_if_nobody_looked_again_she_would_hear_of_a_booking_she_has_cancelled(
    surgery, post_office, monkeypatch
):
    """Negative control: the fence takes the row for the one that was read."""

    def as_it_is_now(message):
        return rows_behind(loaded(message))

    rows_behind = leases.rows_behind
    monkeypatch.setattr(leases, "rows_behind", as_it_is_now)
    owed(surgery)
    post_office.meanwhile = meanwhile(Booking.objects, **CANCELLED)

    send()

    assert len(post_office.mails) == 1


# Machines that stood still -----------------------------------------------------------------


@pytest.fixture
def stopwatch(monkeypatch):
    """The stopwatch of this machine, which goes on while it sleeps; returns how to let it sleep."""
    slept = []
    real = leases.stopwatch
    for module in (leases, email, sending):
        monkeypatch.setattr(module, "stopwatch", lambda: real() + sum(slept))
    return slept.append


def test_a_machine_that_slept_gives_its_claim_up(surgery, post_office, stopwatch):
    """T-OUT-06: the database would still let it, but not for long enough."""
    first, second = owed(surgery), owed(surgery)
    post_office.meanwhile = lambda: stopwatch(settings.OUTBOX_CLAIM_SECONDS / 2 + 1)

    send()

    assert len(post_office.mails) == 0
    states = [fresh(message).state for message in (first, second)]
    assert states == [MessageState.QUEUED, MessageState.QUEUED]
    assert send() == 2
    assert list(post_office.copies().values()) == [1, 1]


def test_a_machine_that_slept_after_the_fence_sends_nothing(
    surgery, post_office, stopwatch, monkeypatch
):
    message = owed(surgery)

    def begin_and_sleep(*what, **used):
        begun = leases.begin_send(*what, **used)
        stopwatch(settings.OUTBOX_SENDING_SECONDS / 2 + 1)
        return begun

    monkeypatch.setattr(sending, "begin_send", begin_and_sleep)
    send()

    assert len(post_office.mails) == 0
    assert (fresh(message).state, fresh(message).uncertain) == (MessageState.CLAIMED, 0)
    assert attempts() == [(1, email.STOOD_STILL)]


def test_the_longest_wait_for_a_mail_server_is_shorter_than_the_lease():
    longest = email.COMMAND_SECONDS + email.CONTENT_SECONDS + email.FINAL_DOT_SECONDS
    assert email.FINAL_DOT_SECONDS >= 600  # RFC 5321, 4.5.3.2.6
    assert longest < settings.OUTBOX_SENDING_SECONDS


# What is written is written ----------------------------------------------------------------


def test_a_commit_waits_until_it_is_safe_whatever_the_server_is_set_to():
    """The server of the tests is set to the opposite, as a bare connection finds."""
    show = "SHOW synchronous_commit"
    with connection.cursor() as cursor:
        cursor.execute(show)
        ours = cursor.fetchone()
    parameters = connection.get_connection_params() | {"cursor_factory": None, "options": ""}
    bare = psycopg2.connect(**parameters)
    with bare.cursor() as cursor:
        cursor.execute(show)
        theirs = cursor.fetchone()
    bare.close()

    assert (ours, theirs) == (("on",), ("off",))
