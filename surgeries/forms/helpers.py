"""Offering to help: what we ask of somebody who has no account."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import AddressField
from surgeries.forms.contacts import LineField
from surgeries.forms.limits import StrangersForm
from surgeries.models import Network
from surgeries.states import SKILLS, HelpingStyle
from surgeries.templatetags.words import clock


class HelpingOfferForm(StrangersForm):
    """ "Just this once" first, a regular evening last; a name is public only with a tick."""

    style = forms.ChoiceField(
        label=_("How would you like to start?"),
        choices=HelpingStyle.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three. “Just this once” is fine.")},
    )
    name = LineField(
        label=_("Your name"),
        most=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    email = AddressField(
        label=_("Your email address"),
        help_text=_("So that we can answer you. We write about your evenings only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address, like name@example.org."),
            "invalid": _("Enter one email address, like name@example.org."),
        },
    )
    can_help_with = LineField(
        label=_("What can you help with?"),
        most=300,
        required=False,
        help_text=_("Like photos, Facebook or a newsletter. Being good with people is enough."),
    )
    show_name = forms.BooleanField(
        label=_("You may show my first name on the page"), required=False
    )


class HoursForm(forms.Form):
    """The part of an evening somebody is there for; what is left empty is its start or its end."""

    comes = forms.TimeField(
        label=_("From what time?"),
        required=False,
        error_messages={"invalid": _("Enter the time, like 17:30.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    leaves = forms.TimeField(
        label=_("Until what time?"),
        required=False,
        error_messages={"invalid": _("Enter the time, like 19:00.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    @classmethod
    def of(cls, helping, data=None):
        """The form as it stands for one evening of a helper."""
        form = cls(data, initial={"comes": helping.helps_from, "leaves": helping.helps_until})
        starts, ends = helping.surgery.starts_local, helping.surgery.ends_local
        form.fields["comes"].help_text = _("Left empty: from the start, %(time)s.") % {
            "time": clock(starts)
        }
        form.fields["leaves"].help_text = _("Left empty: until the end, %(time)s.") % {
            "time": clock(ends)
        }
        return form


class AboutHelperForm(forms.Form):
    """What she can help with, in the words of those who come, and her languages (R40)."""

    goals = forms.MultipleChoiceField(
        label=_("What could you help with?"),
        help_text=_("Tick all that you would try. We find out together."),
        choices=[(goal.value, goal.label) for goal in SKILLS],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "picks--two"}),
    )
    can_help_with = LineField(
        label=_("Anything else?"),
        most=300,
        required=False,
        help_text=_("Like photos, or being good with nervous people."),
    )
    languages = LineField(
        label=_("Which languages do you speak?"),
        most=200,
        required=False,
        help_text=_("Like English and Urdu, or sign language."),
    )

    networks = forms.ModelMultipleChoiceField(
        None,
        label=_("Do you belong to any of these?"),
        help_text=_("If you tick one, the organiser may ask you to introduce us there."),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "picks--two"}),
    )

    @classmethod
    def of(cls, helper, data=None):
        """The form as it stands for one helper; private networks only where she belongs already."""
        fields = ("goals", "can_help_with", "languages")
        hers = Network.objects.current().filter(belongings__helper=helper)
        initial = {field: getattr(helper, field) for field in fields} | {"networks": hers}
        form = cls(data, initial=initial)
        known = Network.objects.suggestible().filter(series=helper.series_id)
        either = Q(pk__in=known.values("pk")) | Q(pk__in=hers.values("pk"))
        form.fields["networks"].queryset = Network.objects.filter(either).order_by("key", "pk")
        if not form.fields["networks"].queryset.exists():
            form.fields["networks"].widget = forms.MultipleHiddenInput()
        return form
