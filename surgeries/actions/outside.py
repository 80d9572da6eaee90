"""Links that show figures to somebody outside the team, and taking them back."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.models import Series, SharedView
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.rules.outside import may_be_named
from surgeries.rules.suppression import HIGHEST_THRESHOLD


@transaction.atomic
def share_figures(series, *, for_whom, network=None, by, now):
    """A page for whoever `for_whom` names: of the series, or of one of its networks.

    Returns its row. Raises Refused for a network whose name may not leave the team.
    """
    if network and not may_be_named(network):
        raise Refused(
            _("Its name stays among ourselves, so there is no page about it for others."),
            field="network",
        )
    view = SharedView.objects.create(
        series=series, network=network, for_whom=tidy(for_whom), made_by=by, created_at=now
    )
    view.seal()
    view.save(update_fields=["link_hash"])
    return view


@transaction.atomic
def take_back_figures(view, *, by, now):
    """From now on the link opens nothing. Taking it back again changes nothing."""
    SharedView.objects.filter(pk=view.pk, revoked_at=None).update(revoked_at=now)


@transaction.atomic
def hide_more(series, *, below, by):
    """Hide counts below `below` from others. Raises Refused to hide fewer than before.

    Somebody who kept the page of yesterday would see in today's what was hidden then.
    """
    held = Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    if not held.hides_below <= below <= HIGHEST_THRESHOLD:
        raise Refused(
            _("It can only be raised, to 10 at most: an old page and a new one tell too much."),
            field="below",
        )
    Series.objects.filter(pk=series.pk).update(hides_below=below)
