"""Throw-away servers with a migrated database, for one run of the bench."""

import os
import statistics
import time
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.local.services import throw_away
from config.local.smtp import Mailbox


@contextmanager
def servers():
    """Set the environment, migrate fresh servers and set Django up; yields the mailbox."""
    mailbox = Mailbox()
    with throw_away() as services, mailbox.listening() as email_url:
        os.environ.update(
            services,
            LOCAL="1",
            EMAIL_URL=email_url,
            SECRET_KEY="bench" * 12,
            LINK_KEY="links" * 12,
            SITE_URL="http://testserver",
            ALLOWED_HOSTS="testserver",
            LOG_LEVEL="WARNING",
            DJANGO_SETTINGS_MODULE="config.settings",
        )
        django.setup()
        call_command("migrate", verbosity=0)
        try:
            yield mailbox
        finally:
            connection.close()


def empty():
    """Take away every row, for the next part."""
    call_command("flush", interactive=False, verbosity=0)


def milliseconds(work, *, rounds=7):
    """The median time of `work()` in milliseconds, after one warm-up."""
    work()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def statements(work):
    """What `work()` returns, and the SQL statements it ran (BEGIN and COMMIT not counted)."""
    with CaptureQueriesContext(connection) as captured:
        result = work()
    sql = [query["sql"] for query in captured.captured_queries]
    return result, [line for line in sql if not line.startswith(("BEGIN", "COMMIT", "SAVEPOINT"))]
