"""What a share kit shows: links and how often each was opened, the word to say, who is coming."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from surgeries.models import Booking, Connector, InviteLink, Network, Surgery
from surgeries.rules.code_words import suggested_word, tells_a_name
from surgeries.rules.matching import meaning_of
from surgeries.rules.sharing import IN_A_KIT
from surgeries.states import LIVE, AliasKind, BookingState, Outcome, PassedOnBy
from surgeries.turnout.attribution import words_known

THANKED_WITHIN = timedelta(days=14)
SHOWN = 100
SUGGESTED = 200


@dataclass(frozen=True)
class Kit:
    """The kit of a network, or of one `connector` in it.

    `links` are all that were ever made, the latest 100, each with the times it was `opened`.
    `words` are its code words, the one to say first. `coming` and `last` are the next and the
    latest surgery; `theirs_coming` and `theirs_came` people credited to this kit, there.
    """

    network: Network
    connector: Connector | None
    links: list[Any]
    words: list[str]
    coming: Surgery | None
    last: Surgery | None
    theirs_coming: int
    theirs_came: int

    @property
    def working(self) -> dict[str, InviteLink]:
        """The link to hand out for each way; where all are switched off, none."""
        # Latest first, so that the oldest of two stays.
        return {link.passed_on_by: link for link in self.links if not link.switched_off_at}

    @property
    def is_whole(self) -> bool:
        return set(IN_A_KIT) <= set(self.working)

    @property
    def word_to_print(self) -> str:
        """The word to say, if it may stand in public; else ""."""
        word = next(iter(self.words), "")
        hidden = names_kept_back(self.network, self.connector)
        return "" if tells_a_name(word, hidden) else word

    @property
    def name_to_print(self) -> str:
        """The network's name, if an organiser has said that it may be public; else ""."""
        shown = self.network.suggested_from and not self.network.private
        return self.network.name if shown else ""

    def link_for(self, way: str, opened: InviteLink) -> InviteLink:
        """The link of this way, else the plain one, else the one that was `opened`."""
        return self.working.get(way) or self.working.get(PassedOnBy.LINK) or opened


def kit_of(link: InviteLink, *, now: datetime) -> Kit:
    """The kit that `link` belongs to; five statements, however many links."""
    network, connector = link.network, link.connector
    ours = InviteLink.objects.filter(network=network, connector=connector)
    words = network.aliases.filter(kind=AliasKind.CODE_WORD, connector=connector)
    in_series = Surgery.objects.filter(series=network.series_id).select_related("series", "venue")
    coming, last = in_series.upcoming(now).first(), in_series.over(now).first()
    if last and last.starts_at < now - THANKED_WITHIN:
        last = None
    return Kit(
        network,
        connector,
        list(ours.annotate(opened=Sum("opens__times", default=0)).order_by("-pk")[:SHOWN]),
        list(words.order_by("-created_at", "-pk").values_list("words", flat=True)),
        coming,
        last,
        **_theirs(network, connector, coming, last),
    )


def word_for(kit: Kit) -> str:
    """A word to suggest for a kit that has none: from its name if that may be public."""
    known = words_known(kit.network.series)

    def is_free(word: str) -> bool:
        meaning = meaning_of(word, known)
        mine = meaning and meaning.network == kit.network.pk and not kit.connector
        return not meaning or bool(mine)

    seed = kit.connector.pk if kit.connector else kit.network.pk
    name = "" if kit.connector else kit.name_to_print
    return suggested_word(name, seed=seed, is_free=is_free)


def known_names(series) -> list[str]:
    """Whom she may be thinking of: groups by name, people as "Sharon, Highgate Tenants"."""
    people = Connector.objects.current().filter(network__series=series).order_by("key", "role")
    groups = Network.objects.current().filter(series=series).order_by("key")
    return [
        *groups.values_list("name", flat=True)[:SUGGESTED],
        *(f"{c}, {c.network}" for c in people.select_related("network")[:SUGGESTED]),
    ]


def names_kept_back(network: Network, connector: Connector | None) -> list[str]:
    """Names that nothing public may tell: of a private network, of a connector without her yes."""
    names = [network.name] if network.private else []
    if connector and (network.private or not connector.name_shown_from):
        names.append(connector.name)
    return names


def _theirs(network, connector, coming, last) -> dict[str, int]:
    through = {"credited_connector": connector} if connector else {"credited_network": network}
    there = [surgery for surgery in (coming, last) if surgery]
    return Booking.objects.filter(**through, state__in=LIVE, surgery__in=there).aggregate(
        theirs_coming=Count("pk", filter=Q(surgery=coming, state=BookingState.BOOKED)),
        theirs_came=Count("pk", filter=Q(surgery=last, outcome=Outcome.CAME)),
    )
