"""The Celery application: who publishes, and who works.

Measured in trials with killed workers and a frozen Redis: a publisher must give up at
once (a page waits for it), a worker must wait patiently and take back what a dead worker
left behind. So the settings hold the publisher's options and a worker changes them.
"""

import os

from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("surgeries")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def wait_patiently(conf, **_):
    """Give a worker its own transport options before it connects."""
    conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS
