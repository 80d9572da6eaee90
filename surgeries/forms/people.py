"""Looking for somebody, what came of a call, and where somebody is reached."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import ContactField
from surgeries.states import RingOutcome


class PeopleSearchForm(forms.Form):
    """A name or a group, or nothing for everybody."""

    q = forms.CharField(
        label=_("Name or group"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class RungForm(forms.Form):
    """What came of a call, in one tap; "some cannot" also says who of `party`."""

    SOME = "some"

    outcome = forms.ChoiceField(choices=[*RingOutcome.choices, (SOME, _("some can’t come"))])
    which = forms.ModelMultipleChoiceField(None, required=False)

    def __init__(self, *args, party, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["which"].queryset = party

    def clean(self):
        answers = super().clean()
        if answers.get("outcome") != self.SOME:
            return answers | {"which": ()}
        if not answers.get("which"):
            raise forms.ValidationError(_("Tick who can’t come."))
        return {
            "outcome": RingOutcome.CANNOT,
            "which": tuple(booking.pk for booking in answers["which"]),
        }


class PutRightForm(forms.Form):
    """Another address or number, where the one we have is wrong."""

    contact = ContactField(
        label=_("Phone number or email"),
        error_messages={"required": _("Enter a phone number or an email address")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
