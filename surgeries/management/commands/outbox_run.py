"""Send what we owe, without Celery: once, or every 15 seconds with --loop."""

import logging

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from surgeries.actions.leases import is_a_blink
from surgeries.actions.sending import sweep
from surgeries.clock import database_now
from surgeries.tasks import name_of_this_worker, told_to_stop

log = logging.getLogger(__name__)

PERIOD = 15  # seconds


class Command(BaseCommand):
    help = "Owes the reminders that are due and sends what may leave. For machines without beat."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="go on every 15 seconds")

    def handle(self, *, loop, **options):
        with told_to_stop() as stopping:
            while not stopping():
                try:
                    _round(stopping)
                except Exception as fault:
                    if not (loop and is_a_blink(fault)):
                        raise
                    log.warning("The database is away; we look again in %s seconds.", PERIOD)
                if not loop:
                    break
                stopping.wait(PERIOD)


def _round(stopping):
    close_old_connections()
    sweep(now=database_now(), worker=name_of_this_worker(), stopping=stopping)
