"""Do bookings and messages keep their promises? Looked at every night, and by hand."""

import logging

from django.db import transaction

from surgeries.models import PromiseCheck
from surgeries.turnout.promises import broken_promises, one_look

log = logging.getLogger(__name__)


def check_promises(*, now):
    """Look at every promise and write down what came of it; returns those that are broken.

    Reads in a transaction of its own, as of one moment, and may run while people book.
    """
    with one_look():
        broken = broken_promises(now)
    for one in broken:
        log.error("broken promise %s: %s rows", one.promise.name, len(one.rows))
    _write_down(broken, now)
    return broken


@transaction.atomic
def _write_down(broken, now):
    PromiseCheck.objects.create(
        checked_at=now, broken={one.promise.name: len(one.rows) for one in broken}
    )
