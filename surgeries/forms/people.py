"""Looking for somebody."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PeopleSearchForm(forms.Form):
    """A name or a group, or nothing for everybody."""

    q = forms.CharField(
        label=_("Name or group"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
