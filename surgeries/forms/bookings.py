"""At most seven questions to somebody who may never have filled in a form, and what follows."""

import uuid

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import AddressField
from surgeries.forms.contacts import ContactField, LineField
from surgeries.states import Goal, Level
from surgeries.templatetags.words import clock

TAKEN = _("Somebody has just taken the last place at that time. Choose another one.")
NEEDS_WORDING = _("Yes, keep this to make the evening easier for me, until 7 days after it")
NEWS_WORDING = _("Yes, tell me about later surgeries")


def _goals():
    """The goals as taps; whoever does not know yet is told that this is fine."""
    for value, label in Goal.choices:
        if value == Goal.UNSURE:
            label = format_html(
                "{}<small>{}</small>", label, _("That’s fine. We’ll start with a chat.")
            )
        yield value, label


def _goal_field():
    return forms.ChoiceField(
        label=_("What would you like to get done?"),
        choices=lambda: list(_goals()),
        error_messages={
            "required": _("Choose what you would like to do, or “Not sure yet”"),
            "invalid_choice": _("Choose what you would like to do, or “Not sure yet”"),
        },
        widget=forms.RadioSelect(attrs={"class": "picks--two"}),
    )


def _name_field():
    return LineField(
        label=_("Your name"),
        error_messages={"required": _("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input w24"}),
    )


def _contact_field():
    return ContactField(
        label=_("Your phone number or email"),
        help_text=_("Only to remind you. With a phone number alone, we will ring you."),
        error_messages={"required": _("Enter a phone number or an email address")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "input w24",
            }
        ),
    )


def _slot_field():
    return forms.TypedChoiceField(
        label=_("When will you arrive?"),
        coerce=int,
        error_messages={"required": _("Choose a time"), "invalid_choice": TAKEN},
        widget=forms.RadioSelect(attrs={"class": "picks--two"}),
    )


def _times(slots, mine=None):
    """A tap for each arrival time, with how many places it has left; `mine` is held already."""
    for slot in slots:
        left = ngettext("%(places)d place left", "%(places)d places left", slot.free_places) % {
            "places": slot.free_places
        }
        said = _("Your time now") if slot.pk == mine else left
        yield slot.pk, format_html("{}<small>{}</small>", clock(slot.starts_local), said)


class BookingForm(forms.Form):
    """Seven questions; the hidden ones make a double press one booking and keep the link's code.

    `slots` are the arrival times on offer, with `free_places`; `networks` the suggestions for who
    told her, read only when the form is drawn.
    """

    goal = _goal_field()
    slot = _slot_field()
    name = _name_field()
    contact = _contact_field()
    group = LineField(
        label=_("Your group or club"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "class": "input w24"}),
    )
    level = forms.TypedChoiceField(
        label=_("How are you with computers and phones?"),
        choices=Level.choices,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    told = LineField(
        label=_("Who told you about this?"),
        help_text=_("A person or a group. It helps us thank them."),
        required=False,
        widget=forms.TextInput(
            attrs={"list": "who-told", "autocomplete": "off", "class": "input w24"}
        ),
    )
    request_key = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, slots, networks=(), code="", **kwargs):
        super().__init__(*args, **kwargs)
        self.networks = networks
        self.offer(slots)
        self.initial["request_key"] = _signed_key()
        self.initial["code"] = code

    def clean_request_key(self):
        """The key of this form; one that we did not sign counts for nothing."""
        try:
            return uuid.UUID(_signer().unsign(self.cleaned_data["request_key"]))
        except (BadSignature, ValueError):
            return uuid.uuid4()

    def clean_code(self):
        return self.cleaned_data["code"][:16]

    def offer(self, slots):
        """Offer these arrival times; a single one is chosen for her."""
        self.fields["slot"].choices = list(_times(slots))
        if len(slots) == 1:
            self.initial["slot"] = slots[0].pk

    def renew(self):
        """Make the form ready to be sent once more, for somebody else."""
        self.data = self.data.copy()
        self.data["request_key"] = _signed_key()

    def answers(self):
        """What `book_slot` wants to know, but for the slot."""
        wanted = ("name", "contact", "goal", "level", "group", "request_key", "code")
        return {name: self.cleaned_data[name] for name in wanted} | {
            "said": self.cleaned_data["told"]
        }


class ChangeForm(forms.Form):
    """What a booking says of somebody, to be put right by herself."""

    slot = _slot_field()
    goal = _goal_field()
    name = _name_field()
    contact = _contact_field()

    def __init__(self, *args, booking, slots, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = list(_times(slots, mine=booking.slot_id))
        self.fields["contact"].required = booking.attendee.contact is not None
        self.initial = {
            "slot": booking.slot_id,
            "goal": booking.goal,
            "name": booking.attendee.name,
            "contact": booking.attendee.contact,
        }

    def answers(self, slots):
        """What `change_booking` wants to know; `slots` are those that were offered."""
        chosen = self.cleaned_data.pop("slot")
        slot = next(slot for slot in slots if slot.pk == chosen)
        return self.cleaned_data | {"slot": slot}


class EasierForm(forms.Form):
    """What would make it easier to come, and whether we may write about later surgeries."""

    needs = LineField(
        label=_("What would make it easier for you to come?"),
        help_text=_(
            "Like a chair near the door, large print, or a quiet corner. "
            "Only the people who run the evening see it."
        ),
        most=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.BooleanField(label=NEEDS_WORDING, required=False)
    news = forms.BooleanField(label=NEWS_WORDING, required=False)

    def clean(self):
        answers = super().clean()
        if answers.get("needs") and not answers.get("agreed"):
            self.add_error("agreed", _("Tick this so that we may keep it, or leave it empty"))
        return answers

    def answers(self):
        """What `make_easier` wants to know, with the words that were ticked."""
        return {
            "needs": self.cleaned_data["needs"],
            "news": self.cleaned_data["news"],
            "news_wording": str(NEWS_WORDING),
        }


class LinkAgainForm(forms.Form):
    """Where the links are to be sent: it must be the address that the booking was made with."""

    email = AddressField(
        label=_("Your email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input w24"}),
    )


def _signer():
    return Signer(salt="booking form")


def _signed_key():
    return _signer().sign(str(uuid.uuid4()))
