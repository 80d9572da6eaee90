"""What an organiser says to a card: whom those people trust, or why she puts it aside."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.models import Card, Prospect, Series
from surgeries.refusals import Refused
from surgeries.rules.names import name_key, tidy
from surgeries.states import RecipeList

MOST_PEOPLE = 2
log = logging.getLogger(__name__)


@transaction.atomic
def answer_card(series, *, kind, network, figure, names, by, now):
    """Whom the people of `network` trust: each becomes a line of the list of who knows many.

    One or two `names`; one that waits on the lists for this network already is taken from there.
    The evenings before `now` are compared with those after. Returns the Card. Raises Refused
    without a name or with more than two.
    """
    names = list({name_key(name): tidy(name) for name in names if tidy(name)}.values())
    if not names:
        raise Refused(_("Enter whom they trust, like “Bev from the lunch club”."), field="first")
    if len(names) > MOST_PEOPLE:
        raise Refused(_("Enter one or two. Ask these first."), field="first")
    _hold(series)
    card = Card.objects.create(
        series=series,
        network=network,
        kind=kind,
        figure=figure,
        made_by=by,
        created_at=now,
        answered_at=now,
    )
    known = {name_key(one.who): one for one in network.prospects.filter(asked_at=None)}
    for name in names:
        if prospect := known.get(name_key(name)):
            prospect.card = card
            prospect.save(update_fields=["card"])
        else:
            Prospect.objects.create(
                series=series,
                list=RecipeList.BIG_LISTS,
                who=name,
                network=network,
                card=card,
                created_at=now,
            )
    log.info("card %s about network %s answered by person %s", card.pk, network.pk, by and by.pk)
    return card


@transaction.atomic
def dismiss_card(series, *, kind, network, figure, reason, words, by, now):
    """Put a card aside; it rests as `rules.cards.rests` says. Returns the Card.

    An answer to it that still stands is put aside with it.
    """
    _hold(series)
    last = series.cards.filter(kind=kind, network=network).order_by("created_at", "pk").last()
    if last is None or last.dismissed_at:
        last = Card(series=series, network=network, kind=kind, made_by=by, created_at=now)
    last.figure, last.dismissed_at = figure, now
    last.reason, last.reason_words = reason, tidy(words)
    last.save()
    log.info("card %s put aside by person %s", last.pk, by and by.pk)
    return last


@transaction.atomic
def list_neighbour(series, *, network, by, now):
    """Note a network of another series of hers on the lists of this one. Returns the Prospect.

    Raises Refused when it stands there already, or is a network of this series.
    """
    if network.series_id == series.pk:
        raise Refused(_("You have this network already."))
    _hold(series)
    keys = {name_key(who) for who in series.prospects.values_list("who", flat=True)}
    if network.key in keys:
        raise Refused(_("It stands on your lists already."))
    return Prospect.objects.create(
        series=series, list=RecipeList.MIGHT_COME, who=network.name, created_at=now
    )


def _hold(series):
    """Two taps at the same moment come one after the other."""
    Series.objects.select_for_update(no_key=True).get(pk=series.pk)
