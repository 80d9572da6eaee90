"""One worker, real connections, and everything a provider of texts may do to it."""

import base64
import datetime
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from surgeries.actions import leases, sending
from surgeries.actions.outbox import owe
from surgeries.actions.sending import drain, reap, sweep
from surgeries.clock import database_now
from surgeries.models import Attempt, Booking, Message, Quota
from surgeries.rules.links import pseudonym_of
from surgeries.states import Channel, MessageKind, MessageState
from tests import factories
from tests.outbox.exchange import CUT, LOST, SID, Exchange, LikeTwilio, cuts_at_once, frozen
from tests.services import KEYS_OF_TEXTS

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
WINSTON = "+447400123457"
ACCOUNT = "AC" + "0a" * 16


@pytest.fixture
def exchange(phones, settings):
    """An awkward provider that this process sends to."""
    exchange = Exchange()
    with exchange.listening() as url:
        settings.TEXTS_URL = url
        yield exchange


@pytest.fixture
def twilio(phones, settings):
    """The same, as Twilio speaks."""
    exchange = LikeTwilio()
    with exchange.listening() as url:
        settings.TEXTS_BY, settings.TEXTS_ACCOUNT = "twilio", ACCOUNT
        settings.TEXTS_URL = url.removesuffix("/texts")
        yield exchange


@pytest.fixture(params=["exchange", "twilio"])
def provider(request):
    """Either of them."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def surgery(surgery):
    surgery.series.sends_texts = True
    surgery.series.save()
    return surgery


def owed(surgery, kind=MessageKind.CONFIRMATION, number=WINSTON):
    winston = factories.create_attendee(series=surgery.series, name="Winston", contact=number)
    booking = factories.create_booking(surgery=surgery, attendee=winston)
    return owe(kind, booking, now=timezone.now() - MINUTE)


def send():
    return drain(now=database_now(), worker="a worker")


def fresh(message):
    return Message.objects.get(pk=message.pk)


def state_of(message):
    message = fresh(message)
    return message.state, message.last_error


def used():
    """How much of each quota is used, by what it counts."""
    return {quota.scope.partition(":")[0]: quota.used for quota in Quota.objects.all()}


def let_leases_end():
    Message.objects.exclude(lease_token=None).update(lease_until=database_now() - MINUTE)


# All is well -----------------------------------------------------------------------------


def test_a_text_is_handed_over_once_and_settled(surgery, exchange):
    message = owed(surgery)

    assert (send(), send()) == (1, 0)

    (text,) = exchange.texts.mails
    message = fresh(message)
    assert (message.channel, message.state, message.parts) == ("text", "sent", 1)
    assert message.provider_ref == str(text["X-Text"])
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "sent")]
    assert used() == {"contact": 1, "series": 1, "all": 1}


def test_the_provider_is_asked_as_we_document_it(surgery, exchange):
    message = owed(surgery)

    send()

    ((path, headers, _body),) = exchange.calls
    assert path == "/texts"
    assert headers["Authorization"] == f"Bearer {KEYS_OF_TEXTS['TEXTS_TOKEN']}"
    assert headers["Idempotency-Key"] == str(message.pk)
    said = exchange.said()
    assert sorted(said) == ["from", "reference", "text", "to"]
    assert (said["to"], said["from"]) == (WINSTON, "+447700900123")
    assert said["reference"] == str(message.pk)
    assert said["text"].endswith(f"http://testserver/b/{message.booking.secret}/")


def test_twilio_is_asked_by_its_own_library(surgery, twilio):
    message = owed(surgery)

    send()

    ((path, headers, _body),) = twilio.calls
    key = f"{ACCOUNT}:{KEYS_OF_TEXTS['TEXTS_TOKEN']}".encode()
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert headers["Authorization"] == f"Basic {base64.b64encode(key).decode()}"
    assert "twilio-python" in headers["User-Agent"]
    said = twilio.said()
    assert sorted(said) == ["Body", "From", "StatusCallback", "To"]
    assert (said["To"], said["From"]) == (WINSTON, "+447700900123")
    assert said["StatusCallback"] == (
        f"http://testserver/hooks/texts/receipts/?message={message.pk}"
    )
    assert (fresh(message).state, fresh(message).provider_ref) == ("sent", SID)


def test_twilio_sends_through_a_messaging_service_too(surgery, twilio, settings):
    settings.TEXTS_FROM = "MG" + "0a" * 16
    owed(surgery)

    send()

    assert twilio.said()["MessagingServiceSid"] == "MG" + "0a" * 16
    assert "From" not in twilio.said()


@pytest.mark.parametrize("said", [{}, {"id": None}, {"id": "x" * 200}, {"id": "\0"}])
def test_taken_is_taken_whatever_else_it_says(said, surgery, exchange):
    message = owed(surgery)
    exchange.answers = [(202, said)]

    send()

    assert (fresh(message).state, fresh(message).provider_ref) == (
        MessageState.SENT,
        (said.get("id") or "").strip("\0")[:80],
    )


@pytest.mark.parametrize(
    "said", [{}, {"sid": None}, {"sid": 7, "date_created": "no date", "body": "\0"}]
)
def test_taken_by_twilio_is_taken_whatever_else_it_says(said, surgery, twilio):
    message = owed(surgery)
    twilio.answers = [(201, said)]

    send()

    assert fresh(message).state == MessageState.SENT
    assert send() == 0


def test_mails_and_texts_leave_in_one_sweep(surgery, exchange, mailbox):
    factories.create_booking(surgery=surgery)
    mail = owe(MessageKind.CONFIRMATION, Booking.objects.get(), now=timezone.now() - MINUTE)
    text = owed(surgery)

    sweep(now=database_now(), worker="a worker")

    assert (fresh(mail).channel, fresh(text).channel) == ("email", "text")
    assert (len(mailbox), len(exchange.texts.mails)) == (1, 1)


# Awkward providers -----------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_text_fails_at_once_and_says_why_without_the_number(status, surgery, provider):
    message = owed(surgery)
    said = f"{WINSTON} is no mobile, nor is 07400 123457"
    provider.answers = [(status, {"error": said, "message": said, "code": 21211})]

    send()

    state, why = state_of(message)
    assert state == MessageState.FAILED
    assert why.startswith(f"{status} … is no mobile, nor is …")
    assert send() == 0
    assert list(Booking.objects.ring_list(database_now())) == [message.booking]
    assert used() == {"contact": 0, "series": 0, "all": 0}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_provider_is_asked_again_a_little_later(status, surgery, provider):
    message = owed(surgery)
    provider.answers = [(status, {}), (status, {})]

    for attempts_made, minutes in ((1, 1), (2, 5)):
        send()
        message = fresh(message)
        assert (message.state, message.attempts_made) == (MessageState.QUEUED, attempts_made)
        assert abs(message.next_at - database_now() - minutes * MINUTE) < MINUTE / 2
        Message.objects.update(next_at=database_now() - MINUTE)
    send()

    assert fresh(message).state == MessageState.SENT
    assert used() == {"contact": 1, "series": 1, "all": 1}


@pytest.mark.parametrize("status", [301, 401, 402, 403])
def test_a_provider_that_takes_nothing_from_us_holds_nobody_responsible(status, surgery, provider):
    messages = [owed(surgery, number=f"+44740012345{n}") for n in range(4)]
    provider.answers = [(status, {})] * 4

    send()

    assert len(provider.calls) == 2  # after two in a row the others are not tried
    states = [fresh(message).state for message in messages]
    assert states == ["claimed", "claimed", "queued", "queued"]  # two stepped aside
    assert used() == {"contact": 0, "series": 0, "all": 0}


@pytest.mark.parametrize("answer", [CUT, (500, {}), (502, {}), (504, {})])
def test_where_nobody_knows_whether_it_left_a_person_decides(answer, surgery, provider):
    message = owed(surgery)
    provider.answers = [answer]

    send()
    assert fresh(message).state == MessageState.SENDING
    let_leases_end()
    reap()

    assert (fresh(message).state, fresh(message).uncertain) == (MessageState.REVIEW, 1)
    assert send() == 0
    assert len(provider.calls) == 1
    assert list(Booking.objects.ring_list(database_now())) == [message.booking]
    assert used() == {"contact": 1, "series": 1, "all": 1}  # it may have been charged


def test_a_text_that_was_taken_and_not_acknowledged_is_not_sent_twice(surgery, exchange):
    message = owed(surgery)
    exchange.answers = [LOST]

    send()
    let_leases_end()
    reap()
    send()

    assert len(exchange.texts.mails) == 1
    assert fresh(message).state == MessageState.REVIEW


def test_a_frozen_provider_is_waited_for_and_then_in_doubt(surgery, phones, settings):
    message = owed(surgery)
    settings.TEXTS_TIMEOUT = 0.2
    with frozen() as url:
        settings.TEXTS_URL = url
        send()

    assert (fresh(message).state, fresh(message).attempts_made) == (MessageState.SENDING, 1)


def test_a_line_that_is_cut_while_we_speak_is_in_doubt(surgery, phones, settings):
    message = owed(surgery)
    with cuts_at_once() as url:
        settings.TEXTS_URL = url
        send()

    assert (fresh(message).state, fresh(message).attempts_made) == (MessageState.SENDING, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9", "no such host"])
def test_while_nobody_answers_nothing_is_begun(url, surgery, phones, settings):
    settings.TEXTS_URL = url if "://" in url else "http://no-such-host.invalid/texts"
    message = owed(surgery)

    send()

    message = fresh(message)
    assert (message.state, message.attempts_made, message.uncertain) == ("claimed", 0, 0)
    assert used() == {}


def test_a_provider_whose_certificate_is_wrong_hears_nothing(surgery, exchange, settings):
    settings.TEXTS_URL = settings.TEXTS_URL.replace("http:", "https:")
    message = owed(surgery)

    send()

    assert (fresh(message).state, fresh(message).attempts_made) == ("claimed", 0)
    assert exchange.calls == []


@pytest.mark.parametrize("name", ["exchange", "twilio"])
def test_nothing_is_sent_where_the_fence_is_closed(name, surgery, request, monkeypatch):
    provider = request.getfixturevalue(name)
    owed(surgery)
    monkeypatch.setattr(sending, "begin_send", lambda *what, **used: False)

    send()

    assert provider.calls == []


def test_a_frozen_worker_finds_the_fence_closed(surgery, exchange):
    """T-OUT-06, for texts."""
    owed(surgery)
    late = leases.claim(channel=Channel.TEXT, worker="frozen", limit=1)
    let_leases_end()
    reap()
    send()

    sending._send_all(late, sending.Texts, database_now(), sending.never)

    assert len(exchange.texts.mails) == 1


def test_a_receipt_that_is_quicker_than_our_own_note_is_kept(surgery, exchange, client, phones):
    """Reliability.md 5.5: the provider's webhook before our sent."""
    message = owed(surgery)
    told = []

    def tell():
        said = {"reference": str(message.pk), "status": "delivered"}
        told.append(phones.tell(client, "/hooks/texts/receipts/", **said).status_code)
        told.append(fresh(message).state)
        connection.close()

    exchange.meanwhile = tell

    send()

    message = fresh(message)
    assert told == [204, MessageState.SENDING]
    assert (message.state, message.receipt) == (MessageState.SENT, "delivered")
    assert message.receipt_at < message.sent_at


def test_a_receipt_settles_a_doubt_before_anybody_has_to(surgery, exchange, client, phones):
    message = owed(surgery)
    exchange.answers = [LOST]
    send()

    said = {"reference": str(message.pk), "status": "delivered"}
    phones.tell(client, "/hooks/texts/receipts/", **said)
    let_leases_end()
    reap()

    message = fresh(message)
    assert (message.state, message.sent_at) == (MessageState.SENT, message.receipt_at)
    assert message.last_error == ""


# Whom it goes to, and how often (P16, T-BIZ-08) ------------------------------------------


@pytest.mark.parametrize("number", ["+33612345678", "+449061234567", "+441212345678"])
def test_nothing_is_owed_to_a_number_that_costs_more(number, surgery, exchange):
    assert owed(surgery, number=number) is None
    assert send() == 0


@pytest.mark.parametrize("number", ["+33612345678", "+449061234567", "+441212345678"])
def test_nothing_leaves_for_a_number_that_was_changed_meanwhile(number, surgery, exchange):
    message = owed(surgery)
    winston = message.booking.attendee
    winston.contact = number
    winston.save()

    send()

    assert state_of(message) == (
        MessageState.FAILED,
        "This is not a mobile number that texts go to.",
    )
    assert exchange.calls == []


def test_with_every_country_allowed_it_would_leave(surgery, exchange, settings):
    """Negative control."""
    settings.TEXTS_TO = ("GB", "FR")
    owed(surgery, number="+33612345678")

    send()

    assert len(exchange.texts.mails) == 1


def test_the_fourth_text_of_a_day_waits_until_tomorrow(surgery, exchange):
    messages = [owed(surgery)]
    for number in range(3):
        again = owe(
            MessageKind.CONFIRMATION,
            messages[0].booking,
            now=timezone.now() - MINUTE,
            again=f":{number}",
        )
        messages.append(again)

    send()

    assert len(exchange.texts.mails) == 3
    (waits,) = Message.objects.filter(state=MessageState.QUEUED)
    today = database_now().astimezone(datetime.UTC).date()
    assert waits.next_at.astimezone(datetime.UTC).date() > today


@pytest.mark.parametrize("cap", ["series", "all"])
def test_a_cap_stops_and_somebody_rings(cap, surgery, exchange, settings):
    _cap(surgery, settings, cap, 2)
    messages = [owed(surgery, number=f"+44740012345{n}") for n in range(4)]

    send()

    assert len(exchange.texts.mails) == 2
    failed = [message for message in messages if fresh(message).state == MessageState.FAILED]
    assert len(failed) == 2
    assert "used up" in fresh(failed[0]).last_error
    assert len(Booking.objects.ring_list(database_now())) == 2
    assert used()[cap] == 2


@pytest.mark.parametrize("cap", ["series", "all"])
def test_a_cap_holds_for_two_workers_at_once(cap, surgery, exchange, settings, monkeypatch):
    _cap(surgery, settings, cap, 5)
    monkeypatch.setattr(sending, "BATCH", 6)
    for number in range(12):
        owed(surgery, number=f"+4474001234{number:02}")

    _two_at_once()

    assert len(exchange.texts.mails) == 5
    assert used()[cap] == 5


def test_with_the_cap_only_looked_at_two_workers_would_pass_it(surgery, exchange, settings):
    """Negative control: nothing but the row in the fence counts for both."""
    _cap(surgery, settings, "series", 100)
    for number in range(12):
        owed(surgery, number=f"+4474001234{number:02}")

    _two_at_once()

    assert len(exchange.texts.mails) == 12


def test_a_long_text_uses_as_much_as_it_is_charged(surgery, exchange, settings):
    settings.SITE_URL = f"https://{'very-' * 8}long.example.org"
    message = owed(surgery)

    send()

    assert fresh(message).parts == 2
    assert used() == {"contact": 1, "series": 2, "all": 2}


def test_whose_texts_are_counted_stands_in_no_row(surgery, exchange):
    owed(surgery)

    send()

    scopes = list(Quota.objects.values_list("scope", flat=True))
    assert f"contact:{pseudonym_of(WINSTON)}:text" in scopes
    assert not [scope for scope in scopes if "7400123457" in scope]


def test_no_number_and_no_password_stands_in_the_log(surgery, provider, caplog):
    caplog.set_level("DEBUG")
    owed(surgery)
    other = owed(surgery, number="+447400123458")
    provider.answers = [(401, {"error": WINSTON}), (400, {"error": WINSTON, "message": WINSTON})]

    send()
    send()
    Message.objects.filter(pk=other.pk).update(state="queued", kind="no_such_kind")
    send()

    assert "cannot be sent" in caplog.text
    for secret in (WINSTON, "7400123457", "7400123458", KEYS_OF_TEXTS["TEXTS_TOKEN"], "/b/"):
        assert secret not in caplog.text


# No provider -----------------------------------------------------------------------------


def test_without_a_provider_what_is_left_in_the_outbox_goes_to_a_person(surgery, phones, settings):
    message = owed(surgery)
    settings.TEXTS_BY = ""

    send()

    assert state_of(message) == (MessageState.FAILED, "Nobody sends texts for us any more.")
    assert list(Booking.objects.ring_list(database_now())) == [message.booking]


def _cap(surgery, settings, cap, most):
    if cap == "series":
        surgery.series.texts_a_month = most
        surgery.series.save()
    else:
        settings.TEXTS_A_MONTH = most


def _two_at_once():
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
