"""How many texts a series has used this month, and how many it may."""

from dataclasses import dataclass
from datetime import date

from surgeries.models import Quota
from surgeries.rules.texts import month_of, series_scope


@dataclass(frozen=True)
class TextsUsed:
    """The texts of one month; a long text counts as often as it is charged."""

    month: date
    used: int
    most: int

    @property
    def left(self) -> int:
        """How many may still be sent this month."""
        return max(0, self.most - self.used)


def texts_used(series, now) -> TextsUsed:
    """What `series` has used of its texts in the month of `now`."""
    month = month_of(now)
    used = Quota.objects.filter(scope=series_scope(series.pk), period=month)
    return TextsUsed(month, used.values_list("used", flat=True).first() or 0, series.texts_a_month)
