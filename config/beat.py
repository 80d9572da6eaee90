"""Beat, which rings for the rounds and looks whether somebody comes.

Redis carries the bell. Where it is dead, frozen or deaf, or no worker answers, beat does the round
itself: so mail leaves within a minute without Redis and without a worker.
"""

import datetime
import logging

from celery.beat import PersistentScheduler, SchedulingError
from django.db import close_old_connections

from surgeries.actions.heartbeats import note_heartbeat
from surgeries.clock import database_now
from surgeries.models import Heartbeat
from surgeries.states import Heart

log = logging.getLogger(__name__)

NOBODY_CAME = datetime.timedelta(seconds=40)


class Watch(PersistentScheduler):
    """A scheduler that never waits for Redis, and does what it cannot get done."""

    # Each ring borrows a connection and gives up at once; Celery's own would retry for an hour.
    producer = None

    def apply_entry(self, entry, producer=None):
        """Ring for one entry; do it here if that is in vain."""
        rang = self._ring(entry)
        try:
            close_old_connections()
            if not (self._somebody_comes() and rang):
                self.app.tasks[entry.task]()
        except Exception:
            log.exception("Beat could not do its round.")

    def _ring(self, entry):
        try:
            self.apply_async(entry, advance=False)
        except SchedulingError as fault:
            log.warning("Nobody hears the bell, so beat does it: %s", fault)
            return False
        return True

    def _somebody_comes(self):
        now = database_now()
        note_heartbeat(Heart.BEAT, now=now)
        silence = Heartbeat.objects.silence_of(Heart.WORKER, now)
        return silence is not None and silence < NOBODY_CAME
