"""Figures of months that are over, added up once.

A trigger in the database (`migrations/unfold*.sql`) deletes a month in the transaction that changes
anything they count, so what stands here is always true. `surgeries.actions.figures` adds the month
up again; until then it is counted from its bookings.
"""

from django.db import models


class FoldedMonth(models.Model):
    """What one series did in a month that is over: its presence says that the month is folded.

    `evenings` took place, of `surgeries` an outcome is recorded, of `written_down` anything is
    known. `left_out` are evenings whose register nobody filled in: [[number, date, booked], …].
    The last six count bookings by how we know who told people (surgeries/turnout/coverage.py).
    """

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    evenings = models.PositiveIntegerField()
    surgeries = models.PositiveIntegerField()
    written_down = models.PositiveIntegerField()
    head_count = models.PositiveIntegerField()
    left_out = models.JSONField()
    only_said = models.PositiveIntegerField()
    only_followed = models.PositiveIntegerField()
    both = models.PositiveIntegerField()
    agree = models.PositiveIntegerField()
    neither = models.PositiveIntegerField()
    not_understood = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "month"], name="a_month_is_folded_once"),
        ]

    def __str__(self):
        return f"{self.series}, {self.month:%B %Y}"


class MonthFigures(models.Model):
    """The figures of one network in a folded month (model.md); without a network: "Not known"."""

    folded = models.ForeignKey(FoldedMonth, on_delete=models.CASCADE, related_name="figures")
    network = models.ForeignKey(
        "surgeries.Network", on_delete=models.CASCADE, null=True, related_name="+"
    )
    booked = models.PositiveIntegerField()
    came = models.PositiveIntegerField()
    did_not_come = models.PositiveIntegerField()
    walk_ins = models.PositiveIntegerField()
    new_people = models.PositiveIntegerField()
    surgeries = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "month figures"
        constraints = [
            models.UniqueConstraint(
                fields=["folded", "network"],
                nulls_distinct=False,
                name="one_row_per_month_and_network",
            ),
        ]

    def __str__(self):
        return f"{self.folded}: {self.network}"
