"""Networks, the people trusted in them, and the links that we pass on."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.connectors import find_or_make_connector, key_for
from surgeries.models import Alias, InviteLink, Network
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.rules.sharing import new_code, person_and_group
from surgeries.states import PRIVATE_BY_DEFAULT


@transaction.atomic
def pass_on(series, *, to, by, now, agreed=False):
    """A link for whoever `to` names: "Sharon at Highgate Tenants", or a group, or one we know.

    Makes the network when it is new, and the connector with her own yes (`agreed`); without it
    the link is the network's. The same answer again gets the same link, unless that was switched
    off. Raises Refused when nobody is named, or `to` may mean two.
    """
    meant = Network.objects.meant_by(series, to)
    if len(meant) > 1:
        raise Refused(_("There are two of this name. Choose one."), field="which")
    if meant:
        network, connector = meant[0]
    else:
        person, group = person_and_group(tidy(to))
        network = find_or_make_network(series, name=group, now=now)
        connector = person and find_or_make_connector(network, name=person, agreed=agreed, now=now)
    if network.removed_at:
        raise Refused(
            _("You have put %(network)s away. Bring it back first.") % {"network": network.name},
            field="who",
        )
    return link_through(network, connector or None, by=by, now=now)


@transaction.atomic
def link_through(network, connector=None, *, by, now):
    """The link we hand out for a network, or for one connector in it; made when there is none."""
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    links = InviteLink.objects.filter(
        network=network, connector=connector, switched_off_at__isnull=True
    )
    return links.order_by("pk").first() or InviteLink.objects.create(
        network=network, connector=connector, code=new_code(), made_by=by, created_at=now
    )


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
def describe_network(network, *, name, kind, area, private, by, now):
    """Write what a network is. Returns it.

    One that turns out to be of faith, health, support or a union is private from then on, unless
    she says otherwise afterwards (model.md). One that is not may be suggested from now on to
    people who book: whoever saves what it is has looked at its name.

    Raises Refused for a name another network has.
    """
    network = Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    others = Network.objects.filter(series=network.series_id, key=key_for(name, Network))
    if others.exclude(pk=network.pk).exists():
        raise Refused(
            _("You have a network of this name already. Choose another one."), field="name"
        )
    if kind != network.kind and kind in PRIVATE_BY_DEFAULT:
        private = True
    network.name, network.kind, network.area, network.private = tidy(name), kind, area, private
    network.suggested_from = None if private else network.suggested_from or now
    network.save()
    return network


@transaction.atomic
def switch_link(link, *, on, by, now):
    """Switch a link off or on again. Whoever follows it still counts for its network (R12)."""
    link.switched_off_at = None if on else now
    link.save(update_fields=["switched_off_at"])
    return link
