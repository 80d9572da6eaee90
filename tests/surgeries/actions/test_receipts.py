"""What became of a message after it left: the first word is final, and no word is lost."""

import datetime
import uuid

import pytest

from surgeries.actions.receipts import record_receipt
from surgeries.models import Booking, Message
from surgeries.states import Channel, MessageKind, MessageState, Receipt
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def booking():
    series = factories.create_series(sends_texts=True)
    winston = factories.create_attendee(series=series, contact="+447400123457")
    surgery = factories.create_surgery(series=series)
    return factories.create_booking(surgery=surgery, attendee=winston)


@pytest.fixture
def sent(booking):
    return factories.create_message(
        booking=booking,
        channel=Channel.TEXT,
        state=MessageState.SENT,
        sent_at=NOW - MINUTE,
        provider_ref="sm1",
    )


def told(receipt, **how):
    how = {"channel": Channel.TEXT, "now": NOW} | how
    return record_receipt(receipt, **how)


def test_a_receipt_is_kept_with_its_time(sent):
    assert told(Receipt.DELIVERED, reference=sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.receipt, sent.receipt_at) == ("sent", "delivered", NOW)
    assert sent.sent_at == NOW - MINUTE


def test_the_name_the_provider_gave_it_is_enough(sent):
    assert told(Receipt.DELIVERED, provider_ref="sm1")

    sent.refresh_from_db()
    assert sent.receipt == Receipt.DELIVERED


def test_what_did_not_arrive_puts_her_on_the_ring_list_and_says_why(sent, booking):
    assert list(Booking.objects.ring_list(NOW)) == []

    told(Receipt.UNDELIVERED, reference=sent.pk, reason="30005 no +447400123457 here")

    sent.refresh_from_db()
    assert sent.last_error == "30005 no … here"
    assert list(Booking.objects.ring_list(NOW)) == [booking]


@pytest.mark.parametrize(
    ("first", "later"),
    [(Receipt.DELIVERED, Receipt.UNDELIVERED), (Receipt.UNDELIVERED, Receipt.DELIVERED)],
)
def test_the_first_receipt_is_final(first, later, sent):
    told(first, reference=sent.pk)

    assert told(later, reference=sent.pk, reason="too late", now=NOW + MINUTE)

    sent.refresh_from_db()
    assert (sent.receipt, sent.receipt_at, sent.last_error) == (first, NOW, "")


def test_a_message_in_doubt_that_arrived_had_left(booking):
    doubt = factories.create_message(
        booking=booking, channel=Channel.TEXT, state=MessageState.REVIEW, uncertain=1
    )
    assert list(Booking.objects.ring_list(NOW)) == [booking]

    told(Receipt.DELIVERED, reference=doubt.pk)

    doubt.refresh_from_db()
    assert (doubt.state, doubt.sent_at, doubt.uncertain) == (MessageState.SENT, NOW, 1)
    assert list(Booking.objects.ring_list(NOW)) == []


@pytest.mark.parametrize("state", ["queued", "failed", "expired", "cancelled"])
def test_no_other_state_is_changed_by_a_receipt(state, booking):
    message = factories.create_message(booking=booking, channel=Channel.TEXT, state=state)

    told(Receipt.UNDELIVERED, reference=message.pk)

    message.refresh_from_db()
    assert (message.state, message.receipt, message.sent_at) == (state, "undelivered", None)


@pytest.mark.parametrize(
    "how",
    [
        {"reference": uuid.uuid4()},
        {"provider_ref": "sm2"},
        {"provider_ref": ""},
        {},
    ],
)
def test_a_message_we_do_not_know_changes_nothing(how, sent, booking):
    factories.create_message(booking=booking, channel=Channel.TEXT)  # one without a name
    before = list(Message.objects.order_by("pk").values())

    assert not told(Receipt.UNDELIVERED, **how)

    assert list(Message.objects.order_by("pk").values()) == before


def test_a_bounce_of_a_mail_names_no_text(sent):
    assert not told(Receipt.UNDELIVERED, channel=Channel.EMAIL, reference=sent.pk)

    sent.refresh_from_db()
    assert sent.receipt == ""


def test_a_mail_that_came_back_puts_her_on_the_ring_list():
    booking = factories.create_booking()
    mail = factories.create_message(
        booking=booking, kind=MessageKind.CONFIRMATION, state=MessageState.SENT, sent_at=NOW
    )

    told(Receipt.UNDELIVERED, channel=Channel.EMAIL, reference=mail.pk, reason="550 amina@x.org")

    mail.refresh_from_db()
    assert (mail.receipt, mail.last_error) == ("undelivered", "550 …")
    assert list(Booking.objects.ring_list(NOW)) == [booking]
