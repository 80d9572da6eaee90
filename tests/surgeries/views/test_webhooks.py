"""What providers call: believed with a signature only, and not there without a provider."""

import json
import time
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

from config.local.texts import signature
from surgeries.models import Message, Reply
from surgeries.states import Channel, MessageState, ReplyMeaning
from tests import factories
from tests.factories import NOW
from tests.services import KEYS_OF_TEXTS

pytestmark = pytest.mark.django_db

WINSTON = "+447400123457"
ALL = ("text_receipt", "text_received", "mail_bounced")
OF_TEXTS = ALL[:2]


@pytest.fixture
def client():
    """A machine: it knows nothing of cookies or tokens."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def text():
    winston = factories.create_attendee(series=factories.create_series(), contact=WINSTON)
    surgery = factories.create_surgery(series=winston.series)
    booking = factories.create_booking(surgery=surgery, attendee=winston)
    return factories.create_message(
        booking=booking,
        channel=Channel.TEXT,
        state=MessageState.SENT,
        sent_at=NOW,
        provider_ref="sm1",
    )


@pytest.fixture
def mail():
    booking = factories.create_booking()
    return factories.create_message(booking=booking, state=MessageState.SENT, sent_at=NOW)


def what_is_told(name, text=None, mail=None):
    """Something true to say at each door."""
    return {
        "text_receipt": {"reference": str(text and text.pk), "status": "delivered"},
        "text_received": {"id": "in-1", "_from": WINSTON, "text": "STOP"},
        "mail_bounced": {"message_id": f"<{mail and mail.pk}@testserver>", "reason": "550 gone"},
    }[name]


def bounced(client, at=None, **said):
    body = json.dumps(said).encode()
    at = int(time.time()) if at is None else at
    signed = signature(body, KEYS_OF_TEXTS["BOUNCES_SECRET"], at)
    headers = {"X-Signature": signed}
    return client.post(
        reverse("mail_bounced"), body, content_type="application/json", headers=headers
    )


def tell(name, phones, client, *, at=None, **said):
    if name == "mail_bounced":
        return bounced(client, at=at, **said)
    return phones.tell(client, reverse(name), at=at, **said)


def untouched():
    return not Message.objects.exclude(receipt="").exists() and not Reply.objects.exists()


# All is well -----------------------------------------------------------------------------


def test_a_receipt_is_kept(text, client, phones):
    answer = tell("text_receipt", phones, client, **what_is_told("text_receipt", text))

    text.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert text.receipt == "delivered"


def test_a_receipt_may_name_the_text_as_the_provider_does(text, client, phones):
    said = {"id": "sm1", "status": "undelivered", "reason": "phone is off"}

    assert tell("text_receipt", phones, client, **said).status_code == 204

    text.refresh_from_db()
    assert (text.receipt, text.last_error) == ("undelivered", "phone is off")


def test_what_is_no_end_of_a_text_is_heard_and_left(text, client, phones):
    said = {"reference": str(text.pk), "status": "on its way"}

    assert tell("text_receipt", phones, client, **said).status_code == 204
    assert untouched()


def test_a_text_whose_emoji_was_cut_in_two_is_kept(text, client, phones):
    said = {"id": "in-1", "_from": WINSTON, "text": "Thanks \ud83d"}

    assert tell("text_received", phones, client, **said).status_code == 204
    assert Reply.objects.get().text == "Thanks \ufffd"


def test_a_text_to_us_is_received(text, client, phones):
    answer = tell("text_received", phones, client, **what_is_told("text_received"))

    assert answer.status_code == 204
    assert Reply.objects.get().meaning == ReplyMeaning.STOP
    text.booking.attendee.refresh_from_db()
    assert text.booking.attendee.no_messages_from is not None


@pytest.mark.parametrize("message_id", ["<{}@testserver>", "{}@testserver", "{}"])
def test_a_mail_that_came_back_is_kept(message_id, mail, client, phones):
    said = {"message_id": message_id.format(mail.pk), "reason": "550 5.1.1 amina@example.org?"}

    assert bounced(client, **said).status_code == 204

    mail.refresh_from_db()
    assert (mail.receipt, mail.last_error) == ("undelivered", "550 5.1.1 …")


def test_told_twice_nothing_more_happens(text, client, phones):
    for _time in range(2):
        assert (
            tell("text_received", phones, client, **what_is_told("text_received")).status_code
            == 204
        )
        assert (
            tell("text_receipt", phones, client, **what_is_told("text_receipt", text)).status_code
            == 204
        )

    assert Reply.objects.count() == 1


def test_an_unknown_message_is_asked_for_again(client, phones):
    said = {"reference": str(uuid.uuid4()), "status": "delivered"}

    assert tell("text_receipt", phones, client, **said).status_code == 404
    assert bounced(client, message_id=f"<{uuid.uuid4()}@testserver>").status_code == 404
    assert bounced(client, message_id="<somebody-elses@mail.example>").status_code == 404


# Nobody else is believed -----------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("at", [-301, 360])  # on a busy machine the future comes nearer
def test_what_was_signed_long_ago_or_ahead_is_not_believed(at, name, text, mail, client, phones):
    said = what_is_told(name, text, mail)

    answer = tell(name, phones, client, at=int(time.time()) + at, **said)

    assert answer.status_code == 403
    assert untouched()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("header", [{}, {"X-Signature": ""}, {"X-Signature": "t=1,v1=0"}])
def test_nobody_is_believed_without_a_signature(header, name, text, mail, client, phones):
    said = what_is_told(name, text, mail)
    said = {word.strip("_"): value for word, value in said.items()}

    answer = client.post(
        reverse(name), json.dumps(said), content_type="application/json", headers=header
    )

    assert answer.status_code == 403
    assert untouched()


@pytest.mark.parametrize("name", OF_TEXTS)
def test_the_secret_of_the_one_is_not_that_of_the_other(name, text, client, phones, settings):
    settings.TEXTS_SECRET = KEYS_OF_TEXTS["BOUNCES_SECRET"]

    answer = tell(name, phones, client, **what_is_told(name, text))

    assert answer.status_code == 403
    assert untouched()


@pytest.mark.parametrize("name", ALL)
def test_with_the_signature_off_a_stranger_would_be_believed(
    name, text, mail, client, phones, monkeypatch
):
    """Negative control of the two tests above."""
    for module in (
        "surgeries.forms.webhooks_of_http.has_signed",
        "surgeries.views.webhooks.is_signed",
    ):
        monkeypatch.setattr(module, lambda *what, **how: True)

    said = what_is_told(name, text, mail)
    said = {word.strip("_"): value for word, value in said.items()}
    answer = client.post(reverse(name), json.dumps(said), content_type="application/json")

    assert answer.status_code == 204
    assert not untouched()


@pytest.mark.parametrize("name", OF_TEXTS)
def test_without_a_provider_nobody_answers(name, text, client, phones, settings):
    settings.TEXTS_BY = ""

    assert tell(name, phones, client, **what_is_told(name, text)).status_code == 404
    assert untouched()


def test_without_a_secret_no_bounce_is_believed(mail, client, settings):
    settings.BOUNCES_SECRET = ""

    assert bounced(client, message_id=str(mail.pk)).status_code == 404
    assert untouched()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_is_heard(method, name, text, client, phones):
    assert getattr(client, method)(reverse(name)).status_code == 405
    assert untouched()


# Strange calls ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"x"', b"\xff", b"{}", b"[" * 60_000, b'{"id": "in-1"}']
)
def test_what_is_signed_and_makes_no_sense_is_refused(body, name, client, phones, settings):
    secret = settings.BOUNCES_SECRET if name == "mail_bounced" else settings.TEXTS_SECRET
    headers = {"X-Signature": signature(body, secret, int(time.time()))}

    answer = client.post(reverse(name), body, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert untouched()


@pytest.mark.parametrize(
    "said",
    [
        {"id": "in-1", "_from": 7, "text": "STOP"},
        {"id": {"x": 1}, "_from": WINSTON, "text": "STOP"},
        {"id": "in-1", "_from": WINSTON, "text": ["STOP"]},
        {"id": "x" * 81, "_from": WINSTON, "text": "STOP"},
        {"id": "in\0-1", "_from": WINSTON, "text": "STOP"},
        {"id": "in-1", "_from": WINSTON, "text": "x" * 2001},
        {"id": "in-1", "text": "STOP"},
    ],
)
def test_a_text_with_strange_parts_is_refused(said, text, client, phones):
    assert tell("text_received", phones, client, **said).status_code == 400
    assert untouched()


@pytest.mark.parametrize("name", ALL)
def test_a_long_call_is_not_read(name, text, client, phones):
    answer = client.post(reverse(name), b" " * (64 * 1024 + 1), content_type="application/json")

    assert answer.status_code == 413


@pytest.mark.parametrize("name", ALL)
def test_neither_number_nor_words_are_logged(name, text, mail, client, phones, caplog):
    caplog.set_level("DEBUG")
    said = what_is_told(name, text, mail)

    tell(name, phones, client, **said)
    tell(name, phones, client, at=0, **said)

    assert f"A call of {name} had no good signature." in caplog.text
    for secret in ("7400123457", "550 gone", *KEYS_OF_TEXTS.values()):
        assert secret not in caplog.text


# Twilio ----------------------------------------------------------------------------------


@pytest.fixture
def twilio(phones, settings):
    settings.TEXTS_BY = "twilio"
    return RequestValidator(settings.TEXTS_TOKEN)


def told_by_twilio(client, twilio, path, said, *, url=None):
    """A form, signed as Twilio signs it for the address it was given."""
    signed = twilio.compute_signature(f"http://testserver{url or path}", said)
    return client.post(path, said, headers={"X-Twilio-Signature": signed})


@pytest.mark.parametrize(
    ("status", "receipt"),
    [
        ("delivered", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "undelivered"),
        ("sent", ""),
        ("queued", ""),
    ],
)
def test_twilio_tells_what_became_of_a_text(status, receipt, text, client, twilio):
    path = f"{reverse('text_receipt')}?message={text.pk}"
    said = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30005"}

    answer = told_by_twilio(client, twilio, path, said)

    text.refresh_from_db()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert answer.content.decode().endswith("<Response />")
    assert text.receipt == receipt
    assert text.last_error == (f"{status} 30005" if receipt == "undelivered" else "")


def test_twilio_hands_over_a_text_to_us(text, client, twilio):
    said = {"MessageSid": "SM2", "From": WINSTON, "To": "+447900123456", "Body": "Stop"}

    answer = told_by_twilio(client, twilio, reverse("text_received"), said)

    assert answer.status_code == 200
    assert Reply.objects.get().meaning == ReplyMeaning.STOP


@pytest.mark.parametrize("name", OF_TEXTS)
def test_twilio_is_not_believed_without_its_signature(name, text, client, twilio):
    path = f"{reverse(name)}?message={text.pk}"
    said = {"MessageSid": "SM2", "From": WINSTON, "Body": "x", "MessageStatus": "delivered"}

    answers = [
        client.post(path, said),
        told_by_twilio(client, RequestValidator("another token"), path, said),
        told_by_twilio(client, twilio, path, said, url=f"{reverse(name)}?message=other"),
        client.post(
            path,
            said | {"Body": "STOP"},
            headers={"X-Twilio-Signature": twilio.compute_signature(path, said)},
        ),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert untouched()


@pytest.mark.parametrize("said", [{}, {"MessageSid": "SM2"}, {"MessageSid": "x" * 81}])
@pytest.mark.parametrize("name", OF_TEXTS)
def test_twilio_that_makes_no_sense_is_refused(name, said, client, twilio):
    assert told_by_twilio(client, twilio, reverse(name), said).status_code == 400
    assert untouched()
