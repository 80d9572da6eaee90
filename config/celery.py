"""The Celery application: who publishes, and who works.

Measured in trials with killed workers and a frozen Redis: a publisher must give up at
once (a page waits for it), a worker must wait patiently and take back what a dead worker
left behind. So the settings hold the publisher's options and a worker changes them.
"""

import os

from celery import Celery
from celery.signals import celeryd_init, task_postrun
from django.conf import settings
from django.core.cache import cache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HEARTBEAT = "last-tick"  # in the cache while ticks come
HEARTBEAT_LASTS = 120  # seconds; a tick comes every 15

app = Celery("surgeries")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def wait_patiently(conf, **_):
    """Give a worker its own transport options before it connects."""
    conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS


@task_postrun.connect
def note_heartbeat(task, **_):
    """Let /readyz see that beat and a worker are alive: a tick came through both."""
    if task.name == "surgeries.tasks.tick":
        cache.set(HEARTBEAT, True, timeout=HEARTBEAT_LASTS)
