"""The last sign of life of those who work in the background."""

from django.db import models

from surgeries.states import Heart


class HeartbeatQuerySet(models.QuerySet):
    def silence_of(self, name, now):
        """How long ago `name` last gave a sign of life, or None if it never did."""
        last = self.filter(name=name).values_list("at", flat=True).first()
        return now - last if last else None


class Heartbeat(models.Model):
    """When beat, and when a worker, last showed that it does its rounds; written over each time.

    It stands in the database, because a dead Redis must not read as a dead beat.
    """

    name = models.CharField(max_length=8, choices=Heart, primary_key=True)
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self):
        return f"{self.name} at {self.at:%H:%M:%S}"
