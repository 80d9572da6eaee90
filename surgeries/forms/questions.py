"""What more than one form asks, in the same words: what for, when, who, where we reach her."""

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from surgeries.forms.contacts import ContactField, LineField
from surgeries.states import Goal
from surgeries.templatetags.words import clock

TAKEN = _("Somebody has just taken the last place at that time. Choose another one.")
NO_TIME = _("Choose at least one time that would suit you")


def goal_field(**said):
    """What she would like to get done, one tap each."""
    wrong = _("Choose what you would like to do, or “Not sure yet”")
    return forms.ChoiceField(
        label=_("What would you like to get done?"),
        choices=lambda: list(_goals()),
        error_messages={"required": wrong, "invalid_choice": wrong},
        widget=forms.RadioSelect(attrs={"class": "picks--two"}),
        **said,
    )


def _goals():
    """The goals as taps; whoever does not know yet is told that this is fine."""
    for value, label in Goal.choices:
        if value == Goal.UNSURE:
            label = format_html(
                "{}<small>{}</small>", label, _("That’s fine. We’ll start with a chat.")
            )
        yield value, label


def name_field(**said):
    """Anybody's name, as she writes it."""
    asked = {"label": _("Your name"), "error_messages": {"required": _("Enter your name")}}
    widget = forms.TextInput(attrs={"autocomplete": "name", "class": "input w24"})
    return LineField(widget=widget, **(asked | said))


def contact_field(**said):
    """One field for a phone number or an email address."""
    asked = {
        "label": _("Your phone number or email"),
        "help_text": _("Only to remind you. With a phone number alone, we text you or ring you."),
        "error_messages": {"required": _("Enter a phone number or an email address")},
    }
    attrs = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
    widget = forms.TextInput(attrs=attrs | {"class": "input w24"})
    return ContactField(widget=widget, **(asked | said))


def slot_field(**said):
    """One arrival time; its choices come from `times`."""
    return forms.TypedChoiceField(
        label=_("When will you arrive?"),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("Choose a time"), "invalid_choice": TAKEN},
        widget=forms.RadioSelect(attrs={"class": "picks--two"}),
        **said,
    )


def accepts_field(**said):
    """All arrival times that would suit her; its choices come from `times`."""
    return forms.TypedMultipleChoiceField(
        label=_("Which times would suit you?"),
        help_text=_("When a place comes free at one of them, it is yours at once."),
        coerce=int,
        error_messages={"required": NO_TIME, "invalid_choice": NO_TIME},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "picks--two"}),
        **said,
    )


def times(slots, mine=None):
    """A tap for each arrival time, with how many places it has left; `mine` is held already.

    The words are made when they are drawn: a form that is only read needs no count of places.
    """
    return [(slot.pk, _tap(slot, slot.pk == mine)) for slot in slots]


def _words_of(slot, is_mine):
    said = _("Your time now") if is_mine else _left(slot.free_places)
    return format_html("{}<small>{}</small>", clock(slot.starts_local), said)


_tap = lazy(_words_of, str)


def _left(places):
    if not places:
        return _("All taken so far")
    return ngettext("%(places)d place left", "%(places)d places left", places) % {"places": places}


def supporter_field():
    """Whether somebody comes to support or interpret, who needs no place (R16)."""
    return forms.BooleanField(
        label=_("A supporter or interpreter comes with me. They need no place."), required=False
    )
