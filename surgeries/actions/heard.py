"""The organiser explains an answer that we did not understand, for past and future people alike."""

import logging

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from surgeries.actions.attendees import write_first_networks
from surgeries.actions.networks import find_or_make_network
from surgeries.models import Alias, Attendee, Booking, InviteLink, Network, Series
from surgeries.refusals import Refused
from surgeries.rules.names import name_key, tidy
from surgeries.states import AliasKind
from surgeries.turnout.heard import spellings_meant_by, unclear_spellings

log = logging.getLogger(__name__)


@transaction.atomic
def explain_answer(series, *, words, network, by, now):
    """From now on `words` mean `network`, or surely none (None). Returns the alias, to be undone.

    Past bookings with the same words say and credit it too, and whoever passed on its link that
    they followed. Who had no first network has the one of her earliest booking that is credited to
    one. Raises Refused for words that mean something by another name already, and for no words.
    """
    Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    key = name_key(words)
    if not key:
        raise Refused(_("There are no words to explain."))
    others = Alias.objects.filter(series=series, key=key).exclude(kind=AliasKind.ANSWER)
    if others.exists():
        raise Refused(_("These words mean a network already. Take that away first."))
    alias, _made = Alias.objects.update_or_create(
        series=series,
        key=key,
        defaults={
            "words": tidy(words),
            "kind": AliasKind.ANSWER,
            "network": network,
            "connector": None,
            "made_by": by,
            "created_at": now,
        },
    )
    if network:
        heard = Booking.objects.heard_and_not_understood(series)
        pks = _held(heard.filter(said__in=unclear_spellings(series, words)))
        Booking.objects.filter(pk__in=pks).update(
            said_network=network,
            credited_network=network,
            credited_connector=_who_passed_on(network=network),
        )
        people = Attendee.objects.filter(bookings__in=pks, first_network=None)
        write_first_networks(Attendee.objects.filter(pk__in=people.values("pk")))
        log.info("answer %s explained for %s bookings by person %s", alias.pk, len(pks), by.pk)
    return alias


@transaction.atomic
def explain_answer_by_name(series, *, words, name, by, now):
    """As `explain_answer`, for the network of this name, which is made when it is new.

    Raises Refused also for no name.
    """
    network = find_or_make_network(series, name=name, now=now)
    return explain_answer(series, words=words, network=network, by=by, now=now)


@transaction.atomic
def take_back_explanation(alias, *, by, now):
    """Undo an explanation: what only it made clear is credited to the link again, or to nobody.

    A network that was made for it, and that nothing else hangs on, goes too.
    """
    series = Series.objects.select_for_update(no_key=True).get(pk=alias.series_id)
    network, gone = alias.network, alias.pk
    alias.delete()
    if network:
        goes = network.created_at == alias.created_at and _nothing_hangs_on(network)
        spelled = spellings_meant_by(alias, with_its_network=goes)
        said = Booking.objects.filter(surgery__series=series, said_network=network)
        pks = _held(said.filter(said__in=spelled))
        Booking.objects.filter(pk__in=pks).update(
            said_network=None,
            credited_network=F("followed_network"),
            credited_connector=_who_passed_on(),
        )
        people = Attendee.objects.filter(bookings__in=pks, first_network=network)
        write_first_networks(Attendee.objects.filter(pk__in=people.values("pk")))
        if goes and not Booking.objects.naming(network).exists():
            network.delete()
    log.info("explanation %s taken back by person %s", gone, by.pk)


def _who_passed_on(**which):
    """The connector whose link a booking followed, if the link is such a one (`Attribution`)."""
    links = InviteLink.objects.filter(pk=OuterRef("followed_link"), **which)
    return Subquery(links.values("connector"))


def _held(bookings):
    """The keys of these bookings, each row held until the transaction ends."""
    rows = bookings.order_by("pk").select_for_update(no_key=True, of=("self",))
    return list(rows.values_list("pk", flat=True))


def _nothing_hangs_on(network: Network) -> bool:
    """Nothing but what people answered."""
    hanging = (network.connectors, network.links, network.groups, network.aliases)
    return not any(rows.exists() for rows in (*hanging, network.prospects, network.belongings))
