"""At most seven questions to somebody who may never have filled in a form; fewer by phone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressField
from surgeries.forms.contacts import LineField
from surgeries.forms.limits import StrangersForm
from surgeries.forms.questions import (
    accepts_field,
    contact_field,
    goal_field,
    name_field,
    slot_field,
    supporter_field,
    times,
)
from surgeries.states import Level

SOMEBODY_ELSE = {"autocomplete": "off", "class": "input w24"}


class AskForm(StrangersForm):
    """What is asked of whoever would like to come; `more` stands folded below the questions.

    The hidden `code` keeps the link's code; `through_somebody` when it is a connector's, who may
    see her first name if she says so. `slots` are the arrival times on offer, with
    `free_places`; `networks` the suggestions for who told her, read only when the form is drawn.
    """

    goal = goal_field()
    name = name_field()
    contact = contact_field()
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
    other_1 = LineField(
        label=_("Name of the second person"),
        help_text=_("Each person gets a place, at the same time."),
        required=False,
        widget=forms.TextInput(attrs=SOMEBODY_ELSE),
    )
    other_2 = LineField(
        label=_("Name of the third person"),
        required=False,
        widget=forms.TextInput(attrs=SOMEBODY_ELSE),
    )
    supporter = supporter_field()
    name_shown = forms.BooleanField(
        label=_("Whoever sent me this link may see my first name on their list"), required=False
    )
    code = forms.CharField(required=False, widget=forms.HiddenInput)

    MORE = ("other_1", "other_2", "supporter")

    def __init__(self, *args, slots, networks=(), code="", through_somebody=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not through_somebody:
            del self.fields["name_shown"]
        self.networks = networks
        self.offer(slots)
        self.initial["code"] = code

    @property
    def questions(self):
        return [field for field in self.visible_fields() if field.name not in self.MORE]

    @property
    def more(self):
        return [self[name] for name in self.MORE]

    @property
    def says_more(self):
        """Whether something that is folded has been answered or wants putting right."""
        return any(field.errors or field.value() for field in self.more)

    @property
    def people(self):
        """How many would come."""
        return 1 + len(self._others())

    def clean_code(self):
        return self.cleaned_data["code"][:16]

    def answers(self):
        """What `book_slot` and `join_waiting_list` want to know, but for the times."""
        wanted = ("name", "contact", "goal", "group", "supporter", "request_key", "code")
        return {name: self.cleaned_data[name] for name in wanted} | {
            "level": self.cleaned_data.get("level"),
            "others": self._others(),
            "said": self.cleaned_data["told"],
            "name_shown": self.cleaned_data.get("name_shown", False),
        }

    def _others(self):
        names = (self.cleaned_data.get(name) for name in ("other_1", "other_2"))
        return [name for name in names if name]


class BookingForm(AskForm):
    """A place at a time she chooses."""

    slot = slot_field()

    waits = False
    field_order = ("goal", "slot")

    def offer(self, slots):
        """Offer these arrival times; a single one is chosen for her."""
        self.fields["slot"].choices = times(slots)
        if len(slots) == 1:
            self.initial["slot"] = slots[0].pk

    def chosen(self, slots):
        """Those of `slots` that she chose."""
        return [slot for slot in slots if slot.pk == self.cleaned_data["slot"]]


class WaitingForm(AskForm):
    """A place at whichever time that suits her comes free first (R32)."""

    accepts = accepts_field()
    wait = forms.CharField(initial="yes", required=False, widget=forms.HiddenInput)

    waits = True
    field_order = ("goal", "accepts")

    @classmethod
    def instead_of(cls, form, *, slots):
        """The same answers, not sent yet, to ask for a place; the time she chose is ticked."""
        typed = {name: form.data.get(name) for name in AskForm.base_fields}
        wanted = [slot.pk for slot in slots if str(slot.pk) == str(form.data.get("slot"))]
        initial = typed | {"accepts": wanted}
        code = typed["code"] or ""
        return cls(
            initial=initial,
            slots=slots,
            networks=form.networks,
            code=code,
            through_somebody="name_shown" in form.fields,
        )

    def offer(self, slots):
        """Offer these arrival times; a single one is ticked for her."""
        self.fields["accepts"].choices = times(slots)
        if len(slots) == 1:
            self.initial["accepts"] = [slots[0].pk]

    def chosen(self, slots):
        """Those of `slots` that would suit her."""
        return [slot for slot in slots if slot.pk in self.cleaned_data["accepts"]]


class _ByPhone(forms.Form):
    """The same, asked by an organiser with the telephone at her ear: a name will do (R14)."""

    SAID = {
        "name": _("Their name"),
        "contact": _("Their phone number or email"),
        "told": _("Who told them?"),
        "goal": _("What would they like to get done?"),
        "group": _("Their group or club"),
        "supporter": _("A supporter or interpreter comes along. They need no place."),
    }
    MORE = ("goal", "group", "other_1", "other_2", "supporter")
    field_order = ("name", "slot", "accepts", "contact", "told")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("level", "website"):
            del self.fields[name]
        for name, label in self.SAID.items():
            self.fields[name].label = label
        for name in ("goal", "contact"):
            self.fields[name].required = False
        self.fields["name"].error_messages["required"] = _("Enter a name, or a nickname")
        self.fields["contact"].help_text = _("None? Leave it empty.")
        self.fields["told"].help_text = ""
        for name in ("name", "contact", "group"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


class PhoneBookingForm(_ByPhone, BookingForm):
    """A place for somebody who rang; the first time that is free is chosen."""

    def offer(self, slots):
        super().offer(slots)
        self.fields["slot"].label = _("When will they arrive?")
        self.initial["slot"] = slots[0].pk if slots else None


class PhoneWaitingForm(_ByPhone, WaitingForm):
    """A place in the queue for somebody who rang; every time is ticked."""

    def offer(self, slots):
        super().offer(slots)
        self.fields["accepts"].label = _("Which times would suit them?")
        self.fields["accepts"].help_text = _("When a place comes free, it is theirs at once.")
        self.initial["accepts"] = [slot.pk for slot in slots]


class LinkAgainForm(StrangersForm):
    """Where the links are to be sent: it must be the address that the booking was made with."""

    email = AddressField(
        label=_("Your email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input w24"}),
    )
