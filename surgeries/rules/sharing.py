"""Passing it on: who it goes to, the text to send, and codes for links (R10)."""

import re
import secrets

from django.utils.translation import gettext as _

FEWEST_LETTERS = 80
MOST_LETTERS = 160
# Without the letters and figures that look alike on paper or sound alike on the phone.
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8


def new_code() -> str:
    """A code that nobody can guess and anybody can type: 8 of 31 letters and figures."""
    return "".join(secrets.choice(CODE_ALPHABET) for _letter in range(CODE_LENGTH))


def person_and_group(to: str) -> tuple[str, str]:
    """Who "Sharon at Highgate Tenants" and "Sharon, Highgate Tenants" are: a person and a group.

    Without "at" or a comma it is a group, and the person is "".
    """
    parts = re.split(r"\s+at\s+|\s*,\s*", to, maxsplit=1, flags=re.IGNORECASE)
    person, group = parts if len(parts) == 2 else ("", to)
    return (person.strip(), group.strip()) if person.strip() and group.strip() else ("", to)


def text_to_send(*, link: str, when: str = "", place: str = "", series: str = "") -> str:
    """An invitation of 80 to 160 letters with its link, as friendly as fits.

    `when` is "Wed 11 Nov from 5:30pm"; without it there is no date yet, and `series` names us.
    A place too long for 160 letters is cut. Only a link of over 120 letters breaks the bounds.
    """
    words = {"link": link, "when": when, "place": place, "series": series}
    return _as_friendly_as_fits(
        _dated() if when else _undated(), words, "place" if when else "series"
    )


def text_to_ask(*, link: str, when: str, place: str) -> str:
    """Asking somebody to help for one evening (R41), in 80 to 160 letters; as `text_to_send`."""
    return _as_friendly_as_fits(_asking(), {"link": link, "when": when, "place": place}, "place")


def text_to_approach(*, who: str, network: str = "") -> str:
    """What to say to `who`, whom the people of `network` trust (L2), in 80 to 160 letters.

    Without a network's name, as for a private one, the text gives none away.
    """
    words = {"who": who, "network": network}
    if network and len(_through() % words) <= MOST_LETTERS:
        return _through() % words
    return _as_friendly_as_fits(_approaching(), words, "who")


def _as_friendly_as_fits(texts: list[str], words: dict[str, str], cut: str) -> str:
    """The first of `texts` that fits; else the last one with the word `cut` cut short."""
    for text in texts:
        if len(said := text % words) <= MOST_LETTERS:
            return said
    too_many = len(said) - MOST_LETTERS
    shorter = words[cut][: -too_many - 1].rstrip() + "…"
    return text % (words | {cut: shorter})


def letters_wanted(text: str) -> str:
    """What is wrong with the length of a text, as a sentence; "" when it is right."""
    letters = len(text)
    if letters > MOST_LETTERS:
        return _("Your text has %(letters)d letters. Take out %(over)d so that it fits in one.") % {
            "letters": letters,
            "over": letters - MOST_LETTERS,
        }
    if letters < FEWEST_LETTERS:
        return _("Your text has %(letters)d letters. Say a little more: at least %(least)d.") % {
            "letters": letters,
            "least": FEWEST_LETTERS,
        }
    return ""


def _dated() -> list[str]:
    return [
        _(
            "Free, friendly help to get our group online: %(when)s, %(place)s. "
            "Bring your phone or laptop. Book: %(link)s"
        ),
        _("Free help to get our group online: %(when)s, %(place)s. Bring your phone. %(link)s"),
        _("Free help to get our group online: %(when)s, %(place)s. %(link)s"),
    ]


def _undated() -> list[str]:
    return [
        _(
            "Free, friendly help to get our group online, at %(series)s. "
            "Bring your phone or laptop. See when: %(link)s"
        ),
        _("Free help to get our group online, at %(series)s. See when: %(link)s"),
    ]


def _asking() -> list[str]:
    return [
        _(
            "Could you sit beside a neighbour for an evening and help them get online? "
            "%(when)s, %(place)s. Once is enough: %(link)s"
        ),
        _("Could you help a neighbour get online? %(when)s, %(place)s. Once is enough: %(link)s"),
        _("Could you help a neighbour get online? %(when)s, %(place)s. %(link)s"),
    ]


def _through() -> str:
    return _(
        "Hello %(who)s, people at %(network)s trust you. We give free help with phones and "
        "laptops. May I tell you about it over a cup of tea?"
    )


def _approaching() -> list[str]:
    return [
        _(
            "Hello %(who)s, people here trust you. We give free, friendly help with phones and "
            "laptops. May I tell you about it over a cup of tea?"
        ),
        _("Hello %(who)s, we give free help with phones and laptops. May I tell you about it?"),
    ]
