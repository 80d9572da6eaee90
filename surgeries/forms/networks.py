"""What a network is, the groups in it, and which other one it is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.models import Network
from surgeries.states import Language


class NetworkForm(forms.ModelForm):
    """What a network is, and whether its name stays among ourselves."""

    name = LineField(
        label=_("What is it called?"),
        error_messages={"required": _("Enter the name, like “Highgate Tenants”.")},
    )
    area = LineField(label=_("Which area is it for?"), most=120, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Which languages do its people read?"),
        choices=Language,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "picks--two"}),
    )

    class Meta:
        model = Network
        fields = ("name", "kind", "area", "about", "hoped_for", "private", "languages")
        labels = {
            "about": _("What do you know about it?"),
            "hoped_for": _("How many people do you hope for each time?"),
            "kind": _("What kind of group is it?"),
            "private": _("Keep its name to ourselves"),
        }
        help_texts = {
            "private": _(
                "Then it is not suggested to anybody who books. We start like this for faith, "
                "health, union and support groups."
            ),
        }
        widgets = {
            "about": forms.Textarea(attrs={"rows": 4}),
            "hoped_for": forms.NumberInput(attrs={"min": 1, "max": 200, "inputmode": "numeric"}),
        }
        error_messages = {
            "hoped_for": {"invalid": _("Enter a number, like 3.")},
        }


class GroupForm(forms.Form):
    """A group of people that belongs to a network, by its name."""

    name = LineField(
        label=_("Name of the group"),
        widget=forms.TextInput(attrs={"list": "groups", "autocomplete": "off"}),
        error_messages={"required": _("Enter the name of the group, like “Knit & Natter”.")},
    )


class MergeForm(forms.Form):
    """Which other network this one is."""

    into = forms.ModelChoiceField(
        None,
        label=_("Which network is it?"),
        empty_label=_("Choose one"),
        error_messages={
            "required": _("Choose the network that this one is."),
            "invalid_choice": _("Choose one of the networks in the list."),
        },
    )

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others
