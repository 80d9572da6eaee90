"""Whether a series sends texts, and how many a month."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.models import Series

MOST = Series._meta.get_field("texts_a_month").validators[0].limit_value


class TextsForm(forms.Form):
    """On or off, and the most a month."""

    on = forms.BooleanField(
        label=_("Send texts to people who gave us a mobile number"), required=False
    )
    a_month = forms.IntegerField(
        label=_("How many texts a month at most?"),
        min_value=0,
        max_value=MOST,
        help_text=_("When they are used up, people stand on your ring list instead."),
        error_messages={
            "required": _("Enter a number, like 200."),
            "invalid": _("Enter a number, like 200."),
        },
    )

    @classmethod
    def of(cls, series, data=None):
        """The form with what `series` has set."""
        return cls(data, initial={"on": series.sends_texts, "a_month": series.texts_a_month})
