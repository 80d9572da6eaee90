"""What the runs of the outbox share: a restart, and an account of what was owed and arrived."""

import signal
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from surgeries.clock import database_now
from surgeries.models import Message
from surgeries.states import WANTS_A_PERSON, MessageState
from tests.outbox import crowd

# What a commit hands to the operating system outlives PostgreSQL; no power is cut here.
NO_POWER_CUT = ("fsync=off",)
# How PostgreSQL stops: `pg_ctl stop -m immediate`, and `-m fast`.
IMMEDIATE, FAST = signal.SIGQUIT, signal.SIGINT
SILENT = {"LOG_LEVEL": "CRITICAL"}


@dataclass(frozen=True)
class Account:
    """`rows` is {Message-ID: (state, how often in doubt)}, `copies` {Message-ID: mails}."""

    rows: dict[str, tuple[str, int]]
    copies: dict[str, int]

    @property
    def lost(self):
        """Those that never arrived and that no person is shown."""
        return [
            id
            for id, (state, _doubts) in self.rows.items()
            if id not in self.copies and state not in WANTS_A_PERSON
        ]

    @property
    def doubled(self):
        """Those of which more than one copy arrived."""
        return [id for id, times in self.copies.items() if times > 1]

    @property
    def doubled_unflagged(self):
        """Those of which more than one copy arrived, and no row says that this may be."""
        return [id for id in self.doubled if self.rows[id][1] == 0]

    @property
    def flagged(self):
        """Those that were in doubt once or twice."""
        return [id for id, (_state, doubts) in self.rows.items() if doubts]

    @property
    def twice_in_doubt_and_not_in_review(self):
        """Those that a person ought to be shown."""
        return [
            id
            for id, (state, doubts) in self.rows.items()
            if doubts > 1 and state != MessageState.REVIEW
        ]

    @property
    def most_copies(self):
        """Of one message."""
        return max(self.copies.values(), default=0)

    def holds(self):
        """Nothing lost, one extra copy each at most, and every doubt is on its row."""
        assert self.lost == []
        assert self.most_copies <= 2
        assert self.doubled_unflagged == []
        assert self.twice_in_doubt_and_not_in_review == []
        assert set(self.copies) <= set(self.rows)

    def says_each_came_once(self):
        """Nothing lost, no extra copy."""
        assert self.lost == []
        assert self.doubled == []
        assert set(self.copies) == set(self.rows)

    def __str__(self):
        states = [state for state, _doubts in self.rows.values()]
        ends = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
        return (
            f"{len(self.rows)} owed ({ends}), {len(self.lost)} lost, {len(self.doubled)} doubled"
            f" ({len(self.doubled_unflagged)} of them unflagged), most copies {self.most_copies},"
            f" {len(self.flagged)} flagged"
        )


def account_of(office):
    """The Account of all messages that there are and all mails that came to this post office."""
    rows = Message.objects.values_list("pk", "state", "uncertain")
    return Account(
        {f"<{pk}@testserver>": (state, doubts) for pk, state, doubts in rows}, office.copies()
    )


def restart(database, *, by):
    """Stop the database of our own, and start it again."""
    connection.close()
    database.end(by=by)
    database.start()


def let_an_hour_pass(lease=4):
    """Ring, and let an hour pass for what backs off or is set aside; leases of workers go on."""
    crowd.ring()
    now = database_now()
    Message.objects.filter(state=MessageState.QUEUED, next_at__gt=now).update(next_at=now)
    set_aside = Message.objects.filter(
        state=MessageState.CLAIMED, lease_until__gt=now + timedelta(seconds=lease)
    )
    set_aside.update(lease_until=now)


def say(what, *figures):
    """Print what is proven, on a line of its own."""
    print(f"\n  {what}: {', '.join(str(figure) for figure in figures)}", flush=True)
