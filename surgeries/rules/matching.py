"""Which network or connector a typed answer means: only ever the one that stands out (R11, R12).

The words as written come first. Then accents, case, punctuation, articles and talk around the name
("I heard from the choir") are forgiven, then first names and "association" left out, then small
slips of the fingers. At the first step that finds somebody, everything found must be of one
network; else nothing is guessed and the answer waits for the organiser.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from rapidfuzz.distance import OSA

from surgeries.rules.names import name_key


class Source(IntEnum):
    """Where known words come from; of the same words the first of these is meant."""

    NETWORK = 1
    ANSWER = 2
    PERSON = 3
    ROLE = 4
    ALIAS = 5


@dataclass(frozen=True)
class Known:
    """Words that mean something. Without `network` they name none ("my neighbour").

    `network` and `connector` are primary keys; `network_name` is what a person belongs to.
    """

    source: Source
    words: str
    network: int | None = None
    connector: int | None = None
    network_name: str = ""

    @cached_property
    def key(self) -> str:
        return name_key(self.words)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        return plain_words(self.words)

    @cached_property
    def place(self) -> tuple[str, ...]:
        """The words of the network that a person is said to be "at"."""
        return plain_words(self.network_name)


@dataclass(frozen=True)
class Meaning:
    """What an answer means: a network, perhaps a connector in it, or surely no network (None)."""

    network: int | None
    connector: int | None = None


# Words around a name that say nothing of whose name it is.
ARTICLES = "the a an le la les l el los un une der die"
LINKS = "at from of in by through via and with for de du del da od z ze ve von vom bei chez por"
TALK = (
    "i was we they me us told tell about heard hear saw seen found got know someone somebody "
    "people newsletter poster leaflet flyer email mail text message whatsapp facebook meeting"
)
AROUND_A_NAME = frozenset(f"{ARTICLES} {LINKS} {TALK}".split())
KINDS = "association society organisation community cic ltd uk"
OFTEN_LEFT_OUT = frozenset(KINDS.split())
# A slip is forgiven from this many letters on, a second one from that many.
ONE_SLIP, TWO_SLIPS = 5, 9
# A first name alone is another person's soon enough: "Karen", "Karin".
ONE_SLIP_IN_A_NAME = 6
LETTERS_RUN_TOGETHER = 6


def plain_words(text: str) -> tuple[str, ...]:
    """The words of `text` without accents, case, punctuation and what stands around a name.

    Of a text that is nothing but such words ("The A") all are kept.
    """
    letters = "".join(_plain(c) for c in unicodedata.normalize("NFKD", name_key(text)))
    words = unicodedata.normalize("NFC", letters).split()
    return tuple(word for word in words if word not in AROUND_A_NAME) or tuple(words)


def meaning_of(said: str, known: Iterable[Known]) -> Meaning | None:
    """What `said` means among `known`; None when nothing or more than one network stands out."""
    known = list(known)
    if not plain_words(said):
        return None
    if exact := as_written(said, known):
        return _the_one(exact)
    words = plain_words(said)
    for is_meant in STEPS:
        if found := [one for one in known if is_meant(words, one)]:
            return _the_one(found)
    return None


def named(said: str, known: Iterable[Known]) -> Meaning | None:
    """What `said` means to the letter, but for case and spaces: nothing is forgiven."""
    return _the_one(as_written(said, list(known)))


def as_written(said: str, known: list[Known]) -> list[Known]:
    """All that `said` means to the letter, but for case and spaces, of the first source of it."""
    key = name_key(said)
    found = [one for one in known if key and one.key == key]
    first = min((one.source for one in found), default=None)
    return [one for one in found if one.source == first]


def same_words(said: str) -> str:
    """What answers have in common that an organiser would call the same words."""
    return " ".join(plain_words(said)) or name_key(said)


def nearest(said: str, known: Iterable[Known], most: int = 3) -> list[int]:
    """Networks that may be meant, likeliest first: to offer to a person, never to decide."""
    words = plain_words(said)
    found: dict[int, float] = {}
    for one in known:
        if one.network and (score := _likeness(words, one)):
            found[one.network] = max(found.get(one.network, 0), score)
    return sorted(found, key=lambda network: (-found[network], network))[:most]


def _plain(c: str) -> str:
    """One character of a decomposed text: itself, a space for punctuation, "" for an accent."""
    if c in "'’‘`´ʼ" or 0x300 <= ord(c) <= 0x36F or 0x64B <= ord(c) <= 0x65F:
        return ""
    if c in UNDECOMPOSED:
        return UNDECOMPOSED[c]
    return " " if unicodedata.category(c)[0] in "PZSC" else c


UNDECOMPOSED = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ـ": ""}


def _the_one(found: list[Known]) -> Meaning | None:
    if len({one.network for one in found}) != 1:
        return None
    people = {one.connector for one in found}
    return Meaning(found[0].network, people.pop() if len(people) == 1 else None)


def _same(words: tuple[str, ...], one: Known) -> bool:
    """The same words, whether or not they are run together ("redkite"), in any order."""
    run = "".join(words)
    together = len(run) >= LETTERS_RUN_TOGETHER and run == "".join(one.plain)
    return together or sorted(words) == sorted(one.plain)


def _person_of(words: tuple[str, ...], one: Known) -> bool:
    """ "Sharon" of "Sharon O’Neill", or "Sharon Highgate": a person and where she is."""
    return _person_with(words, one, _equal)


def _without_its_kind(words: tuple[str, ...], one: Known) -> bool:
    """ "Highgate Tenants" of "Highgate Tenants Association"; a place alone is no name."""
    if one.source != Source.NETWORK or len(words) < 2 or len(words) + 1 != len(one.plain):
        return False
    return any(
        word in OFTEN_LEFT_OUT and words == one.plain[:n] + one.plain[n + 1 :]
        for n, word in enumerate(one.plain)
    )


def _with_slips(words: tuple[str, ...], one: Known) -> bool:
    if one.source == Source.PERSON and len(words) == 1 and len(words[0]) < ONE_SLIP_IN_A_NAME:
        return False
    if _alike(words, one.plain) or _run_together(words, one.plain):
        return True
    return _person_with(words, one, _is_a_slip)


STEPS: tuple[Callable[[tuple[str, ...], Known], bool], ...] = (
    *(_same, _person_of, _without_its_kind, _with_slips),
)


def _person_with(words, one: Known, alike: Callable[[str, str], bool]) -> bool:
    """A person by her first name or her whole one, or by what she does, and perhaps where."""
    if one.source not in (Source.PERSON, Source.ROLE):
        return False
    # Her last name must be hers: "Sharon Smith" is not Sharon O'Neill.
    enough = one.plain[:1] if one.source == Source.PERSON else one.plain
    for name in (one.plain, enough):
        where = words[len(name) :]
        if len(words) >= len(name) and all(map(alike, words, name)):
            return all(any(alike(word, place) for place in one.place) for word in where)
    return False


def _equal(one: str, other: str) -> bool:
    return one == other


def _alike(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Word for word the same but for slips, at most two in all."""
    if len(words) != len(others) or not any(map(_is_a_slip, words, others)):
        return False
    pairs = list(zip(words, others, strict=True))
    return all(_is_a_slip(*pair) for pair in pairs) and sum(OSA.distance(*p) for p in pairs) <= 2


def _is_a_slip(one: str, other: str) -> bool:
    """Whether `one` is `other` but for a slip or two: never in the first letter or in a figure."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    allowed = (shorter >= ONE_SLIP) + (shorter >= TWO_SLIPS)
    if one[0] != other[0] or any(c.isdigit() for c in one + other):
        return False
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _run_together(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """A space too many or too few, and one slip beside it ("Lady wood Chior")."""
    if len(words) == len(others):
        return False
    one, other = "".join(words), "".join(others)
    long_enough = min(len(one), len(other)) >= TWO_SLIPS
    return long_enough and _is_a_slip(one, other) and OSA.distance(one, other) <= 1


def _likeness(words: tuple[str, ...], one: Known) -> float:
    """From 0 to 1: the share of the answer's words that the name or its place knows."""
    there = (*one.plain, *one.place)
    hits = sum(len(word) > 2 and any(_is_a_slip(word, other) for other in there) for word in words)
    return hits / len(words) if words else 0.0
