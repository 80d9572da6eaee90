"""What the form of a stranger carries beside its questions: its key, its age, a trap."""

import datetime
import uuid

from django import forms
from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.utils.translation import gettext_lazy as _

CAUGHT = _(
    "A box that nobody sees was filled in, perhaps by your browser. We have emptied it. "
    "Press the button once more."
)


class Trap(forms.TextInput):
    """A box that nobody sees, hears or reaches. A program that fills in every box fills it in."""

    template_name = "surgeries/limits/trap.html"
    is_hidden = True


class StrangersForm(forms.Form):
    """A form that anybody may send, without an account and without a cookie.

    The key makes a double press one form; it is signed with the time at which the form was drawn,
    so `open_since` is true, or None for a key that is not ours.
    """

    request_key = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(required=False, widget=Trap)

    open_since = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["request_key"] = signed_key()

    def clean_request_key(self):
        """The key of this form; one that we did not sign counts for nothing."""
        try:
            key, self.open_since = read_key(self.cleaned_data["request_key"])
        except (BadSignature, ValueError):
            return uuid.uuid4()
        return key

    def clean_website(self):
        """What a trap has caught is said above the form, because the box cannot be seen."""
        if self.cleaned_data["website"]:
            self.add_error(None, CAUGHT)
        return ""

    def renew(self):
        """Make the form ready to be sent once more, for somebody else."""
        self.data = self.data.copy()
        self.data["request_key"] = signed_key()

    def answers(self):
        """What was answered, without what the form carries."""
        carried = StrangersForm.base_fields
        return {name: said for name, said in self.cleaned_data.items() if name not in carried}


def signed_key():
    """A new key with the time, signed."""
    return _signer().sign(str(uuid.uuid4()))


def read_key(signed):
    """The key and when it was made; raises BadSignature or ValueError for one that is not ours."""
    key = uuid.UUID(_signer().unsign(signed))
    made_at = b62_decode(signed.rsplit(":", 2)[1])
    return key, datetime.datetime.fromtimestamp(made_at, datetime.UTC)


def _signer():
    return TimestampSigner(salt="booking form")
