"""What people write back to us by text, and how much may be sent."""

import uuid

from django.db import models
from django.db.models import Q

from surgeries.states import ReplyMeaning


class ReplyQuerySet(models.QuerySet):
    def unread(self):
        """Nobody of the team has read them yet, oldest first."""
        return self.filter(
            meaning=ReplyMeaning.UNCLEAR, read_at=None, series__isnull=False
        ).order_by("received_at", "pk")


class Reply(models.Model):
    """A text from a number we know. `provider_ref` makes a webhook that calls twice harmless."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider_ref = models.CharField(max_length=80, unique=True)
    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    attendee = models.ForeignKey(
        "surgeries.Attendee",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
    )
    booking = models.ForeignKey(
        "surgeries.Booking", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=500, blank=True)
    meaning = models.CharField(max_length=16, choices=ReplyMeaning)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(
                condition=Q(meaning__in=ReplyMeaning.values), name="reply_meaning_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.get_meaning_display()}, {self.received_at:%d %B %Y}"


class Quota(models.Model):
    """How much of something was used in one period, so that a limit holds for all workers at once.

    `scope` says whose it is and of what, like "series:7:texts"; a person's contact stands there
    only as a keyed hash. `period` is the first day of it, `most` what was allowed when last asked.
    """

    scope = models.CharField(max_length=120)
    period = models.DateField()
    used = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "period"], name="one_quota_per_period"),
        ]

    def __str__(self):
        return f"{self.scope} from {self.period}: {self.used}"
