"""A booking's life as a machine: anybody may do anything at any time, and every promise holds.

Each step is a real action on the real database. After it all promises are looked at; a word that
is due is sent as a worker would, only without a mail server.
"""

import datetime

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from surgeries.actions.derived import owe_what_follows
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Attempt, Message
from surgeries.states import MessageState
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.factories import NOW
from tests.promises.deeds import COMPANY, DAY, EVENING, Deeds, create_evenings

company = st.sampled_from(COMPANY)


class Life(Deeds, RuleBasedStateMachine):
    """Two evenings of one series, with two arrival times each and an organiser, Olu."""

    @initialize(
        places=st.sampled_from([(1, 1), (2, 1), (3, 2)]),
        booked=st.lists(company, max_size=3),
        waiting=st.lists(company, max_size=3),
    )
    def begin(self, places, booked, waiting):
        """An evening that some have booked already; when somebody waits for it, it is full."""
        self.one_life = transaction.atomic()
        self.one_life.__enter__()
        self.come_to(create_evenings(factories.create_user(), places), now=NOW)
        for nth, people in enumerate(booked):
            self.book(0, nth, people)
        for nth, chairs in enumerate(places * bool(waiting)):
            for _chair in range(chairs):
                self.book(0, nth, 1)
        for people in waiting:
            self.join(0, {0, 1}, people)

    @property
    def may_cancel_surgery(self):
        """Not before much else has happened."""
        return self.now > NOW + DAY

    def teardown(self):
        transaction.set_rollback(True)
        self.one_life.__exit__(None, None, None)

    # Time passes, and the worker comes --------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 31, 60, 12 * 60, 24 * 60, 48 * 60]))
    def time_passes(self, minutes):
        self.now += datetime.timedelta(minutes=minutes)

    @rule(evening=st.sampled_from(EVENING), minutes=st.sampled_from([-125, -119, -1, 1, 46, 90]))
    def it_is_nearly_time(self, evening, minutes):
        """To just before the last two hours, into them, or into the evening itself."""
        moment = self._surgery(evening).starts_at + datetime.timedelta(minutes=minutes)
        self.now = max(self.now, moment)

    @rule()
    def a_worker_comes(self):
        self._try(owe_what_follows)
        for message in Message.objects.due(self.now).select_related(
            "booking__attendee", "booking__surgery", "helping__helper", "helping__surgery"
        ):
            self._send_message(message)

    def _send_message(self, message):
        if message.expires_at <= self.now:
            message.state = MessageState.EXPIRED
        elif not is_still_wanted(message):
            message.state = MessageState.CANCELLED
        else:
            message.state, message.sent_at = MessageState.SENT, self.now
            message.attempts_made += 1
            Attempt.objects.create(
                message=message,
                number=message.attempts_made,
                worker="w",
                started_at=self.now,
                finished_at=self.now + datetime.timedelta(milliseconds=1),
                outcome="sent",
            )
        message.save()

    # After every step ------------------------------------------------------------------

    @invariant()
    def every_promise_is_kept(self):
        if not self.something_happened:
            return
        self.something_happened = False
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        broken = broken_promises(self.now)
        assert not broken, [(one.promise.sentence, one.rows) for one in broken]


def _may_be(words):
    """The strategy for what may be said: one of a tuple, or some of a set."""
    if isinstance(words, frozenset):
        return st.sets(st.sampled_from(sorted(words)), min_size=1)
    return st.sampled_from(words)


for _name, _deed in Deeds.all().items():
    _said = {argument: _may_be(words) for argument, words in _deed.said.items()}
    setattr(Life, _name, rule(**_said)(_deed))
