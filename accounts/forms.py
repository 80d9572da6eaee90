"""What a person types to come in, and her name."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context, ratelimit
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AddressField(forms.EmailField):
    """One email address, in lower case.

    Quotes are refused: `"a@b.org, c"@d.org` is a lawful address, and some mail servers would send
    to two.
    """

    default_error_messages = {
        "required": _("Enter an email address."),
        "invalid": _("Enter an email address like name@example.org."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=254, **kwargs)

    def to_python(self, value):
        return super().to_python(value).lower()

    def clean(self, value):
        email = super().clean(value)
        if '"' in email:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return email


class SignInForm(forms.Form):
    email = AddressField(
        label=_("Your email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self):
        """No more than a few codes a minute to one address or from one place."""
        email = self.cleaned_data["email"]
        if not may_send_code(email):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email


def may_send_code(email):
    """Count one code to `email`; False when it would be too many (allauth's own limit)."""
    return bool(ratelimit.consume(context.request, action="request_login_code", key=email))


class CodeForm(ConfirmLoginCodeForm):
    code = forms.CharField(
        label=_("The 6 figures in the mail"),
        max_length=20,
        error_messages={"required": _("Enter the 6 figures of the code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input w24"}
        ),
    )


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": _("Your team sees it, and those you invite.")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
