"""What a series says in its own words, and when it reminds people, where it differs from ours."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surgeries.states import REMINDERS, MessageKind


class ReminderTime(models.Model):
    """When one kind of reminder leaves; without a row it leaves as rules/reminders.py says.

    `at` is a wall-clock time of the series, or None for the time of arrival.
    """

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="reminder_times"
    )
    kind = models.CharField(max_length=24, choices=MessageKind)
    on = models.BooleanField(default=True)
    days_before = models.PositiveSmallIntegerField(
        _("days before"), validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    at = models.TimeField(_("at what time"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "kind"], name="one_time_per_reminder"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in REMINDERS]),
                name="only_reminders_have_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.days_before} days before"


class Wording(models.Model):
    """The words of one kind of message, with {placeholders}; an empty part is as we say it."""

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="wordings"
    )
    kind = models.CharField(max_length=24, choices=MessageKind)
    subject = models.CharField(_("subject"), max_length=150, blank=True)
    email = models.TextField(_("email"), max_length=2000, blank=True)
    text = models.CharField(_("text"), max_length=480, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "kind"], name="one_wording_per_kind"),
        ]

    def __str__(self):
        return self.get_kind_display()
