"""One worker, and everything a mail server may do to it."""

import datetime
import threading
import uuid
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from surgeries.actions import leases, sending
from surgeries.actions.outbox import call_off, owe
from surgeries.actions.sending import drain, reap, sweep
from surgeries.clock import database_now
from surgeries.messages.facts import with_person
from surgeries.models import Attempt, Message
from surgeries.states import BookingState, MessageKind, MessageState, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def owed(surgery, kind=MessageKind.CONFIRMATION):
    booking = factories.create_booking(surgery=surgery)
    return owe(kind, booking, now=timezone.now() - MINUTE)


def send(**options):
    return drain(now=database_now(), worker="a worker", **options)


def fresh(message):
    return Message.objects.get(pk=message.pk)


def loaded(message):
    return with_person(Message.objects.all()).get(pk=message.pk)


def attempts():
    return list(Attempt.objects.order_by("started_at").values_list("number", "outcome"))


def be_due_again():
    Message.objects.update(next_at=database_now() - MINUTE)


def let_leases_end():
    Message.objects.exclude(lease_token=None).update(lease_until=database_now() - MINUTE)


# All is well ---------------------------------------------------------------------------


def test_a_message_is_sent_once_and_settled(surgery, post_office):
    message = owed(surgery)

    assert (send(), send()) == (1, 0)

    assert list(post_office.copies().values()) == [1]
    message = fresh(message)
    assert (message.state, message.attempts_made, message.uncertain) == ("sent", 1, 0)
    assert message.sent_at is not None
    assert attempts() == [(1, "sent")]


def test_each_mail_goes_to_one_person_and_a_batch_shares_a_connection(surgery, post_office):
    """T-OUT-10, P28."""
    addresses = [owed(surgery).booking.attendee.email for _ in range(5)]

    send()

    assert sorted(post_office.recipients) == sorted([address] for address in addresses)


def test_two_at_once_send_each_message_once(surgery, post_office):
    """T-OUT-09."""
    for _ in range(20):
        owed(surgery)
    barrier = threading.Barrier(2)

    def tick():
        barrier.wait()
        sweep(now=database_now(), worker="one of two")
        connection.close()

    threads = [threading.Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(post_office.copies().values()) == [1] * 20


def test_asked_to_stop_we_finish_the_one_in_hand_and_release_the_rest(surgery, post_office):
    """T-OUT-03."""
    for _ in range(3):
        owed(surgery)

    send(stopping=lambda: len(post_office.mails) == 1)

    states = sorted(Message.objects.values_list("state", flat=True))
    assert states == ["queued", "queued", "sent"]
    assert send() == 2


# No longer wanted ----------------------------------------------------------------------


def test_a_cancelled_booking_hears_nothing_more_of_it(surgery, post_office):
    message = owed(surgery)
    booking = message.booking
    booking.state, booking.place = BookingState.CANCELLED, None
    booking.save()

    send()

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.CANCELLED, 0)


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.SURGERY_MOVED])
def test_an_older_schedule_never_leaves(kind, surgery, post_office):
    """T-OUT-08."""
    message = owed(surgery, kind)
    surgery.schedule_version = 2
    surgery.save()
    be_due_again()

    send()

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.CANCELLED, 0)


def test_no_reminder_of_a_cancelled_surgery(surgery, post_office):
    message = owed(surgery, MessageKind.REMINDER_LAST)
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    be_due_again()

    send()

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.CANCELLED, 0)


def test_nobody_whose_address_is_gone_is_written_to(surgery, post_office):
    message = owed(surgery)
    message.booking.attendee.contact = None
    message.booking.attendee.save()

    send()

    assert fresh(message).state == MessageState.CANCELLED


def test_nothing_leaves_after_its_use(surgery, post_office):
    message = owed(surgery)
    Message.objects.update(expires_at=database_now() - MINUTE)

    sweep(now=database_now(), worker="a worker")

    assert (fresh(message).state, len(post_office.mails)) == (MessageState.EXPIRED, 0)


def test_nothing_leaves_that_expired_in_our_hands(surgery, post_office):
    message = owed(surgery)
    lease = leases.claim(channel="email", worker="slow", limit=1)
    Message.objects.update(expires_at=database_now() - MINUTE)

    assert leases.begin_send(lease, loaded(message)) is False


def test_a_reminder_that_waited_into_the_night_goes_in_the_morning(surgery, post_office):
    message = owed(surgery, MessageKind.REMINDER_FIRST)
    be_due_again()
    night = datetime.datetime.combine(timezone.localdate(), datetime.time(23), surgery.series.zone)

    drain(now=night, worker="a worker")

    message = fresh(message)
    assert (message.state, message.attempts_made) == (MessageState.QUEUED, 0)
    assert abs(message.next_at - database_now() - timedelta(hours=10)) < MINUTE
    assert len(post_office.mails) == 0


# Awkward servers (T-OUT-05) ------------------------------------------------------------


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_a_busy_server_is_asked_again_a_little_later_each_time(where, surgery, post_office):
    message = owed(surgery)
    setattr(post_office, where, ["451 Greylisted", "452 Full"])

    for attempts_made, minutes in ((1, 1), (2, 5)):
        send()
        message = fresh(message)
        assert (message.state, message.attempts_made) == (MessageState.QUEUED, attempts_made)
        assert abs(message.next_at - database_now() - minutes * MINUTE) < MINUTE / 2
        be_due_again()
    send()

    assert list(post_office.copies().values()) == [1]
    assert [number for number, _outcome in attempts()] == [1, 2, 3]
    assert (fresh(message).state, fresh(message).last_error) == (MessageState.SENT, "")


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_a_refused_address_fails_at_once_and_says_why_without_the_address(
    where, surgery, post_office
):
    message, other = owed(surgery), owed(surgery)
    address = message.booking.attendee.email
    setattr(post_office, where, [f"550 No mailbox <{address}> here"])

    send()

    message = fresh(message)
    assert (message.state, message.last_error) == (MessageState.FAILED, "550 No mailbox … here")
    assert fresh(other).state == MessageState.SENT
    be_due_again()
    assert send() == 0


def test_a_connection_lost_before_the_content_counts_for_nothing(surgery, post_office):
    message = owed(surgery)
    post_office.at_rcpt = ["cut"]

    send()

    aside = fresh(message)
    assert (aside.state, aside.attempts_made, aside.uncertain) == ("claimed", 0, 0)
    assert aside.lease_until - database_now() < sending.UNREACHABLE_FOR
    assert aside.next_at == message.next_at  # so the alarm sees how long it has waited
    assert send() == 0
    let_leases_end()
    reap()
    send()
    assert list(post_office.copies().values()) == [1]


def test_one_lost_connection_does_not_hold_up_the_others(surgery, post_office):
    for _ in range(3):
        owed(surgery)
    post_office.at_rcpt = ["cut"]

    send()

    assert len(post_office.mails) == 2


def test_when_nobody_answers_two_step_aside_and_the_rest_are_released(surgery, settings, caplog):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
    for _ in range(4):
        owed(surgery)

    send()

    states = sorted(Message.objects.values_list("state", "attempts_made"))
    assert states == [("claimed", 0), ("claimed", 0), ("queued", 0), ("queued", 0)]
    assert caplog.text.count("waits, because nobody takes it: ConnectionRefusedError") == 2


def test_an_answer_that_never_came_is_tried_once_more_and_then_a_person_decides(
    surgery, post_office
):
    message = owed(surgery)
    post_office.at_data = ["cut", "cut"]

    send()
    assert fresh(message).state == MessageState.SENDING
    reap()
    assert send() == 0  # not before its lease is over

    let_leases_end()
    reap()
    assert (fresh(message).state, fresh(message).uncertain) == (MessageState.QUEUED, 1)
    send()
    let_leases_end()
    reap()

    assert (fresh(message).state, fresh(message).uncertain) == (MessageState.REVIEW, 2)
    assert send() == 0
    assert list(post_office.copies().values()) == [2]  # never a third, and both the same letter
    assert attempts() == [(1, leases.NO_ANSWER), (2, leases.NO_ANSWER)]


def test_two_recipients_in_one_address_fail_before_any_server_hears_of_them(surgery, post_office):
    message = owed(surgery)
    message.booking.attendee.contact = "a@example.org, evil@example.org"
    message.booking.attendee.save()

    send()

    assert fresh(message).state == MessageState.FAILED
    assert post_office.recipients == []


# Our own faults ------------------------------------------------------------------------


def test_a_message_that_cannot_be_put_into_words_steps_aside(surgery, post_office, caplog):
    poison, other = owed(surgery), owed(surgery)
    Message.objects.filter(pk=poison.pk).update(kind="no_such_kind")

    send()

    poison = fresh(poison)
    assert (poison.state, poison.attempts_made) == (MessageState.QUEUED, 1)
    assert abs(poison.next_at - database_now() - 60 * MINUTE) < MINUTE
    assert fresh(other).state == MessageState.SENT
    assert f"Message {poison.pk} cannot be sent." in caplog.text


def test_the_eighth_time_it_fails_where_a_person_sees_it(surgery, post_office):
    poison = owed(surgery)
    Message.objects.update(kind="no_such_kind", attempts_made=7)

    send()

    assert fresh(poison).state == MessageState.FAILED


def test_what_the_server_took_is_settled_even_when_the_database_blinks(surgery, post_office):
    """T-OUT-04: the worker's own connection is ended between the content and the answer."""
    message = owed(surgery)
    name, params = connection.settings_dict["NAME"], connection.get_connection_params()

    def cut_the_database(mail):
        keep(mail)
        with psycopg2.connect(**{**params, "cursor_factory": None}) as other:
            other.cursor().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
        other.close()

    keep, post_office.keep = post_office.keep, cut_the_database

    send()

    assert fresh(message).state == MessageState.SENT
    assert list(post_office.copies().values()) == [1]


# Leases --------------------------------------------------------------------------------


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
