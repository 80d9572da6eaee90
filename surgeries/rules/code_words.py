"""Words to say instead of a link: easy to say, easy to tell apart, and never a secret's (R10)."""

import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from surgeries.rules.matching import AROUND_A_NAME, OFTEN_LEFT_OUT, plain_words
from surgeries.rules.names import tidy

FEWEST, MOST = 3, 24
# A name is known by its first word that is not one of these.
KINDS_AND_PLACES = (
    "club group groups friends choir church mosque centre center hall house team tenants "
    "residents neighbours saint new old little women mens womens young local"
)
SAYS_LITTLE = AROUND_A_NAME | OFTEN_LEFT_OUT | frozenset(KINDS_AND_PLACES.split())
# Two syllables or three, known to people who learned English late, none like another.
EASY_WORDS = (
    *("Robin", "Tiger", "Lemon", "Kettle", "Garden", "Button", "Pepper", "Rocket", "Violin"),
    *("Penguin", "Mango", "Candle", "Dolphin", "Feather", "Ginger", "Hammer", "Island", "Jacket"),
    *("Ladder", "Needle", "Orange", "Umbrella", "Window", "Yellow", "Zebra", "Biscuit"),
    *("Carpet", "Eagle", "Guitar", "Honey", "Kitten", "Sunday", "Tomato", "Apple", "Silver"),
)


def suggested_word(name: str, *, seed: int, is_free: Callable[[str], bool]) -> str:
    """A word for whoever `name` names, free in its series; without a name, an easy one.

    `seed` is any whole number: another one starts at another word. When all are taken, an easy
    word and a figure.
    """
    names = [_word_of(name)] if _word_of(name) else []
    start = seed % len(EASY_WORDS)
    easy = (*EASY_WORDS[start:], *EASY_WORDS[:start])
    for word in (*names, *easy):
        if is_free(word):
            return word
    return next(w for n in range(2, 1000) for w in [f"{easy[0]} {n}"] if is_free(w))


def wrong_with_word(word: str) -> str:
    """What makes a code word hard to say or to know, as a sentence; "" when it is right."""
    word = tidy(word)
    if not FEWEST <= len(word) <= MOST or not re.fullmatch(r"[^\W\d_][\w’' -]*", word):
        return _("Enter a word that is easy to say, of 3 to 24 letters, like “Robin”.")
    if set(plain_words(word)) <= AROUND_A_NAME:
        return _("People say this anyway when we ask them. Choose another word, like “Robin”.")
    return ""


def tells_a_name(word: str, names: Sequence[str]) -> bool:
    """Whether a word gives away one of `names` that stay among ourselves."""
    said = plain_words(word)
    run = "".join(said)
    parts = {part for name in names for part in plain_words(name)}
    return any(part in said or (len(part) > FEWEST and part in run) for part in parts)


def _word_of(name: str) -> str:
    """ "Highgate" of "Highgate Tenants"; "" where no word of the name is good to say."""
    for word in re.findall(r"[^\W\d_]+", name):
        if len(word) > FEWEST and word.casefold() not in SAYS_LITTLE and not wrong_with_word(word):
            return word.capitalize()
    return ""
