"""Who of us belongs to a network."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surgeries.models import Attendee, Helper

OFFERED = 200


class BelongingForm(forms.Form):
    """One of the team, a helper or an attendee, and that person's own yes.

    Offers those who are not in `network` yet; of attendees whoever was here last, 200 at most.
    """

    who = forms.ChoiceField(
        label=_("Somebody who belongs to it"),
        error_messages={
            "required": _("Choose who belongs to it."),
            "invalid_choice": _("Choose somebody in the list."),
        },
    )
    agreed = forms.BooleanField(
        label=_("I asked: we may note it, and ask this person to introduce us"),
        error_messages={
            "required": _("Ask this person first, then tick. We keep it only with their yes.")
        },
    )

    def __init__(self, *args, network, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = _people(network)
        self.fields["who"].choices = [
            ("", _("Choose one")),
            *(
                (label, [(f"{kind}-{row.pk}", str(row)) for row in rows])
                for label, kind, rows in self.people
                if rows
            ),
        ]

    @property
    def person(self):
        """("helper", "user" or "attendee", the row) that was chosen."""
        chosen = self.cleaned_data["who"]
        return next(
            (kind, row)
            for _label, kind, rows in self.people
            for row in rows
            if chosen == f"{kind}-{row.pk}"
        )


def _people(network):
    """(heading, kind, rows) of everybody who may be chosen."""
    series = network.series_id
    team = User.objects.filter(memberships__series=series).distinct()
    helpers = Helper.objects.filter(series=series, erased_at=None)
    visitors = Attendee.objects.known().filter(series=series).order_by("-last_active_at", "pk")
    return (
        (_("The team"), "user", list(_new(team, network).order_by("name", "email"))),
        (_("Helpers"), "helper", list(_new(helpers, network).order_by("name", "pk")[:OFFERED])),
        (
            _("People who come to us"),
            "attendee",
            sorted(_new(visitors, network)[:OFFERED], key=lambda row: row.name_key),
        ),
    )


def _new(people, network):
    return people.exclude(belongings__network=network)
