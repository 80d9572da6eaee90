"""Are promises kept? Reads only, as of one moment, so people may go on booking meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from surgeries.rules.outbox import TELLS_WHEN
from surgeries.rules.promises import ASKED_ABOUT, PROMISES, Promise
from surgeries.rules.reminders import NEARLY_HERE
from surgeries.states import (
    FIRST_WORDS,
    LEASED,
    LIVE,
    NOTICES,
    REMINDERS,
    WANTS_A_PLACE,
)

# An action looks at the clock of its own machine, and before its transaction begins.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
# Once an evening is over nothing can be put right, and its people may be erased.
LOOKS_BACK = timedelta(days=2)
MOST_SECONDS = 60


@dataclass(frozen=True)
class Broken:
    """A promise and the rows that break it, each as {column: key or number}."""

    promise: Promise
    rows: list[dict[str, Any]]


def broken_promises(now: datetime) -> list[Broken]:
    """Every promise that is broken at `now`, with the rows that break it."""
    looked_at = (Broken(promise, rows_that_break(promise, now)) for promise in PROMISES)
    return [broken for broken in looked_at if broken.rows]


def rows_that_break(promise: Promise, now: datetime) -> list[dict[str, Any]]:
    """The rows that break one promise, as {column: key or number}. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED_ABOUT + promise.broken_by, _words(now))
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def one_look() -> Iterator[None]:
    """A transaction that sees one moment, writes nothing, locks no row and ends in time."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{MOST_SECONDS}s"])
        yield


def _words(now):
    sets = {
        "wants_a_place": WANTS_A_PLACE,
        "live": LIVE,
        "first_words": FIRST_WORDS,
        "notices": NOTICES,
        "reminders": REMINDERS,
        "tells_when": TELLS_WHEN,
        "leased": LEASED,
    }
    return {name: [word.value for word in words] for name, words in sets.items()} | {
        "now": now,
        "nearly_here": NEARLY_HERE,
        "clocks": CLOCKS_DIFFER_BY,
        "looks_back": LOOKS_BACK,
    }
