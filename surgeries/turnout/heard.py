"""Answers to "Who told you about this?" that we did not understand, for a person to explain."""

from collections import defaultdict
from dataclasses import dataclass

from surgeries.models import Alias, Booking, Network
from surgeries.rules.matching import Known, Meaning, Source, meaning_of, nearest, same_words
from surgeries.states import AliasKind
from surgeries.turnout.attribution import words_known

AT_ONCE = 30
LATELY = 10


@dataclass(frozen=True)
class Unclear:
    """Some words, in the spelling most people used, how many people, and who may be meant."""

    words: str
    people: int
    offered: tuple[Network, ...]


@dataclass(frozen=True)
class Heard:
    """The first of the unclear answers, most people first, and how many more there are."""

    answers: tuple[Unclear, ...]
    more: int


def answers_in_doubt(series) -> Heard:
    """What waits to be explained in `series`: the same words are one answer.

    What was explained as no network waits no longer. Three statements.
    """
    known, networks = words_known(series), {row.pk: row for row in series.networks.all()}
    settled = {same_words(one.words) for one in known if one.network is None}
    said = {words: by for words, by in _by_words(series).items() if words not in settled}
    found: list[Unclear] = []
    looked = 0
    for by in sorted(said.values(), key=lambda by: (-len(_people(by)), min(by))):
        if len(found) == AT_ONCE:
            break
        looked += 1
        words = min(by, key=lambda spelling: (-len(by[spelling]), spelling))
        meant = meaning_of(words, known)
        if meant != Meaning(None):
            offered = _offered(words, meant, known, networks)
            found.append(Unclear(words, len(_people(by)), offered))
    return Heard(tuple(found), len(said) - looked)


def explained_lately(series):
    """The answers explained last, newest first, to be taken back."""
    answers = Alias.objects.filter(series=series, kind=AliasKind.ANSWER)
    return answers.select_related("network").order_by("-created_at", "-pk")[:LATELY]


def unclear_spellings(series, words: str) -> list[str]:
    """Every spelling of the same words among the answers nobody has understood."""
    spelled = Booking.objects.heard_and_not_understood(series).values_list("said", flat=True)
    return [said for said in spelled.distinct() if same_words(said) == same_words(words)]


def spellings_meant_by(alias: Alias, *, with_its_network: bool) -> list[str]:
    """The answers credited to the network of `alias` that only this alias makes clear.

    To be asked when it is gone already; `with_its_network` when that is to go too.
    """
    said = Booking.objects.filter(surgery__series=alias.series, said_network=alias.network)
    known = [
        one
        for one in words_known(alias.series)
        if not with_its_network or one.network != alias.network_id
    ]
    this = [Known(Source.ANSWER, alias.words, alias.network_id)]
    return [
        words
        for words in said.exclude(said="").values_list("said", flat=True).distinct()
        if (meaning_of(words, this) or same_words(words) == same_words(alias.words))
        and meaning_of(words, known) != Meaning(alias.network_id)
    ]


def _by_words(series) -> dict[str, dict[str, set[int]]]:
    """Same words -> spelling -> who said it."""
    heard: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = Booking.objects.heard_and_not_understood(series).values_list("said", "attendee_id")
    for said, attendee in rows.distinct():
        heard[same_words(said)][said].add(attendee)
    return heard


def _people(by: dict[str, set[int]]) -> set[int]:
    return set().union(*by.values())


def _offered(words, meant, known, networks) -> tuple[Network, ...]:
    """Whom we know by these words by now comes first; the others are only alike."""
    likely = [meant.network] if meant else []
    likely += [pk for pk in nearest(words, known) if pk not in likely]
    return tuple(networks[pk] for pk in likely[:3])
