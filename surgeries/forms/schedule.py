"""A surgery's day and place, and a venue's card, as the organiser types them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from surgeries.forms.contacts import LineField
from surgeries.models import Venue

THREE_ANSWERS = ((True, _("Yes")), (False, _("No")), ("", _("Not stated")))


class SurgeryForm(forms.Form):
    """A place and a date suffice; the rest has defaults (R1)."""

    place = LineField(
        label=_("Where?"),
        help_text=_("The name people would say, like “Canal Street Hall”."),
        most=Venue._meta.get_field("name").max_length,
        error_messages={"required": _("Enter the place, like “Canal Street Hall”.")},
        widget=forms.TextInput(attrs={"list": "venues", "autocomplete": "off"}),
    )
    on = forms.DateField(
        label=_("Which day?"),
        error_messages={
            "required": _("Enter the day, like 11/11/2026."),
            "invalid": _("Enter a day that exists, like 11/11/2026."),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = forms.TimeField(
        label=_("From what time?"),
        error_messages={
            "required": _("Enter the time, like 17:30."),
            "invalid": _("Enter the time, like 17:30."),
        },
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    organiser_helps = forms.BooleanField(label=_("I will be helping too"), required=False)
    ends = forms.TimeField(
        label=_("Until what time?"),
        required=False,
        error_messages={"invalid": _("Enter the time, like 19:00.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    places_wanted = forms.IntegerField(
        label=_("How many places?"),
        required=False,
        min_value=1,
        max_value=200,
        error_messages={
            "invalid": _("Enter a number, like 6."),
            "min_value": _("Enter at least 1 place, or leave it empty."),
            "max_value": _("Enter 200 places or fewer."),
        },
    )

    def __init__(self, *args, series, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends"].help_text = _(
            "Only you and your helpers see this. Left empty, it is %(minutes)s minutes later."
        ) % {"minutes": series.usual_minutes}
        self.fields["places_wanted"].help_text = _(
            "Left empty, everybody who helps makes %(places)s places."
        ) % {"places": series.places_per_helper}
        self.venues = Venue.objects.filter(series=series).order_by("name")

    @classmethod
    def of(cls, surgery, data=None):
        """The form as it stands for `surgery`."""
        return cls(
            data,
            series=surgery.series,
            initial={
                "place": surgery.venue and surgery.venue.name,
                "on": surgery.on,
                "starts": surgery.starts_local.time(),
                "ends": surgery.ends_local.time(),
                "organiser_helps": surgery.organiser_helps,
                "places_wanted": surgery.places_wanted,
            },
        )

    @classmethod
    def next_to(cls, series, last, on, data=None):
        """An empty form; place and time as last time, if there was one, on the date `on`."""
        initial = {"starts": series.usual_start, "organiser_helps": True, "on": on}
        if last and last.venue:
            initial |= {"place": last.venue.name, "starts": last.starts_local.time()}
        return cls(data, series=series, initial=initial)


class CopyForm(forms.Form):
    """The date that stood on the button; without one it is the next."""

    on = forms.DateField(required=False)


class VenueForm(forms.ModelForm):
    """What somebody who has never been there wants to know. Nothing here need be answered."""

    class Meta:
        model = Venue
        fields = (
            "name",
            "address",
            "postcode",
            "find_the_door",
            "nearest_stop",
            "bring",
            *Venue.FACTS,
        )
        widgets = {
            "find_the_door": forms.Textarea(attrs={"rows": 3}),
            **{
                fact: forms.RadioSelect(attrs={"class": "picks--three"}, choices=THREE_ANSWERS)
                for fact in Venue.FACTS
            },
        }
        labels = {
            "name": _("What is it called?"),
            "address": _("Address"),
            "postcode": _("Postcode"),
            "find_the_door": _("How do people find the door?"),
            "nearest_stop": _("Nearest bus stop or station"),
            "bring": _("What should people bring?"),
            "free": _("Is it free to come in?"),
            "wifi": _("Is there wifi?"),
            "step_free": _("Is it step-free, with no stairs on the way?"),
            "hot_drinks": _("Are there hot drinks?"),
            "quiet_corner": _("Is there a quiet corner?"),
        }
        help_texts = {
            "find_the_door": _("Like “The blue door under the railway arch. Ring the top bell.”"),
            "nearest_stop": _("Like “Curzon Street, buses 14 and 94”."),
            "bring": _("Like “Your phone, and its charger”."),
        }
        error_messages = {
            "name": {"required": _("Enter the place, like “Canal Street Hall”.")},
        }
