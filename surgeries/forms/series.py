"""A series, its defaults, and whom to invite into its team."""

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.forms import AddressField
from surgeries.forms.contacts import LineField
from surgeries.models import Series
from surgeries.rules.names import tidy
from surgeries.states import Role


class SeriesCreateForm(forms.ModelForm):
    """Name and town suffice (L6). Whoever has not said her name yet is asked for it."""

    your_name = LineField(
        label=_("Your name"),
        most=120,
        required=False,
        help_text=_("Your first name stands on the page of your surgery, as who runs it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    sprung_from = forms.ModelChoiceField(
        Series.objects.seen_in_public(),
        label=_("Did it grow out of another surgery?"),
        required=False,
        empty_label=_("No, or I do not know"),
        to_field_name="slug",
        error_messages={"invalid_choice": _("Choose one of the surgeries in the list.")},
    )

    class Meta:
        model = Series
        fields = ["name", "town"]
        labels = {
            "name": _("What is your surgery called?"),
            "town": _("Which town or place is it in?"),
        }
        help_texts = {
            "name": _("Most are called after their place: Central Birmingham, Dudley, Moseley.")
        }
        error_messages = {
            "name": {"required": _("Enter a name, like Central Birmingham.")},
            "town": {"required": _("Enter the town, village or part of the city.")},
        }

    def __init__(self, *args, asks_name, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_name:
            del self.fields["your_name"]
        self.order_fields(["name", "town", "your_name", "sprung_from"])

    def clean_name(self):
        return _tidy_and_there(self, "name")

    def clean_town(self):
        return _tidy_and_there(self, "town")


class SeriesForm(forms.ModelForm):
    """What a series says of itself, and what a new surgery of it starts from."""

    DEFAULTS = (
        "usual_start",
        "usual_minutes",
        "places_per_helper",
        "opens_days_ahead",
        "suggests_more_places",
        "time_zone",
    )

    phone = PhoneNumberField(
        label=_("Phone number people can ring"),
        region="GB",
        required=False,
        error_messages={"invalid": _("Enter a phone number with 11 digits, like 07400 123456.")},
    )
    daily_digest = forms.BooleanField(
        label=_("Send me a mail on days with bookings or cancellations"), required=False
    )

    class Meta:
        model = Series
        fields = [
            "name",
            "town",
            "about",
            "phone",
            "ring_name",
            "usual_start",
            "usual_minutes",
            "places_per_helper",
            "opens_days_ahead",
            "suggests_more_places",
            "time_zone",
        ]
        labels = {
            "about": _("A few words about it"),
            "ring_name": _("Who answers the phone?"),
            "usual_start": _("When does an evening usually start?"),
            "usual_minutes": _("How many minutes does it last?"),
            "places_per_helper": _("How many people can one helper sit with in an evening?"),
            "opens_days_ahead": _("How many days ahead can people book?"),
            "suggests_more_places": _("Tell me when a few more places are worth opening"),
            "time_zone": _("Time zone"),
        }
        help_texts = {
            "ring_name": _("A first name is enough."),
            "suggests_more_places": _(
                "Some people who book do not come. When all places are taken, we say how many "
                "more you could open, so that 9 times in 10 there is still a chair for everybody."
            ),
            "usual_start": _("Like 17:30. A surgery you have made already keeps its time."),
        }
        widgets = {
            "about": forms.Textarea(attrs={"rows": 4}),
            "usual_start": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean_name(self):
        return _tidy_and_there(self, "name")

    def clean_town(self):
        return _tidy_and_there(self, "town")

    def words(self):
        """The fields of what it says of itself."""
        return [field for field in self if field.name not in self.DEFAULTS]

    def defaults(self):
        """The fields that seldom change, folded away on the page."""
        return [self[name] for name in self.DEFAULTS]

    def has_wrong_defaults(self):
        return any(name in self.errors for name in self.DEFAULTS)

    def clean_phone(self):
        return str(self.cleaned_data["phone"] or "")

    def clean_time_zone(self):
        zone = self.cleaned_data["time_zone"]
        if zone not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("Write it like Europe/London."))
        return zone


class InviteForm(forms.Form):
    """Whom to ask into the team, as what, and whether she takes over."""

    HAND_OVER = "hand_over"
    email = AddressField(label=_("Their email address"))
    role = forms.ChoiceField(
        label=_("What will they do?"),
        choices=[
            (Role.ORGANISER, _("Organise it with me")),
            (Role.DOOR, _("Keep the register at the door")),
            (Role.HELPER, _("Help people")),
            (HAND_OVER, _("Take over from me: I leave the team when they say yes")),
        ],
        initial=Role.ORGANISER,
        widget=forms.RadioSelect,
    )

    def asked(self):
        """The answers as `invite` wants them."""
        role = self.cleaned_data["role"]
        hands_over = role == self.HAND_OVER
        return {
            "email": self.cleaned_data["email"],
            "role": Role.ORGANISER if hands_over else role,
            "hand_over": hands_over,
        }


def _tidy_and_there(form, field):
    value = tidy(form.cleaned_data[field])
    if not value:
        raise forms.ValidationError(form.fields[field].error_messages["required"])
    return value
