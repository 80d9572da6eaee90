"""What every test may ask for: a mailbox, phones, a worker. pytest-django has the rest."""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from config.celery import app
from config.local import processes
from config.local.texts import IS_A_TEXT, settings_for, signature
from tests.services import KEYS_OF_TEXTS

RUN_APART = ("browser", "chaos")


def pytest_ignore_collect(collection_path, config):
    """Leave out what runs apart, unless it is asked for.

    The event loop of Playwright makes Django's ORM refuse to work in every other test, and chaos
    takes minutes.
    """
    name = collection_path.name
    asked = any(name in str(argument) for argument in config.invocation_params.args)
    return True if name in RUN_APART and not asked else None


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    subject: str
    to: list[str]
    text: str
    html: str
    attachments: dict[str, bytes]
    raw: EmailMessage


@pytest.fixture(scope="session", autouse=True)
def _mail_really_goes_by_smtp(django_test_environment, mailbox_of_the_run):
    """Django's test environment replaces the mail backend; put the real one back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _nobody_has_tried_anything_yet():
    """Rate limits of one test must not reach the next."""
    cache.clear()


class MailReader:
    """The mails of this test, oldest first. Iterable, has a length and an index."""

    def __init__(self, mailbox):
        self._mailbox = mailbox

    def __iter__(self):
        return iter([_read(mail) for mail in list(self._mailbox.mails)])

    def __len__(self):
        return len(self._mailbox.mails)

    def __getitem__(self, index):
        return list(self)[index]

    def to(self, address: str) -> list[Mail]:
        """Return the mails to one address."""
        return [mail for mail in self if address in mail.to]

    def clear(self) -> None:
        """Forget everything that arrived."""
        self._mailbox.mails.clear()

    def wait_for(self, count: int, patience: float = 20) -> list[Mail]:
        """Return the mails once `count` have come, or fail saying what did."""
        give_up = time.monotonic() + patience
        while len(self) < count:
            if time.monotonic() > give_up:
                pytest.fail(f"Waited for {count} mails, got {[mail.subject for mail in self]}")
            time.sleep(0.05)
        return list(self)


@pytest.fixture
def mailbox(mailbox_of_the_run) -> MailReader:
    """A real SMTP server, empty at the start of the test."""
    mailbox_of_the_run.mails.clear()
    return MailReader(mailbox_of_the_run)


@dataclass(frozen=True)
class Arrived:
    """One text as it arrived at a phone."""

    to: str
    text: str
    sender: str
    name: str


class PhoneReader:
    """The texts of this test, oldest first, and what their provider tells us, signed."""

    def __init__(self, mailbox, secret):
        self._mailbox, self._secret = mailbox, secret

    def __iter__(self):
        mails = list(self._mailbox.mails)
        names = ("X-Sent-To", "Subject", "From", IS_A_TEXT)
        return iter([Arrived(*(str(mail[name]) for name in names)) for mail in mails])

    def __len__(self):
        return len(self._mailbox.mails)

    def __getitem__(self, index):
        return list(self)[index]

    def tell(self, client, url, at=None, **said):
        """POST `said` to one of our webhooks as the provider does; returns our answer."""
        body = json.dumps({name.strip("_"): value for name, value in said.items()}).encode()
        signed = signature(body, self._secret, int(time.time()) if at is None else at)
        headers = {"X-Signature": signed}
        return client.post(url, body, content_type="application/json", headers=headers)


@pytest.fixture
def phones(texts_of_the_run, settings) -> PhoneReader:
    """A provider of texts is configured, and nobody has got a text yet."""
    mailbox, url = texts_of_the_run
    mailbox.mails.clear()
    for name, value in {**settings_for(KEYS_OF_TEXTS), "TEXTS_URL": url}.items():
        setattr(settings, name, value)
    return PhoneReader(mailbox, settings.TEXTS_SECRET)


def _read(mail: EmailMessage) -> Mail:
    return Mail(
        subject=str(mail["Subject"]),
        to=str(mail["X-Sent-To"]).split(", "),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
        attachments={
            part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()
        },
        raw=mail,
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part else ""


@pytest.fixture
def worker(transactional_db):
    """A real Celery worker process on this test's database; yields its Popen."""
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "prefork"]
    command += [
        "--concurrency",
        "2",
        "--loglevel",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
    ]
    process = processes.start(
        command, dies_by=signal.SIGKILL, env=os.environ | {"DATABASE_URL": url}
    )
    try:
        _wait_until_up(process)
        yield process
    finally:
        processes.stop(process, signal.SIGKILL)
        app.control.purge()


def _wait_until_up(process) -> None:
    give_up = time.monotonic() + 30
    while not app.control.ping(timeout=1, limit=1):
        if process.poll() is not None or time.monotonic() > give_up:
            pytest.fail("The Celery worker did not start.")
