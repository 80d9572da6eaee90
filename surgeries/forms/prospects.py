"""Lines of the three lists, and the network that one turns out to be about."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.states import RecipeList


class ProspectForm(forms.Form):
    """One more line on one of the three lists."""

    list = forms.ChoiceField(choices=RecipeList)
    who = LineField(
        label=_("Who?"),
        error_messages={"required": _("Enter who it is, like “the choir” or “the caretaker”.")},
    )
    note = LineField(label=_("A word about it"), most=300, required=False)


class ProspectNetworkForm(forms.Form):
    """The network a line is about: one we have, or a new one."""

    name = LineField(
        label=_("Which network is it?"),
        help_text=_("Choose one that you have, or give a new one its name."),
        error_messages={"required": _("Enter the name, like “Highgate Tenants”.")},
        widget=forms.TextInput(attrs={"list": "known", "autocomplete": "off"}),
    )
