"""Signs of life, so that beat sees whether a worker answers, and /readyz whether beat rings."""

from django.db import transaction

from surgeries.models import Heartbeat


@transaction.atomic
def note_heartbeat(name, *, now):
    """Write down that `name`, one of Heart, is at work; in one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)],
        update_conflicts=True,
        update_fields=["at"],
        unique_fields=["name"],
    )
