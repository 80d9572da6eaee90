"""The register's words: a walk-in in two fields, and a head count."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField

BY_HAND = {"autocomplete": "off"}


class WalkInForm(forms.Form):
    """First name, and who told them. The key makes one press one person."""

    name = LineField(
        label=_("First name"),
        most=100,
        error_messages={"required": _("Enter a first name, or a nickname.")},
        widget=forms.TextInput(attrs=BY_HAND),
    )
    said = LineField(
        label=_("Who told them?"),
        required=False,
        widget=forms.TextInput(attrs=BY_HAND | {"list": "networks"}),
    )
    request_key = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput(attrs=BY_HAND))


class EveryoneForm(forms.Form):
    """ "That's everyone": the bookings of `surgery` that stood on the page she said yes to."""

    seen = forms.ModelMultipleChoiceField(None, required=False)

    def __init__(self, *args, surgery, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].queryset = surgery.bookings


class HeadCountForm(forms.Form):
    """How many came without a name."""

    head_count = forms.IntegerField(
        label=_("How many people came, besides the names tapped?"),
        min_value=0,
        max_value=999,
        error_messages={
            "required": _("Enter a number, like 7."),
            "invalid": _("Enter a number, like 7."),
            "min_value": _("Enter 0 or more."),
            "max_value": _("Enter 999 or less."),
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
