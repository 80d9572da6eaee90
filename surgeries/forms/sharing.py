"""Who we pass it on to, the text to send, and the word to say."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.rules.code_words import MOST
from surgeries.rules.names import tidy
from surgeries.rules.sharing import letters_wanted, person_and_group
from surgeries.turnout.attribution import all_named


class ShareForm(forms.Form):
    """The one question of passing it on, and a second one where the answer leaves it open.

    `which` asks which of two is meant. `agreed` is a person's own yes to our keeping the name;
    `asks_about` names whoever we have to ask about first, and `asked` says that we did.
    """

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
    which = forms.ChoiceField(
        label=_("Which one do you mean?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("There are two of this name. Choose one."),
            "invalid_choice": _("Choose one of those below."),
        },
    )
    agreed = forms.BooleanField(required=False)

    def __init__(self, *args, series=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.series, self.asks_about = series, ""
        who = tidy(self.data.get("who", ""))
        meant = all_named(series, who) if series and who else []
        self.meant = {f"{n.pk}-{c.pk if c else ''}": (n, c) for n, c in meant}
        if len(meant) < 2:
            del self.fields["which"]
        else:
            self.fields["which"].choices = [
                (value, _at(who, network) if connector else network.name)
                for value, (network, connector) in self.meant.items()
            ]

    def clean(self):
        answers = super().clean()
        who = answers.get("who", "")
        person, group = person_and_group(tidy(who))
        if person and not self.meant and not answers["agreed"] and self.data.get("asked") != who:
            self.asks_about = "" if self._knows(person, group) else person
        return answers

    @property
    def chosen(self):
        """The network and the connector that were picked or are the only ones; or None."""
        picked = self.cleaned_data.get("which")
        if picked:
            return self.meant[picked]
        return next(iter(self.meant.values()), None)

    def _knows(self, person, group):
        networks = {network for network, _c in all_named(self.series, group)}
        known = [network.connectors.current().called(person) for network in networks]
        return any(known)


def _at(who, network):
    return gettext("%(who)s at %(network)s") % {"who": who, "network": network.name}


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


class CodeWordForm(forms.Form):
    """What people say when somebody asks who told them."""

    word = LineField(
        label=_("Which word?"),
        help_text=_("Easy to say and to hear. No other network of yours has it."),
        most=MOST,
        error_messages={
            "required": _("Enter a word that is easy to say, of 3 to 24 letters, like “Robin”.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
