"""Networks, the people trusted in them, and the links that we pass on."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.models import Connector, InviteLink, Network
from surgeries.refusals import Refused
from surgeries.rules.names import name_key, tidy
from surgeries.rules.sharing import new_code, person_and_group
from surgeries.states import PRIVATE_BY_DEFAULT
from surgeries.turnout.attribution import attribute_by_name


@transaction.atomic
def pass_on(series, *, to, by, now):
    """A link for whoever `to` names: "Sharon at Highgate Tenants", or a group, or one we know.

    Makes the network and the connector when they are new. The same answer again gets the same
    link, unless that was switched off. Raises Refused when nobody is named.
    """
    known = attribute_by_name(series, said=to)
    if known.said_network:
        network, connector = known.said_network, known.said_connector
    else:
        person, group = person_and_group(tidy(to))
        network = find_or_make_network(series, name=group, now=now)
        connector = find_or_make_connector(network, name=person, now=now) if person else None
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    links = InviteLink.objects.filter(
        network=network, connector=connector, switched_off_at__isnull=True
    )
    return links.order_by("pk").first() or InviteLink.objects.create(
        network=network, connector=connector, code=new_code(), made_by=by, created_at=now
    )


def find_or_make_network(series, *, name, now):
    """The network of `series` with this name, in any spelling of it; made when new (R11).

    Part of the caller's transaction.
    """
    key = _key_of(name, Network)
    network, _made = Network.objects.get_or_create(
        series=series, key=key, defaults={"name": tidy(name), "created_at": now}
    )
    return network


def find_or_make_connector(network, *, name, now):
    """The person of this name in `network`; made when new. Part of the caller's transaction."""
    key = _key_of(name, Connector)
    connector, _made = Connector.objects.get_or_create(
        network=network, key=key, defaults={"name": tidy(name), "created_at": now}
    )
    return connector


@transaction.atomic
def describe_network(network, *, name, kind, area, private, by, now):
    """Write what a network is. Returns it.

    One that turns out to be of faith, health, support or a union is private from then on, unless
    she says otherwise afterwards (model.md). One that is not may be suggested from now on to
    people who book: whoever saves what it is has looked at its name.

    Raises Refused for a name another network has.
    """
    network = Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    others = Network.objects.filter(series=network.series_id, key=_key_of(name, Network))
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
def show_connector(connector, *, shown, by, now):
    """Keep the person's own yes to showing the name, or take it back."""
    connector.name_shown_from = now if shown else None
    connector.save(update_fields=["name_shown_from"])
    return connector


@transaction.atomic
def switch_link(link, *, on, by, now):
    """Switch a link off or on again. Whoever follows it still counts for its network (R12)."""
    link.switched_off_at = None if on else now
    link.save(update_fields=["switched_off_at"])
    return link


def _key_of(name, model):
    """The key under which `name` is kept; refused when there is none or it does not fit."""
    key = name_key(name)
    if not key:
        raise Refused(
            _("Enter a person or a group, like “Sharon at Highgate Tenants”."), field="who"
        )
    most = model._meta.get_field("name").max_length
    if len(tidy(name)) > most or len(key) > model._meta.get_field("key").max_length:
        raise Refused(_("Shorten the name to %(most)d letters.") % {"most": most}, field="who")
    return key
