"""Networks and the groups in them."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.connectors import key_for
from surgeries.models import Alias, Group, Network
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.states import PRIVATE_BY_DEFAULT


def find_or_make_network(series, *, name, now):
    """The network of `series` with this name, in any spelling of it; made when new (R11).

    A name that it had before, or that the organiser explained, is its name too. Part of the
    caller's transaction.
    """
    key = key_for(name, Network)
    alias = Alias.objects.filter(series=series, key=key, network__isnull=False)
    if known := Network.objects.filter(series=series, key=key).first():
        return known
    if known := alias.select_related("network").first():
        return known.network
    network, _made = Network.objects.get_or_create(
        series=series, key=key, defaults={"name": tidy(name), "created_at": now}
    )
    return network


@transaction.atomic
def create_network(series, *, name, by, now, **facts):
    """A new network, described as in `describe_network`. Refused for a name that is taken."""
    key = key_for(name, Network, field="name")
    _refuse_if_taken(series, key)
    network = Network.objects.create(series=series, name=tidy(name), key=key, created_at=now)
    return describe_network(network, name=name, by=by, now=now, **facts)


@transaction.atomic
def describe_network(
    network, *, name, kind, area, private, by, now, about="", hoped_for=None, languages=()
):
    """Write what a network is, all of it. Returns it.

    One that turns out to be of faith, health, support or a union is private from then on, unless
    she says otherwise afterwards (model.md). One that is not may be suggested from now on to
    people who book: whoever saves what it is has looked at its name. `hoped_for` is people at one
    surgery; `languages` are codes of those its people read.

    Raises Refused for a name another network has.
    """
    network = held(network)
    _refuse_if_taken(network.series_id, key_for(name, Network, field="name"), but=network)
    if kind != network.kind and kind in PRIVATE_BY_DEFAULT:
        private = True
    network.name, network.kind, network.area, network.private = tidy(name), kind, area, private
    network.about, network.hoped_for, network.languages = about, hoped_for, list(languages)
    network.suggested_from = None if private else network.suggested_from or now
    network.save()
    return network


@transaction.atomic
def put_network_away(network, *, away, by, now):
    """Offer and suggest a network no longer, or again. Its links go on counting for it (R12)."""
    network = held(network)
    network.removed_at = now if away else None
    network.save(update_fields=["removed_at"])
    return network


@transaction.atomic
def add_group(network, *, name, by, now):
    """A group that belongs to the network, by its name; it may belong to others too."""
    key = key_for(name, Group, field="name")
    group, _made = Group.objects.get_or_create(
        series_id=network.series_id, key=key, defaults={"name": tidy(name), "created_at": now}
    )
    group.networks.add(network)
    return group


@transaction.atomic
def remove_group(group, *, network, by, now):
    """It does not belong to the network after all. One that is in none is not kept."""
    group.networks.remove(network)
    if not group.networks.exists():
        group.delete()


def held(network):
    """The row of a network until the caller's transaction ends; refused when it has gone."""
    row = Network.objects.select_for_update(no_key=True).filter(pk=network.pk).first()
    if row is None:
        raise Refused(_("Somebody changed your networks a moment ago. Look at the list again."))
    return row


def _refuse_if_taken(series, key, *, but=None):
    named = Network.objects.filter(series=series, key=key)
    meant = Network.objects.filter(series=series, aliases__key=key)
    for other in (*named, *meant):
        if but and other.pk == but.pk:
            continue
        if other.removed_at:
            taken = _("You have put a network of this name away. Bring it back, or choose another.")
        else:
            taken = _("You have a network of this name already. Choose another one.")
        raise Refused(taken, field="name")
