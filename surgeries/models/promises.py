"""Each look at our own promises: when, and what was broken."""

from django.db import models


class PromiseCheck(models.Model):
    """One run of check_promises. `broken` is {promise: number of rows that break it}."""

    checked_at = models.DateTimeField()
    broken = models.JSONField(default=dict)

    class Meta:
        ordering = ["-checked_at", "-pk"]
        indexes = [models.Index(fields=["-checked_at"], name="promise_check_latest")]

    def __str__(self):
        return f"{self.checked_at:%d %B %Y}: {'broken' if self.broken else 'kept'}"
