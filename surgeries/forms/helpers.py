"""Offering to help: what we ask of somebody who has no account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressField
from surgeries.forms.contacts import LineField
from surgeries.forms.limits import StrangersForm
from surgeries.states import HelpingStyle


class HelpingOfferForm(StrangersForm):
    """ "Just this once" first, a regular evening last; a name is public only with a tick."""

    style = forms.ChoiceField(
        label=_("How would you like to start?"),
        choices=HelpingStyle.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three. “Just this once” is fine.")},
    )
    name = LineField(
        label=_("Your name"),
        most=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("So that we can answer you. We write about your evenings only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address, like name@example.org."),
            "invalid": _("Enter one email address, like name@example.org."),
        },
    )
    can_help_with = LineField(
        label=_("What can you help with?"),
        most=300,
        required=False,
        help_text=_("Like photos, Facebook or a newsletter. Being good with people is enough."),
    )
    show_name = forms.BooleanField(
        label=_("You may show my first name on the page"), required=False
    )
