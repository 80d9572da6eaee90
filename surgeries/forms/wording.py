"""When reminders leave, and what messages say, as an organiser types it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from surgeries.messages.plan import timetable_of
from surgeries.models import Wording
from surgeries.refusals import Refused
from surgeries.rules.reminders import When
from surgeries.rules.wording import PARTS, Words, refuse_unless_sound, tidied
from surgeries.states import REMINDERS

LEAST_DAYS, MOST_DAYS = 1, 28


class TimeField(forms.TimeField):
    """A time of the wall clock, picked or typed as 17:30."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {
        "required": _("Enter the time, like 09:00."),
        "invalid": _("Enter the time, like 17:30."),
    }


class DaysField(forms.IntegerField):
    """How many days before."""

    default_error_messages = {
        "required": _("Enter the number of days, like 3."),
        "invalid": _("Enter the number of days, like 3."),
        "min_value": _("Enter a number of days from 1 to 28."),
        "max_value": _("Enter a number of days from 1 to 28."),
    }


class TimetableForm(forms.Form):
    """Three reminders, each with days and time of its own, and the hours in which we write."""

    opens = TimeField(label=_("From what time?"))
    closes = TimeField(label=_("Until what time?"))

    def __init__(self, *args, series, **kwargs):
        initial = {"opens": series.writes_from, "closes": series.writes_until}
        for kind, when in timetable_of(series).items():
            initial |= {f"{kind}_on": when.on, f"{kind}_days": when.days, f"{kind}_at": when.at}
        super().__init__(*args, initial=initial, **kwargs)
        for kind in REMINDERS:
            self.fields[f"{kind}_on"] = forms.BooleanField(label=_("Send it"), required=False)
            self.fields[f"{kind}_days"] = DaysField(
                label=_("Days before"), min_value=LEAST_DAYS, max_value=MOST_DAYS
            )
            self.fields[f"{kind}_at"] = TimeField(
                label=_("At what time?"),
                required=False,
                help_text=_("Left empty: at the time they arrive."),
            )

    def reminders(self):
        """(kind, its fields) of each reminder, earliest first."""
        return [
            (kind, [self[f"{kind}_{name}"] for name in ("on", "days", "at")]) for kind in REMINDERS
        ]

    def asked(self):
        """The answers as `set_timetable` wants them."""
        said = self.cleaned_data
        return {
            "timetable": {
                kind: When(said[f"{kind}_days"], said[f"{kind}_at"], said[f"{kind}_on"])
                for kind in REMINDERS
            },
            "opens": said["opens"],
            "closes": said["closes"],
        }


class WordsField(forms.CharField):
    """Words with placeholders; an empty field says what we say."""

    def __init__(self, part, **kwargs):
        self.part = part
        super().__init__(
            required=False, max_length=Wording._meta.get_field(part).max_length, **kwargs
        )
        self.error_messages["max_length"] = _("Use at most %(limit_value)d letters.")

    def widget_attrs(self, widget):
        """Without the length: the browser would cut what is pasted without a word."""
        return {}

    def clean(self, value):
        words = tidied(super().clean(value))
        try:
            refuse_unless_sound(self.part, words)
        except Refused as refusal:
            raise ValidationError(refusal.sentence) from refusal
        return words


class WordingForm(forms.Form):
    """The words of one kind of message."""

    subject = WordsField("subject", label=_("Subject of the mail"))
    email = WordsField(
        "email",
        label=_("The mail"),
        help_text=_(
            "It begins with “Hello Amina,” and ends with your phone number and who you are. "
            "You write what stands between. The line with {link} becomes the button."
        ),
        widget=forms.Textarea(attrs={"rows": 20}),
    )
    text = WordsField(
        "text",
        label=_("The text"),
        help_text=_(
            "For people with a mobile phone and no email. It begins with the name of your surgery "
            "and ends with the link. You write what stands between."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def words(self):
        """What was typed, as `Words`."""
        return Words(**{part: self.cleaned_data[part] for part in PARTS})
