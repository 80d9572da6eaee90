"""A trusted person in a network: what we may keep, and how they like to be asked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import ContactField, LineField
from surgeries.states import AskBy


class ConnectorForm(forms.Form):
    """Name and contact only with that person's own yes; without it a role is enough."""

    role = LineField(
        label=_("What does this person do there?"),
        most=120,
        required=False,
        help_text=_("Like “the caretaker” or “runs the kitchen”. You need no name for this."),
    )
    agreed = forms.BooleanField(
        label=_("This person agreed that we keep the name"),
        required=False,
        help_text=_("Ask first. Without this tick we keep no name and no number."),
    )
    name = LineField(label=_("Name"), most=120, required=False)
    contact = ContactField(label=_("Phone number or email address"), required=False)
    ask_by = forms.ChoiceField(
        label=_("How does this person like to be asked?"),
        choices=[("", _("I do not know yet")), *AskBy.choices],
        required=False,
    )
    shown = forms.BooleanField(
        label=_("We may show the name to people who book"),
        required=False,
    )
    digest = forms.BooleanField(
        label=_("Send a note before each surgery: who is coming through this person"),
        required=False,
    )
    note = LineField(label=_("Anything to remember"), most=300, required=False)

    def clean(self):
        answers = super().clean()
        told = answers.get("name") or answers.get("contact")
        if told and not answers.get("agreed"):
            self.add_error("agreed", _("Tick this once the person agreed, or take the name out."))
        return answers

    @classmethod
    def of(cls, connector, data=None):
        """The form as it stands for one connector."""
        return cls(
            data,
            initial={
                "role": connector.role,
                "agreed": bool(connector.agreed_at),
                "name": connector.name,
                "contact": connector.contact,
                "ask_by": connector.ask_by,
                "shown": bool(connector.name_shown_from),
                "digest": bool(connector.digest_from),
                "note": connector.note,
            },
        )
