"""One import of a register, so that it can be undone as a whole; and a table not yet imported."""

from django.conf import settings
from django.db import models

from surgeries.rules.imports import table_from


class ImportRun(models.Model):
    """What was read, what it did, and what it changed in rows that were there before.

    `before` holds, for each booking that was merged into, the values it had and got:
    {"booking id": {"field": [before, after]}}.
    """

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="imports")
    filename = models.CharField(max_length=200)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict)
    before = models.JSONField(default=dict)

    def __str__(self):
        return self.filename


class ImportDraft(models.Model):
    """A table somebody uploaded and has not said yes to yet, as CSV; gone after a day."""

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "owner"], name="one_import_draft_per_person_and_series"
            ),
        ]

    def __str__(self):
        return self.filename

    @property
    def table(self):
        """(line, cells) for each row; the first one names the columns."""
        return table_from(self.text)
