"""Who we pass it on to, the text to send, and what a network is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.models import Network
from surgeries.rules.sharing import letters_wanted


class ShareForm(forms.Form):
    """The one question of passing it on."""

    who = forms.CharField(
        label=_("Who are you sending this to?"),
        help_text=_("A person or a group, like “Sharon at Highgate Tenants”."),
        max_length=330,
        error_messages={
            "required": _("Enter a person or a group, like “Sharon at Highgate Tenants”."),
            "max_length": _("Shorten the name to 200 letters."),
        },
        widget=forms.TextInput(attrs={"list": "known", "autocomplete": "off"}),
    )


class TextForm(forms.Form):
    """The text to send; 80 to 160 letters, so that it is one text message."""

    text = forms.CharField(
        label=_("Text to send"),
        help_text=_("Change it as you like. Keep the link."),
        strip=True,
        error_messages={"required": _("Write what you want to send.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_text(self):
        # A browser sends a line break as two characters; people count it as one.
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if wrong := letters_wanted(text):
            raise forms.ValidationError(wrong)
        return text


class NetworkForm(forms.ModelForm):
    """What a network is, and whether its name stays among ourselves."""

    class Meta:
        model = Network
        fields = ("name", "kind", "area", "private")
        labels = {
            "name": _("What is it called?"),
            "kind": _("What kind of group is it?"),
            "area": _("Which area is it for?"),
            "private": _("Keep its name to ourselves"),
        }
        help_texts = {
            "private": _(
                "Then it is not suggested to anybody who books. We start like this for faith, "
                "health, union and support groups."
            ),
        }
        error_messages = {"name": {"required": _("Enter the name, like “Highgate Tenants”.")}}
