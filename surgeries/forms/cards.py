"""Answers to a card: whom people trust, or why it is put aside."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.states import PutAsideFor

LONGEST_NAME = 60  # so that what to say to them fits in one text


class TrustForm(forms.Form):
    """One or two people or groups, in her words."""

    first = LineField(
        label=_("Somebody they trust, or a group"),
        most=LONGEST_NAME,
        error_messages={"required": _("Enter whom they trust, like “Bev from the lunch club”.")},
    )
    second = LineField(label=_("And another"), most=LONGEST_NAME, required=False)

    @property
    def names(self):
        return [self.cleaned_data["first"], self.cleaned_data["second"]]


class PutAsideForm(forms.Form):
    """A reason from a short list, and a word about it."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=PutAsideFor,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why, so that you know it next time.")},
    )
    words = LineField(label=_("A word about it"), most=300, required=False)
