"""What a person decides about a message in doubt, or one that did not arrive."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from surgeries.actions import leases
from surgeries.actions.doubts import SAID_SO, say_arrived, send_again
from surgeries.models import Attempt, Message
from surgeries.refusals import Refused
from surgeries.states import BookingState, Channel, MessageState, Receipt
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def booking(olu):
    series = factories.create_series(organiser=olu)
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=factories.create_surgery(series=series), attendee=amina)


def doubted(booking, **fields):
    return factories.create_message(
        booking=booking,
        **{"state": MessageState.REVIEW, "uncertain": 2, "last_error": "No answer"} | fields,
    )


def fresh(message):
    message.refresh_from_db()
    return message


def test_it_did_arrive_is_sent_when_it_was_last_tried(booking, olu):
    message = doubted(booking)
    for number in (1, 2):
        Attempt.objects.create(
            message=message, number=number, worker="w", started_at=NOW + timedelta(hours=number)
        )
    say_arrived(message, by=olu, now=NOW + timedelta(days=1))
    assert fresh(message).state == MessageState.SENT
    assert message.sent_at == NOW + timedelta(hours=2)
    assert message.last_error == SAID_SO
    assert list(Message.objects.wants_a_person()) == []


def test_one_that_was_never_tried_here_counts_from_now(booking, olu):
    """A restored copy of the database puts messages in doubt that it has no try of."""
    message = doubted(booking)
    say_arrived(message, by=olu, now=NOW)
    assert fresh(message).sent_at == NOW


@pytest.mark.parametrize(
    "fields",
    [
        {"state": MessageState.FAILED},
        {"state": MessageState.QUEUED},
        {"state": MessageState.SENT, "sent_at": NOW},
    ],
)
def test_only_a_doubt_can_be_said_to_have_arrived(booking, olu, fields):
    message = doubted(booking, **fields)
    before = Message.objects.values().get()
    with pytest.raises(Refused, match="not in doubt any more"):
        say_arrived(message, by=olu, now=NOW)
    assert Message.objects.values().get() == before


@pytest.mark.parametrize(
    ("fields", "uncertain"),
    [
        ({}, 1),
        ({"uncertain": 1, "channel": Channel.TEXT}, 1),
        ({"state": MessageState.FAILED, "uncertain": 0}, 0),
        (
            {
                "state": MessageState.SENT,
                "sent_at": NOW,
                "uncertain": 0,
                "receipt": Receipt.UNDELIVERED,
                "receipt_at": NOW,
                "provider_ref": "ref",
            },
            0,
        ),
    ],
)
def test_what_did_not_arrive_or_is_in_doubt_goes_once_more(booking, olu, fields, uncertain):
    if fields.get("channel") == Channel.TEXT:
        booking.attendee.contact = "+447400123456"
        booking.attendee.save()
    message = doubted(booking, **fields)
    send_again(message, by=olu, now=NOW)
    fresh(message)
    assert (message.state, message.next_at, message.uncertain) == ("queued", NOW, uncertain)
    left = (message.sent_at, message.receipt, message.provider_ref, message.last_error)
    assert left == (None, "", "", "")


def lose_the_answer(**fields):
    """A worker dies while it sends, and its lease runs out."""
    Message.objects.update(
        state=MessageState.SENDING,
        lease_token=uuid.uuid4(),
        lease_until=NOW - timedelta(days=400),
        **fields,
    )
    leases.reap()


def test_sent_once_more_and_in_doubt_again_it_comes_back_to_a_person(booking, olu):
    """However often: the constraint doubt_ends_at_a_person is never broken."""
    message = doubted(booking)
    for _round in range(3):
        send_again(message, by=olu, now=NOW)
        lose_the_answer()
        assert (fresh(message).state, message.uncertain) == (MessageState.REVIEW, 2)


def test_without_the_cap_the_reaper_would_break_the_constraint(booking, olu):
    """Negative control for the test above."""
    send_again(doubted(booking), by=olu, now=NOW)
    with pytest.raises(IntegrityError, match="doubt_ends_at_a_person"):
        lose_the_answer(uncertain=2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": MessageState.QUEUED}, "has gone by now"),
        ({"state": MessageState.SENT, "sent_at": NOW}, "has gone by now"),
        ({"expires_at": NOW}, "too late"),
        ({"schedule_version": 7}, "no longer true"),
    ],
)
def test_what_would_be_wrong_is_not_sent_again(booking, olu, fields, words):
    message = doubted(booking, **fields)
    before = Message.objects.values().get()
    with pytest.raises(Refused, match=words):
        send_again(message, by=olu, now=NOW)
    assert Message.objects.values().get() == before


def test_nothing_goes_again_to_somebody_who_cancelled_or_is_rung(booking, olu):
    message = doubted(booking)
    booking.attendee.no_messages_from = NOW
    booking.attendee.save()
    with pytest.raises(Refused):
        send_again(message, by=olu, now=NOW)
    booking.attendee.no_messages_from = None
    booking.attendee.save()
    booking.state, booking.place = BookingState.CANCELLED, None
    booking.save()
    with pytest.raises(Refused):
        send_again(message, by=olu, now=NOW)
    assert fresh(message).state == MessageState.REVIEW


def test_who_decided_stands_in_the_log(booking, olu, caplog, django_capture_on_commit_callbacks):
    message = doubted(booking)
    caplog.set_level("INFO")
    with django_capture_on_commit_callbacks(execute=True):
        say_arrived(message, by=olu, now=NOW)
    assert f"message {message.pk} arrived, says person {olu.pk}" in caplog.text
