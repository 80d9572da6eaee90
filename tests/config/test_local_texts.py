"""The provider of texts of `make run` and of the tests: real enough to be relied on."""

import json
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from config.local.environment import keys
from config.local.smtp import Mailbox
from config.local.texts import RECEIPTS, REPLIES, Phones, tell
from surgeries.states import MessageState
from tests.factories import create_attendee, create_booking, create_message, create_series
from tests.services import KEYS_OF_TEXTS


def ask(url, said, *, token=KEYS_OF_TEXTS["TEXTS_TOKEN"], key="a-key"):
    there = urlsplit(url)
    line = HTTPConnection(there.hostname, there.port)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    try:
        line.request("POST", there.path, json.dumps(said), headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


TEXT = {"to": "+447400123457", "from": "+447900123456", "text": "Café £5", "reference": "r"}


def test_a_text_is_kept_and_named():
    mailbox = Mailbox()
    with Phones(mailbox, KEYS_OF_TEXTS).listening() as url:
        status, said = ask(url, TEXT)

    (text,) = mailbox.mails
    assert (status, said) == (200, {"id": str(text["X-Text"])})
    assert (str(text["X-Sent-To"]), str(text["Subject"])) == ("+447400123457", "Café £5")


def test_the_same_key_is_the_same_text():
    mailbox = Mailbox()
    with Phones(mailbox, KEYS_OF_TEXTS).listening() as url:
        first, again, other = ask(url, TEXT), ask(url, TEXT), ask(url, TEXT, key="another")

    assert first == again != other
    assert len(mailbox.mails) == 2


def test_whoever_has_no_token_sends_nothing():
    mailbox = Mailbox()
    with Phones(mailbox, KEYS_OF_TEXTS).listening() as url:
        status, _said = ask(url, TEXT, token="another")

    assert status == 401
    assert mailbox.mails == []


@pytest.mark.django_db(transaction=True)
def test_a_delivery_is_told_to_the_site(live_server, phones):
    winston = create_attendee(series=create_series(), contact="+447400123457")
    message = create_message(
        booking=create_booking(attendee=winston), channel="text", state=MessageState.QUEUED
    )
    provider = Phones(Mailbox(), KEYS_OF_TEXTS, site=live_server.url)
    with provider.listening() as url:
        ask(url, TEXT | {"reference": str(message.pk)})
        give_up = time.monotonic() + 10
        while not message.receipt and time.monotonic() < give_up:
            message.refresh_from_db()

    assert message.receipt == "delivered"


@pytest.mark.parametrize("path", [RECEIPTS, REPLIES])
def test_it_calls_the_webhooks_that_there_are(path, live_server, phones, transactional_db):
    assert tell(live_server.url + path, {}, secret=KEYS_OF_TEXTS["TEXTS_SECRET"]) == 400
    assert tell("http://127.0.0.1:9" + path, {}, secret="x") is None


def test_a_checkout_that_has_run_before_keeps_its_keys_and_gets_those_it_lacks(tmp_path):
    (tmp_path / "keys.json").write_text('{"SECRET_KEY": "kept"}')

    found = keys(tmp_path)

    assert found["SECRET_KEY"] == "kept"
    assert len({*found.values()}) == len(found) == 7
    assert keys(tmp_path) == found
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
