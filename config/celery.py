"""The Celery application: who publishes, and who works.

Measured in trials with killed workers and a frozen Redis: a publisher must give up at
once (a page waits for it), a worker must wait patiently and take back what a dead worker
left behind. So the settings hold the publisher's options and a worker changes them.
"""

import mmap
import os

from celery import Celery
from celery.signals import celeryd_init, worker_shutting_down
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class SharedFlag:
    """One byte that a process shares with those it forks, and no lock that could die with one."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Set it for all of them."""
        self._byte[0] = 1

    def is_set(self) -> bool:
        """Whether one of them has set it."""
        return bool(self._byte[0])


class Surgeries(Celery):
    """`is_ending` tells the tasks of a worker that it was told to end: whoever tells it tells only
    the parent, and a task runs in a child. It is asked between two messages.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_ending = SharedFlag()


app = Surgeries("surgeries")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def wait_patiently(conf, **_):
    """Give a worker its own transport options before it connects."""
    conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS


@worker_shutting_down.connect
def let_the_tasks_end(**_):
    """Let every process of this worker finish what it has in hand and no more."""
    app.is_ending.set()
