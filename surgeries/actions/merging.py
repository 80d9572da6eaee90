"""Two networks turn out to be one, or one that was never used goes."""

import logging

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from surgeries.models import (
    Alias,
    Attendee,
    Belonging,
    Booking,
    Card,
    Connector,
    ImportRun,
    InviteLink,
    Message,
    Network,
    Prospect,
    Series,
    SharedView,
    Surgery,
)
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.states import AliasKind

log = logging.getLogger(__name__)

# Every column that points to a network; a test holds that none is forgotten.
POINTS_TO_A_NETWORK = (
    (Booking, "said_network"),
    (Booking, "followed_network"),
    (Booking, "credited_network"),
    (Attendee, "first_network"),
    (Connector, "network"),
    (InviteLink, "network"),
    (Alias, "network"),
    (Prospect, "network"),
    (SharedView, "network"),
    (Card, "network"),
    (Belonging, "network"),
)
POINTS_TO_A_CONNECTOR = (
    (Booking, "credited_connector"),
    (Booking, "brought_by"),
    (InviteLink, "connector"),
    (Alias, "connector"),
    (Message, "connector"),
)
KEPT_OF_A_CONNECTOR = ("role", "contact", "ask_by", "note")
LONGEST_ABOUT = Network._meta.get_field("about").max_length


def what_hangs_on(network):
    """How much belongs to a network, by name: what moves when it is merged, as numbers."""
    told = Q(said_network=network) | Q(followed_network=network) | Q(credited_network=network)
    return {
        "bookings": Booking.objects.filter(told).count(),
        "people": Attendee.objects.filter(first_network=network).count(),
        "connectors": network.connectors.count(),
        "links": network.links.count(),
        "groups": network.groups.count(),
        "words": network.aliases.count(),
        "prospects": network.prospects.count(),
        "belongings": network.belongings.count(),
    }


@transaction.atomic
def merge_networks(network, *, into, by, now):
    """Move everything of `network` to `into` and delete it. Returns `into` (issue 4, point 1).

    Its name goes on meaning `into`, and its links count for it. If either is private, so is
    `into` from then on. What `into` says of itself stays; what it leaves empty is filled.
    Raises Refused for one network twice, for two series, and when `into` is put away.
    """
    network, into = _hold(network, into)
    if network.pk == into.pk:
        raise Refused(_("Choose another network than this one."), field="into")
    if network.series_id != into.series_id:
        raise Refused(_("Both have to belong to one surgery."), field="into")
    if into.removed_at:
        raise Refused(
            _("You have put %(network)s away. Bring it back first.") % {"network": into.name},
            field="into",
        )
    _merge_connectors(network, into)
    _merge_belongings(network, into)
    for model, field in POINTS_TO_A_NETWORK:
        model._base_manager.filter(**{field: network}).update(**{field: into})
    for group in network.groups.all():
        group.networks.add(into)
    _rewrite_imports(network, into)
    _describe(network, into)
    _remember_name(network, into, by, now)
    log.info("network %s merged into %s by person %s", network.pk, into.pk, by and by.pk)
    network.delete()
    return into


@transaction.atomic
def delete_network(network, *, by, now):
    """Forget a network that nothing hangs on. Raises Refused when something does."""
    (network,) = _hold(network)
    if any(what_hangs_on(network).values()):
        raise Refused(_("Something belongs to this network. Put it away instead."))
    log.info("network %s deleted by person %s", network.pk, by and by.pk)
    network.delete()


def _hold(*networks):
    """The rows of networks of one series, as given, with everything that could point to them.

    Whoever books holds her surgery while she looks for a network, and an import its series; so
    nobody writes down a network that goes. Networks are taken in the order of their numbers.
    """
    series = {network.series_id for network in networks}
    list(Series.objects.select_for_update(no_key=True).filter(pk__in=series).order_by("pk"))
    surgeries = Surgery.objects.select_for_update(no_key=True).filter(series__in=series)
    list(surgeries.order_by("pk").values_list("pk"))
    numbers = {network.pk for network in networks}
    rows = Network.objects.select_for_update().filter(pk__in=numbers).order_by("pk").in_bulk()
    if rows.keys() != numbers:
        raise Refused(_("Somebody changed your networks a moment ago. Look at the list again."))
    return [rows[network.pk] for network in networks]


def _merge_connectors(network, into):
    """A person who stands in both becomes one, with no more of her consent than both hold."""
    there = {person.key: person for person in into.connectors.exclude(key="")}
    for double in network.connectors.filter(key__in=there):
        person = there[double.key]
        for field in KEPT_OF_A_CONNECTOR:
            setattr(person, field, getattr(person, field) or getattr(double, field))
        if not double.name_shown_from:
            person.name_shown_from = None
        person.page_off_at = person.page_off_at or double.page_off_at
        if not double.removed_at:
            person.removed_at = None
        person.save()
        for model, field in POINTS_TO_A_CONNECTOR:
            model._base_manager.filter(**{field: double}).update(**{field: person})
        double.delete()


def _merge_belongings(network, into):
    """Whoever belongs to both belongs to one: the row of `into` stays."""
    for person in ("helper", "user", "attendee"):
        there = into.belongings.exclude(**{person: None}).values(person)
        network.belongings.filter(**{f"{person}__in": there}).delete()


def _rewrite_imports(network, into):
    """What an import noted about a network goes for the one it is now, so that it can be undone."""
    runs = ImportRun.objects.filter(series=into.series_id, undone_at=None).exclude(before={})
    for run in runs:
        for values in run.before.values():
            for name in values.keys() & {"said_network_id", "credited_network_id"}:
                values[name] = [into.pk if pk == network.pk else pk for pk in values[name]]
        run.save(update_fields=["before"])


def _describe(network, into):
    into.area, into.hoped_for = into.area or network.area, into.hoped_for or network.hoped_for
    both = [text for text in (into.about, network.about) if text]
    into.about = "\n\n".join(both)[:LONGEST_ABOUT]
    into.languages = list(dict.fromkeys([*into.languages, *network.languages]))
    if network.private:
        into.private, into.suggested_from = True, None
    into.save()


def _remember_name(network, into, by, now):
    Alias.objects.update_or_create(
        series_id=into.series_id,
        key=network.key,
        defaults={
            "words": tidy(network.name),
            "kind": AliasKind.FORMER_NAME,
            "network": into,
            "connector": None,
            "made_by": by,
            "created_at": now,
        },
    )
