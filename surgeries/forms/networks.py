"""Who we pass it on to, the text to send, and what a network is."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.models import Network
from surgeries.rules.names import tidy
from surgeries.rules.sharing import letters_wanted, person_and_group
from surgeries.states import Language
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
