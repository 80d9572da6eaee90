"""What her link asks: who cannot come, when she sets off, which times suit, what to put right.

Nothing that we know of her is filled in. Whoever opens the link sees the ends of a contact and a
first name, and types anew what is to be changed (T-LNK-11, T-LNK-12).
"""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField, PhoneField
from surgeries.forms.questions import (
    accepts_field,
    contact_field,
    goal_field,
    name_field,
    slot_field,
    supporter_field,
    times,
)
from surgeries.models import Attendee
from surgeries.rules.names import short_name, told_apart
from surgeries.templatetags.words import masked

NEEDS_WORDING = _("Yes, keep this to make the evening easier for me, until 7 days after it")
NEWS_WORDING = _("Yes, tell me about later surgeries")
WRONG_TIME = _("Enter a time like 5:15pm")
AS_PEOPLE_WRITE = ("%H:%M", "%H:%M:%S", "%I:%M%p", "%I.%M%p", "%I%p", "%H.%M")


class ClockField(forms.TimeField):
    """A wall-clock time: from the browser's own field, or as people write it: 5.15 pm."""

    def __init__(self, **kwargs):
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        wrong = {"invalid": WRONG_TIME, "required": WRONG_TIME}
        super().__init__(
            input_formats=AS_PEOPLE_WRITE, error_messages=wrong, widget=widget, **kwargs
        )

    def to_python(self, value):
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)


class NextForm(forms.Form):
    """The evening that stood on the button."""

    on = forms.DateField()


class UndoForm(forms.Form):
    """Which of a party comes after all, by their number in it; she herself when it is empty."""

    whose = forms.IntegerField(required=False)


class SetOffForm(forms.Form):
    """When she means to leave home (R17); an empty answer takes it back."""

    at = ClockField(label=_("What time will you set off?"), required=False)

    def __init__(self, *args, booking, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["at"] = booking.sets_off_at


class TimesForm(forms.Form):
    """Which arrival times would suit somebody who waits."""

    accepts = accepts_field()

    def __init__(self, *args, slots, accepted=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = slots
        self.fields["accepts"].choices = times(slots)
        self.initial["accepts"] = [slot.pk for slot in accepted]

    def answers(self):
        """What `change_times` wants to know."""
        chosen = self.cleaned_data["accepts"]
        return {"accepts": [slot for slot in self.slots if slot.pk in chosen]}


class RingForm(forms.Form):
    """Which number to ring; asked only of somebody who gave none."""

    number = PhoneField(
        label=_("Your phone number"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "input w24"}),
    )

    def __init__(self, *args, booking, **kwargs):
        super().__init__(*args, **kwargs)
        if booking.attendee.phone:
            del self.fields["number"]


class WhoForm(forms.Form):
    """Who of a party cannot come: everybody, unless she says otherwise."""

    which = forms.MultipleChoiceField(
        label=_("Who can’t come?"),
        error_messages={"required": _("Tick who can’t come")},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, party, **kwargs):
        super().__init__(*args, **kwargs)
        keys = [str(one.pk) for one in party]
        names = told_apart([one.attendee.name for one in party])
        self.fields["which"].choices = list(zip(keys, names, strict=True))
        self.initial["which"] = keys

    def answers(self):
        """What `cancel_booking` wants to know."""
        return {"which": {uuid.UUID(key) for key in self.cleaned_data["which"]}}


class ChangeForm(forms.Form):
    """What a booking says of somebody, to be put right by herself; what is empty stays.

    `slots` are the times on offer, her own among them; none for somebody who waits.
    """

    slot = slot_field()
    goal = goal_field()
    supporter = supporter_field()
    name = name_field(label=_("Another name"), required=False)
    contact = contact_field(label=_("Another phone number or email"), required=False)

    def __init__(self, *args, booking, slots, **kwargs):
        super().__init__(*args, **kwargs)
        self.booking, self.slots = booking, slots
        self.fields["slot"].choices = times(slots, mine=booking.slot_id)
        if not slots:
            del self.fields["slot"]
        self.fields["name"].help_text = _("We have “%(name)s”. Leave it empty to keep it.") % {
            "name": short_name(booking.attendee.name)
        }
        if booking.attendee.contact:
            said = _("We have %(contact)s. Leave it empty to keep it.")
            self.fields["contact"].help_text = said % {"contact": masked(booking.attendee.contact)}
        self.initial = {
            "slot": booking.slot_id,
            "goal": booking.goal,
            "supporter": booking.brings_supporter,
        }

    def answers(self):
        """What `change_booking` wants to know."""
        said, person = self.cleaned_data, self.booking.attendee
        chosen = said.get("slot")
        return {
            "slot": next((slot for slot in self.slots if slot.pk == chosen), None),
            "goal": said["goal"],
            "supporter": said["supporter"],
            "name": said["name"] or person.name,
            "contact": said["contact"] or person.contact,
        }


class CorrectForm(ChangeForm):
    """The same for an organiser, who sees what we have down and may know of no contact."""

    def __init__(self, *args, booking, slots, **kwargs):
        super().__init__(*args, booking=booking, slots=slots, **kwargs)
        self.initial |= {"name": booking.attendee.name, "contact": booking.attendee.contact}
        self.fields["goal"].required = False
        self.fields["name"].required = True
        self.fields["name"].help_text = ""
        self.fields["contact"].help_text = _("None? Leave it empty.")
        for name, label in {
            "slot": _("When will they arrive?"),
            "goal": _("What would they like to get done?"),
            "supporter": _("A supporter or interpreter comes along. They need no place."),
            "name": _("Their name"),
            "contact": _("Their phone number or email"),
        }.items():
            if name in self.fields:
                self.fields[name].label = label
        for name in ("name", "contact"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def answers(self):
        return super().answers() | {"contact": self.cleaned_data["contact"]}


class EasierForm(forms.Form):
    """What would make it easier to come, and whether we may write about later surgeries."""

    needs = LineField(
        label=_("What would make it easier for you to come?"),
        help_text=_(
            "Like a chair near the door, large print, or a quiet corner. "
            "Only the people who run the evening see it."
        ),
        most=Attendee._meta.get_field("access_needs").max_length,
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
