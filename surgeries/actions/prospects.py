"""The three lists of the 2009 recipe: people who might come, who know many, who might help."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.networks import find_or_make_network
from surgeries.models import Prospect
from surgeries.refusals import Refused
from surgeries.rules.names import tidy


@transaction.atomic
def add_prospect(series, *, list, who, note, by, now):
    """One more line on one of the three lists."""
    return Prospect.objects.create(
        series=series, list=list, who=tidy(who), note=tidy(note), created_at=now
    )


@transaction.atomic
def mark_asked(prospect, *, asked, by, now):
    """We have asked; or we have not, after all. The first time counts."""
    prospect.asked_at = (prospect.asked_at or now) if asked else None
    prospect.save(update_fields=["asked_at"])


@transaction.atomic
def remove_prospect(prospect, *, by, now):
    """Take a line off its list."""
    prospect.delete()


@transaction.atomic
def link_prospect(prospect, *, name, by, now):
    """Say which network a line is about; one of a name that is new is made. Returns it."""
    network = find_or_make_network(prospect.series, name=name, now=now)
    if network.removed_at:
        raise Refused(
            _("You have put %(network)s away. Bring it back first.") % {"network": network.name},
            field="name",
        )
    prospect.network = network
    prospect.save(update_fields=["network"])
    return network
