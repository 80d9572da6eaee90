"""Which surgeries the way is about: a period, a series or all of hers, or one evening."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.turnout import PeriodForm
from surgeries.templatetags.words import day_and_year

ALL_SERIES = "all"


class WayForm(PeriodForm):
    """As PeriodForm, also for all series together and for one surgery, which has no period."""

    surgery = forms.TypedChoiceField(
        label=_("One date only"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data, *, today, series, mine, surgeries):
        several = [(ALL_SERIES, _("All my series"))] if len(mine) > 1 else []
        super().__init__(data, today=today, series=series, mine=[*mine, *several])
        dates = [(surgery.pk, day_and_year(surgery.on)) for surgery in surgeries]
        self.fields["surgery"].choices = [("", _("All dates")), *dates]

    @property
    def is_for_all(self) -> bool:
        """Whether it is about all of her series."""
        return self.is_valid() and self.cleaned_data["series"] == ALL_SERIES

    @property
    def one_surgery(self) -> int | None:
        """The key of the one surgery it is about."""
        return None if not self.is_valid() or self.is_for_all else self.cleaned_data["surgery"]

    @property
    def query(self) -> dict[str, str]:
        """What to hand on in links, so that a list is of the same people as its number."""
        asked = dict(super().query)
        if self.is_for_all:
            asked["series"] = ALL_SERIES
        if self.one_surgery:
            asked["surgery"] = str(self.one_surgery)
        return asked
