"""The cards an organiser is shown when it isn't working: derived anew at each look (L2, R63)."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from surgeries.models import Booking, Card, InviteLink, Network, Prospect, Surgery
from surgeries.rules import cards as rules
from surgeries.rules.names import name_key
from surgeries.rules.turnout import overall_rate
from surgeries.states import RECORDED, CardKind, Outcome, RecipeList
from surgeries.turnout.tried import Tried, tried_through

CAME = Q(outcome=Outcome.CAME)
BOOKED = Q(walked_in=False)
TO_ASK = (RecipeList.BIG_LISTS, RecipeList.MIGHT_COME)
AT_ONCE = 3


@dataclass(frozen=True)
class Seen:
    """What one evening saw of one network: `people` came, walk-ins included."""

    sent: int = 0
    booked: int = 0
    recorded: int = 0
    came: int = 0
    people: int = 0


@dataclass(frozen=True)
class Shown:
    """A card. `network` is None when it is about the series; `figure` as in rules.cards.

    `sent`, `people` and `short` are of the last two evenings, or of the last three where they are
    what the card is about. `names` are lines of the lists; `answer` is what she said before.
    """

    kind: CardKind
    network: Network | None
    figure: int = 0
    sent: int = 0
    people: int = 0
    everybody: int = 0
    recorded: int = 0
    turned_up: bool = False
    elsewhere: bool = False
    names: tuple[str, ...] = ()
    tried: Tried | None = None
    answer: "Answer | None" = None

    @property
    def pk(self) -> int:
        """The number of its network in an address; 0 when it is about the series."""
        return self.network.pk if self.network else 0


@dataclass(frozen=True)
class Answer:
    """Whom she named, and how many came at two evenings before and at two since, oldest first.

    A number is None where nobody wrote down who came.
    """

    row: Card
    prospects: tuple[Prospect, ...]
    before: tuple[int | None, ...]
    since: tuple[int | None, ...]

    @property
    def not_asked(self) -> tuple[Prospect, ...]:
        return tuple(one for one in self.prospects if not one.asked_at)

    @property
    def is_due(self) -> bool:
        """There is something to do or to learn: somebody to ask, or two evenings to compare."""
        return bool(self.not_asked) or len(self.since) == rules.EVENINGS_TRIED


class _Look:
    """Everything the cards of a series are worked out from, read once: five statements."""

    def __init__(self, series, now):
        self.series, self.now = series, now
        self.evenings = list(_evenings(series, now))
        self.cells = _cells(self.evenings)
        self.networks = list(_networks(series, now))
        self.rows = {}
        for row in series.cards.prefetch_related("people").order_by("created_at", "pk"):
            self.rows[row.kind, row.network_id or 0] = row

    def seen(self, network, evenings=rules.LOOKS_BACK) -> list[Seen]:
        """What the last evenings saw of a network, newest first."""
        return [self.cells[e.pk].get(network, Seen()) for e in self.evenings[:evenings]]

    def known(self, evening) -> bool:
        """Somebody wrote down who came."""
        return any(cell.recorded or cell.people for cell in self.cells[evening.pk].values())

    @cached_property
    def p0(self) -> float:
        every = [cell for cells in self.cells.values() for cell in cells.values()]
        return overall_rate(sum(c.came for c in every), sum(c.recorded for c in every))

    def is_older(self, moment: datetime.datetime, evenings: int) -> bool:
        """Whether something was there before the last `evenings` evenings began."""
        return len(self.evenings) >= evenings and moment <= self.evenings[evenings - 1].starts_at

    def rests(self, card: Shown) -> bool:
        row = self.rows.get((card.kind, card.pk))
        if row is None or row.dismissed_at is None:
            return False
        since = sum(evening.starts_at > row.dismissed_at for evening in self.evenings)
        return rules.rests(card.kind, evenings_since=since, then=row.figure, now=card.figure)


def cards_of(series, *, elsewhere, now) -> list[Shown]:
    """Every card of `series` that does not rest, what matters most first; one for a network.

    `elsewhere` are the series whose networks may be named here: the asker's own. At most 15
    statements, whatever the number of rows.
    """
    look = _Look(series, now)
    found: list[Shown] = []
    taken: set[int] = set()
    for find in (_answered, _not_working, _quiet, _one_network, _on_the_lists):
        for card in find(look):
            if card.pk == 0 or card.pk not in taken:
                taken.add(card.pk)
                found.append(card)
    found += [c for c in _never_asked(look, elsewhere) if c.pk not in taken]
    return _with_tried(look, [card for card in found if not look.rests(card)])


def worth_showing(cards: list[Shown]) -> list[Shown]:
    """Those for the first page of a series: three, without an answer that only waits."""
    return [card for card in cards if card.answer is None or card.answer.is_due][:AT_ONCE]


def _answered(look: _Look) -> Iterator[Shown]:
    networks = {network.pk: network for network in look.networks}
    for (kind, pk), row in look.rows.items():
        if row.answered_at and not row.dismissed_at and pk in networks:
            answer = _answer(look, row, row.answered_at)
            yield Shown(CardKind(kind), **_measured(look, networks[pk]), answer=answer)


def _answer(look: _Look, row: Card, answered_at: datetime.datetime) -> Answer:
    starts = [evening.starts_at for evening in look.evenings]
    before, since = rules.before_and_since(starts, answered_at)
    return Answer(
        row,
        tuple(row.people.all()),
        *(tuple(_people(look, row.network_id, place) for place in on) for on in (before, since)),
    )


def _people(look: _Look, network: int | None, place: int) -> int | None:
    evening = look.evenings[place]
    seen = look.cells[evening.pk].get(network, Seen())
    return seen.people if look.known(evening) else None


def _measured(look: _Look, network: Network) -> dict[str, Any]:
    lately = look.seen(network.pk, rules.EVENINGS_TRIED)
    sent, came, recorded = (
        sum(getattr(s, f) for s in lately) for f in ("sent", "came", "recorded")
    )
    hoped = rules.EVENINGS_TRIED * (network.hoped_for or 0)
    return {
        "network": network,
        "figure": max(hoped - sent, round(recorded * look.p0) - came, 0),
        "sent": sent,
        "people": sum(s.people for s in lately),
        "everybody": hoped,
        "recorded": recorded,
        "turned_up": rules.turned_up_too_few(
            came=came, recorded=recorded, booked=sum(s.booked for s in lately), p0=look.p0
        ),
    }


def _not_working(look: _Look) -> Iterator[Shown]:
    for network in look.networks:
        if not look.is_older(network.created_at, rules.EVENINGS_TRIED):
            continue
        measured = _measured(look, network)
        sent = [seen.sent for seen in look.seen(network.pk)]
        if measured["turned_up"] or rules.sent_too_few(sent, network.hoped_for):
            yield Shown(CardKind.NOT_WORKING, **measured)


def _quiet(look: _Look) -> Iterator[Shown]:
    for network in look.networks:
        sent = [seen.sent for seen in look.seen(network.pk)]
        if not network.is_coming and rules.is_quiet(sent):
            yield Shown(CardKind.QUIET, network)


def _one_network(look: _Look) -> Iterator[Shown]:
    came: Counter[int | None] = Counter()
    for evening in look.evenings[: rules.EVENINGS_OF_ONE]:
        for pk, seen in look.cells[evening.pk].items():
            came[pk] += seen.people
    most = rules.lives_off(came, sum(map(look.known, look.evenings[: rules.EVENINGS_OF_ONE])))
    for network in look.networks:
        if network.pk == most:
            people, everybody = came[most], came.total()
            percent = round(100 * people / everybody)
            yield Shown(CardKind.ONE_NETWORK, network, percent, people=people, everybody=everybody)


def _on_the_lists(look: _Look) -> Iterator[Shown]:
    if not look.evenings:
        return
    waiting = look.series.prospects.filter(
        asked_at=None, list__in=TO_ASK, card=None, created_at__lte=look.evenings[0].starts_at
    )
    names = tuple(waiting.order_by("created_at", "pk").values_list("who", flat=True))
    if names:
        yield Shown(CardKind.ON_THE_LISTS, None, len(names), names=names[:AT_ONCE])


def _never_asked(look: _Look, elsewhere) -> Iterator[Shown]:
    """Her own without a link or a booking; then those of her other series in the same town."""
    if not look.evenings:
        return
    for network in look.networks:
        untouched = not (network.has_link or network.ever_booked or network.is_coming)
        if untouched and look.is_older(network.created_at, 1):
            yield Shown(CardKind.NEVER_ASKED, network)
    known = {*look.series.networks.values_list("key", flat=True)} | {
        name_key(who) for who in look.series.prospects.values_list("who", flat=True)
    }
    town = name_key(look.series.town)
    near = [s.pk for s in elsewhere if s.pk != look.series.pk and name_key(s.town) == town]
    others = Network.objects.suggestible().filter(series__in=near).select_related("series")
    for network in others.order_by("key", "pk"):
        if network.key not in known:
            known.add(network.key)
            yield Shown(CardKind.NEVER_ASKED, network, elsewhere=True)


def _with_tried(look: _Look, cards: list[Shown]) -> list[Shown]:
    """The same cards, each about a network of the series with what was tried there."""
    asked = (CardKind.NOT_WORKING, CardKind.QUIET)
    about = [card.pk for card in cards if card.kind in asked]
    if not about:
        return cards
    starts = [evening.starts_at for evening in look.evenings[: rules.EVENINGS_TRIED + 1]]
    since = starts[-1] if starts else look.series.created_at
    tried = tried_through(look.series, about, since=since)
    return [replace(card, tried=tried[card.pk]) if card.kind in asked else card for card in cards]


def _evenings(series, now):
    """The last evenings that are over and of which somebody is known, newest first."""
    live = Booking.objects.live().filter(surgery=OuterRef("pk"))
    return series.surgeries.over(now).filter(Exists(live))[: rules.LOOKS_BACK]


def _cells(evenings: list[Surgery]) -> dict[int, dict[int | None, Seen]]:
    """Evening -> network (None for "Not known") -> what it saw of it."""
    cells: dict[int, dict[int | None, Seen]] = defaultdict(dict)
    rows = (
        Booking.objects.live()
        .filter(surgery__in=evenings)
        .order_by()
        .values("surgery", "credited_network")
        .annotate(
            sent=Count("pk", filter=BOOKED | CAME),
            booked=Count("pk", filter=BOOKED),
            recorded=Count("pk", filter=BOOKED & Q(outcome__in=RECORDED)),
            in_time=Count("pk", filter=BOOKED & CAME),
            people=Count("pk", filter=CAME),
        )
    )
    for row in rows:
        cells[row["surgery"]][row["credited_network"]] = Seen(
            row["sent"], row["booked"], row["recorded"], row["in_time"], row["people"]
        )
    return cells


def _networks(series, now):
    through = Booking.objects.live().filter(credited_network=OuterRef("pk"))
    return (
        series.networks.current()
        .annotate(
            ever_booked=Exists(through.filter(surgery__starts_at__lte=now)),
            is_coming=Exists(through.filter(surgery__starts_at__gt=now)),
            has_link=Exists(InviteLink.objects.filter(network=OuterRef("pk"))),
        )
        .order_by("key", "pk")
    )
