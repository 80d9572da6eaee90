"""A pytest plugin: real servers of this run's own, and the environment that names them.

pytest-django reads the settings before any conftest, so this is loaded by `-p tests.services`
and is ready even earlier. Under xdist only the controller starts servers; its workers inherit
the environment, and pytest-django gives each a database of its own.
"""

import os
from contextlib import ExitStack

import pytest

from config.local.services import throw_away
from config.local.smtp import Mailbox
from config.local.texts import Phones

_running = ExitStack()
_mailbox, _texts = Mailbox(), Mailbox()
KEYS_OF_TEXTS = {
    "TEXTS_TOKEN": "a-token-of-the-tests-only",
    "TEXTS_SECRET": "a-secret-of-webhooks-of-the-tests-" * 2,
    "BOUNCES_SECRET": "a-secret-of-bounces-of-the-tests-" * 2,
}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """Start PostgreSQL, Valkey and an SMTP server, and say where they are.

    The provider of texts runs too, but none is configured: see the fixture `phones`.
    """
    global _texts_url
    _texts_url = _running.enter_context(Phones(_texts, KEYS_OF_TEXTS).listening())
    mailbox_url = _running.enter_context(_mailbox.listening())
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.update(
            _running.enter_context(throw_away()),
            LOCAL="true",
            SECRET_KEY="a-secret-of-the-tests-only-" * 3,
            LINK_KEY="another-secret-of-the-tests-only-" * 3,
            ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
            SITE_URL="http://testserver",
            DEFAULT_FROM_EMAIL="surgeries@example.org",
            LOG_LEVEL="WARNING",
        )
        unwanted = [name for name in os.environ if name.startswith("TEXTS_")]
        for name in ("DEBUG", "MAILBOX_DIR", "TIME_ZONE", "PROXY_COUNT", *unwanted):
            os.environ.pop(name, None)
    os.environ["EMAIL_URL"] = mailbox_url
    os.environ["REDIS_URL"] = _database_of_this_process(os.environ["REDIS_URL"])


def _database_of_this_process(redis_url: str) -> str:
    """A Redis database for each process of xdist, so that emptying one disturbs no other."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{redis_url.rpartition('/')[0]}/{number}"


def pytest_unconfigure(config):
    """End the servers, whatever happened in between."""
    _running.close()


@pytest.fixture(scope="session")
def mailbox_of_the_run():
    """The SMTP server of this process; use `mailbox`, which starts empty."""
    return _mailbox


@pytest.fixture(scope="session")
def texts_of_the_run():
    """(every text that arrived, TEXTS_URL) of this process; use `phones`."""
    return _texts, _texts_url
