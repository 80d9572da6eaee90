"""For whom a page of figures is, and what it hides."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.models import SharedView
from surgeries.rules.outside import may_be_named
from surgeries.rules.suppression import HIGHEST_THRESHOLD


class SharedViewForm(forms.Form):
    """For whom, and about what: everything, or one network."""

    for_whom = forms.CharField(
        label=_("Who is it for?"),
        max_length=SharedView._meta.get_field("for_whom").max_length,
        help_text=_("Only you see this. Like “Awards for All, autumn”."),
        error_messages={"required": _("Say who it is for.")},
    )
    network = forms.ModelChoiceField(
        label=_("What does it show?"),
        queryset=None,
        required=False,
        empty_label=_("The whole series, by network"),
        error_messages={"invalid_choice": _("Choose one of your networks.")},
    )

    def __init__(self, *args, series, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["network"]
        field.queryset = series.networks.all()
        named = [n for n in field.queryset if may_be_named(n)]
        field.choices = [("", field.empty_label), *((n.pk, n.name) for n in named)]


class HidingForm(forms.Form):
    """Below which number a count is hidden: it only rises."""

    below = forms.TypedChoiceField(
        label=_("Hide counts of people below"),
        coerce=int,
        help_text=_("This can be raised later, and not lowered."),
    )

    def __init__(self, *args, series, **kwargs):
        super().__init__(*args, initial={"below": series.hides_below}, **kwargs)
        numbers = range(series.hides_below, HIGHEST_THRESHOLD + 1)
        self.fields["below"].choices = [(number, number) for number in numbers]
