"""People: who was rung."""

from django.db import transaction


@transaction.atomic
def record_rung(booking, *, by, now):
    """Somebody of the team rang her, so she leaves the ring list (R26)."""
    booking.rung_at = now
    booking.save(update_fields=["rung_at"])


@transaction.atomic
def take_back_rung(booking, *, by, now):
    """It was the wrong name: she stands on the ring list again."""
    booking.rung_at = None
    booking.save(update_fields=["rung_at"])
