"""What a connector is asked on her own page: who comes, whether they agreed, and who came."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.forms.limits import StrangersForm
from surgeries.forms.questions import accepts_field, slot_field, times
from surgeries.models.bookings import PARTY_OF
from surgeries.rules.names import tidy
from surgeries.states import Outcome

LONGEST_FIRST_NAME = 60
LABELS = (
    _("First name"),
    _("First name of the second person"),
    _("First name of the third person"),
)


class BringForm(StrangersForm):
    """Up to three first names, each with "have they agreed?"; nobody's contact."""

    waits = False

    def __init__(self, *args, slots, **kwargs):
        super().__init__(*args, **kwargs)
        for number, label in enumerate(LABELS, 1):
            self.fields[f"name_{number}"] = LineField(
                label=label,
                most=LONGEST_FIRST_NAME,
                required=number == 1,
                error_messages={"required": _("Enter a first name")},
                widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input w24"}),
            )
            self.fields[f"agreed_{number}"] = forms.BooleanField(
                label=_("They agreed that I book for them"), required=False
            )
        self.offer(slots)

    @property
    def people(self):
        """Pairs of fields: a name, and whether that person agreed."""
        numbers = range(1, PARTY_OF + 1)
        return [(self[f"name_{number}"], self[f"agreed_{number}"]) for number in numbers]

    def clean(self):
        answers = super().clean()
        for number in range(1, PARTY_OF + 1):
            name, agreed = answers.get(f"name_{number}"), answers.get(f"agreed_{number}")
            if name and not agreed:
                self.add_error(
                    f"agreed_{number}",
                    _("Ask %(name)s first. Tick the box when they said yes.") % {"name": name},
                )
        return answers

    def answers(self):
        """What `bring` wants to know, but for the times."""
        names = [self.cleaned_data[f"name_{number}"] for number in range(1, PARTY_OF + 1)]
        return {
            "names": [tidy(name) for name in names if name],
            "request_key": self.cleaned_data["request_key"],
            "waits": self.waits,
        }

    def say_no(self, refusal):
        """Show why nothing was done: of the people who come with the first, at that person."""
        others = [name for name, _agreed in self.people if name.value()]
        fields = {f"other_{number}": others[number].name for number in range(1, len(others))}
        field = fields.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.sentence)


class BringNowForm(BringForm):
    """Places at one time."""

    slot = slot_field()

    def offer(self, slots):
        """Offer these arrival times; the first is chosen."""
        self.fields["slot"].label = _("When will they arrive?")
        self.fields["slot"].choices = times(slots)
        self.initial.setdefault("slot", slots[0].pk if slots else None)

    @property
    def time(self):
        return self["slot"]

    def chosen(self, slots):
        """Those of `slots` that were chosen."""
        return [slot for slot in slots if slot.pk == self.cleaned_data["slot"]]


class BringToWaitForm(BringForm):
    """Places at whichever time comes free first (R32)."""

    accepts = accepts_field()
    wait = forms.CharField(initial="yes", required=False, widget=forms.HiddenInput)

    waits = True

    @classmethod
    def instead_of(cls, form, *, slots):
        """The same people, not sent yet, to wait for a place; every time is ticked."""
        typed = {name: form.data.get(name) for pair in form.people for name in map(_name, pair)}
        return cls(initial=typed, slots=slots)

    def offer(self, slots):
        """Offer these arrival times; all are ticked."""
        self.fields["accepts"].label = _("Which times would suit them?")
        self.fields["accepts"].help_text = _("A place that comes free then is theirs.")
        self.fields["accepts"].choices = times(slots)
        self.initial.setdefault("accepts", [slot.pk for slot in slots])

    @property
    def time(self):
        return self["accepts"]

    def chosen(self, slots):
        """Those of `slots` that would suit them."""
        return [slot for slot in slots if slot.pk in self.cleaned_data["accepts"]]


class WhoCameForm(forms.Form):
    """One question for each of her people; whoever she says nothing of stays not recorded."""

    def __init__(self, *args, bookings, **kwargs):
        super().__init__(*args, **kwargs)
        self.bookings = list(bookings)
        for booking in self.bookings:
            self.fields[str(booking.pk)] = forms.ChoiceField(
                label=booking.attendee.first_name or _("Somebody"),
                choices=[
                    (Outcome.CAME, Outcome.CAME.label),
                    (Outcome.DID_NOT_COME, Outcome.DID_NOT_COME.label),
                    (Outcome.NOT_RECORDED, _("I do not know")),
                ],
                initial=booking.outcome,
                required=False,
                widget=forms.RadioSelect(attrs={"class": "picks--two"}),
            )

    def answers(self):
        """{booking's key: Outcome}, as `say_who_came` wants it."""
        answers = {booking.pk: self.cleaned_data[str(booking.pk)] for booking in self.bookings}
        return {pk: Outcome(said) for pk, said in answers.items() if said}


class StopForm(forms.Form):
    """The end of her page; what we keep of her goes too, if she wishes."""

    forget = forms.BooleanField(label=_("Also delete my name and how you reach me"), required=False)


def _name(field):
    return field.name
