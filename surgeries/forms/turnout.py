"""Which period of which series the turnout page is about (R60)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MONTHS = {"12": 12, "6": 6, "3": 3}
LAST_YEAR, ALL_TIME, OWN = "12", "all", "own"
PERIODS = {
    "12": gettext_lazy("Last 12 months"),
    "6": gettext_lazy("Last 6 months"),
    "3": gettext_lazy("Last 3 months"),
    "all": gettext_lazy("All time"),
    "own": gettext_lazy("From one date to another"),
}


class PeriodForm(forms.Form):
    """Period and series. Dates that are filled in outrank the period."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)
    series = forms.ChoiceField(
        label=gettext_lazy("Surgery"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of your surgeries.")},
    )
    start = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date, like 2026-11-11.")},
    )
    end = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date, like 2026-11-11.")},
    )

    def __init__(self, data, *, today: date, series, mine=None):
        asked = data.copy()
        asked.setdefault("series", series.slug)
        asked["period"] = self._period(asked)
        super().__init__(asked)
        self.today = today
        self.fields["series"].choices = mine or [(series.slug, series.name)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @staticmethod
    def _period(asked):
        if asked.get("start") or asked.get("end"):
            return OWN
        return asked.get("period") if asked.get("period") in (*MONTHS, ALL_TIME) else LAST_YEAR

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start > end:
            self.add_error("end", _("Choose a day after the first one."))
        return cleaned

    @property
    def dates(self) -> tuple[date | None, date | None]:
        """First and last day of the period; None is open. The last year when it is not valid."""
        if self.is_valid() and self.data["period"] == OWN:
            return self.cleaned_data["start"], self.cleaned_data["end"]
        if self.data["period"] == ALL_TIME:
            return None, None
        months = MONTHS.get(self.data["period"], MONTHS[LAST_YEAR])
        return self.today - relativedelta(months=months) + timedelta(days=1), None

    @property
    def in_words(self) -> str:
        """ "last 12 months", "from 1 July 2026 to 31 July 2026"."""
        if not self.is_valid() or self.data["period"] != OWN:
            name = self.data["period"] if self.is_valid() else LAST_YEAR
            return str(PERIODS[name]).lower()
        start, end = (day and date_format(day, "j F Y") for day in self.dates)
        if not end:
            return _("from %(start)s") % {"start": start}
        if not start:
            return _("to %(end)s") % {"end": end}
        return _("from %(start)s to %(end)s") % {"start": start, "end": end}

    @property
    def query(self) -> dict[str, str]:
        """What to hand on in links, so that a list is of the same period as its number."""
        if self.data["period"] != OWN:
            return {"period": self.data["period"]}
        return {name: self.data[name] for name in ("start", "end") if self.data.get(name)}
