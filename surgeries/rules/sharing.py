"""Passing it on: who it goes to, the texts to send, and codes for links (R10)."""

import re
import secrets

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surgeries.rules.invitations import SENTENCES, comma
from surgeries.states import Language, PassedOnBy

FEWEST_LETTERS = 80
MOST_LETTERS = 160
# Without the letters and figures that look alike on paper or sound alike on the phone.
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8
# On each channel, what is said beside what, when and where: first what matters most there.
FIRST_ON = {
    PassedOnBy.WHATSAPP: ("hello", "bring", "welcome", "spread"),
    PassedOnBy.FACEBOOK: ("spread", "bring", "welcome"),
    PassedOnBy.EMAIL: ("welcome", "hello", "bring", "spread"),
    PassedOnBy.NEWSLETTER: ("bring", "welcome", "spread"),
}
SPOKEN_IN_ORDER = ("hello", "what", "where", "bring", "welcome", "spread", "end")
# The ways that each kit has a link of its own for.
IN_A_KIT = (PassedOnBy.LINK, *FIRST_ON, PassedOnBy.POSTER, PassedOnBy.CARD)


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


def invitation(
    channel: str, language: str, *, link: str, when: str = "", place: str = "", series: str = ""
) -> str:
    """An invitation of 80 to 160 letters for one `channel`, ending in its link (R10).

    `when` is as of `when_short`, in the same language; without it there is no date yet, and
    `series` names us. Of the sentences that may be left out, those that matter most on this
    channel come first, as many as fit. A place too long for 160 letters is cut. Only a link of
    over 60 letters breaks the bounds.
    """
    say = SENTENCES[Language(language)]
    where = f"{when}{comma(language)} {place}." if when else f"{series}."
    end = f"{say.book if when else say.see} {link}"
    said, room = {}, MOST_LETTERS - len(f"{say.what}  {end}")
    said["where"] = where if len(where) <= room else where[: room - 1].rstrip() + "…"
    said |= {"what": say.what, "end": end}
    for name in FIRST_ON[PassedOnBy(channel)]:
        more = said | {name: getattr(say, name)}
        if len(_in_order(more)) <= MOST_LETTERS:
            said = more
    return _in_order(said)


def _in_order(said: dict[str, str]) -> str:
    return " ".join(said[name] for name in SPOKEN_IN_ORDER if name in said)


def note_before(name: str, *, coming: int, day: str) -> str:
    """A note to a connector before a surgery: how many of hers are coming on `day`.

    `name` is what we call her; without it, she is greeted by none.
    """
    if not coming:
        return _greeting(name) + _(
            "nobody of yours has booked for %(day)s yet. Who might like to come, if you asked?"
        ) % {"day": day}
    return _greeting(name) + ngettext(
        "%(coming)d of yours is coming on %(day)s. Will you say that we look forward to it?",
        "%(coming)d of yours are coming on %(day)s. Will you tell them we look forward to it?",
        coming,
    ) % {"coming": coming, "day": day}


def note_after(name: str, *, came: int, day: str) -> str:
    """A note to a connector after a surgery: how many of hers came on `day`, at least one."""
    return _greeting(name) + ngettext(
        "%(came)d of yours came on %(day)s. Thank you for passing it on. How was it for them?",
        "%(came)d of yours came on %(day)s. Thank you for passing it on. How was it for them?",
        came,
    ) % {"came": came, "day": day}


def _greeting(name: str) -> str:
    return _("Hello %(name)s, ") % {"name": name} if name else _("Hello, ")


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
