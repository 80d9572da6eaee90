"""Our words for the messages a series may put in its own, and what its own may hold (R29, R30)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surgeries.refusals import Refused
from surgeries.states import REMINDERS, MessageKind

KINDS = (MessageKind.CONFIRMATION, *REMINDERS)
PARTS = ("subject", "email", "text")

# What may stand between braces, and what we put there.
PLACEHOLDERS = {
    "name": gettext_lazy("their first name"),
    "weekday": gettext_lazy("Wednesday"),
    "day": gettext_lazy("Wednesday 11 November"),
    "time": gettext_lazy("when they arrive, like 5:30pm"),
    "place": gettext_lazy("the place, with its address in a mail"),
    "helper": gettext_lazy("a helper who agreed to be named, else “a helper”"),
    "door": gettext_lazy("how to find the door"),
    "stop": gettext_lazy("the nearest bus stop or station"),
    "bring": gettext_lazy("what to bring"),
    "set_off": gettext_lazy("when they mean to set off, like 5pm"),
    "others": gettext_lazy("who comes with them"),
    "phone": gettext_lazy("the number people can ring"),
    "series": gettext_lazy("the name of your surgery"),
    "link": gettext_lazy("their own page, where they answer; in a mail it is the button"),
    "answer": gettext_lazy("in a text: “reply NO.”, or “tap:” before the link"),
}
AS_IT_IS = ("name", "series", "link")  # without a capital at the start of a sentence
# A text ends with the link by itself, and only there an answer can be a reply.
NOT_IN = {"subject": ("link", "answer"), "email": ("answer",), "text": ("link",)}

# What makes a message news, which needs permission; one about a booking holds none of it (R30).
NEWS = (
    *("next surgery", "please share", "pass it on", "spread the word", "tell a friend"),
    *("donate", "donation", "fundrais", "sponsor", "subscribe", "follow us"),
)

_WORD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_IN_A_LIST = re.compile(rf"(, )?{_WORD.pattern}")
_MEANT_AS_ONE = re.compile(r"(?<!\{)\{(\s*\w+\s*)\}(?!\})")
_WHEN = re.compile(r"\{day\},? +\{time\}")
_LIKE_A_LINK = re.compile(r"://|www\.|[\w-]{2}\.[a-z]{2}", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Words:
    """The words of one kind of message, with {placeholders}.

    `email` stands between greeting and telephone number, `text` between the name of the series
    and the link.
    """

    subject: str
    email: str
    text: str


class Sort(StrEnum):
    """What a piece of a mail is."""

    WORDS = "words"
    WHEN = "when"  # day and time, set large
    BUTTON = "button"


@dataclass(frozen=True)
class Piece:
    """One paragraph of a mail as a page, filled in; a button has only its label."""

    sort: Sort
    text: str


# Ours ------------------------------------------------------------------------------------

_THE_WAY = (
    gettext_lazy("How to find the door: {door}"),
    gettext_lazy("Nearest bus stop or station: {stop}"),
    gettext_lazy("Bring: {bring}"),
)
_COMING_WITH_YOU = gettext_lazy("Coming with you: {others}")
_BUTTON = gettext_lazy("I’ll be there, or I can’t: {link}")
_SET_OFF = gettext_lazy("You planned to set off at {set_off}.")


def ours(kind: MessageKind) -> Words:
    """What we say unless a series says it otherwise, in the language that is active."""
    return _OURS[kind]()


def or_ours(kind: MessageKind, words: Any) -> Words:
    """The parts of `words`, a Words or the row of a series, with ours for each that is empty."""
    said = ours(kind)
    return Words(**{part: getattr(words, part) or getattr(said, part) for part in PARTS})


def _confirmation():
    return Words(
        subject=_("{day}, {time}: you are booked at {series}"),
        email=_mail(
            _(
                "You are booked for free help to get your group online, "
                "on {day}, {time}, at {place}."
            ),
            _COMING_WITH_YOU,
            _("See, change or cancel your booking: {link}"),
            _("The calendar file in this mail puts it in your diary."),
            *_THE_WAY,
            _("It is free, and there are no silly questions. Come even if you are late."),
        ),
        text=_("You are booked for {day}, {time}, {place}. Can't come? {answer}"),
    )


def _early_and_first():
    return Words(
        subject=_("{weekday} {time}: your time at {series}"),
        email=_mail(
            _("You are booked for {day}, {time}, at {place}."),
            _COMING_WITH_YOU,
            _("{helper} has kept time for you. Still able to come?"),
            _BUTTON,
            _("Or come next time instead: any answer helps."),
            _("If you can’t come, somebody else can have the time."),
            _SET_OFF,
            _("Bring: {bring}"),
        ),
        text=_("Still able to come on {day}, {time}, {place}? If not, {answer}"),
    )


def _last():
    return Words(
        subject=_("{weekday} {time}: how to find us, {series}"),
        email=_mail(
            _("We look forward to seeing you on {day}, {time}, at {place}."),
            _SET_OFF,
            _COMING_WITH_YOU,
            *_THE_WAY,
            _("Come even if you are late. We are glad whenever you get here."),
            _BUTTON,
            _("If you can’t come after all, that page tells us in one tap."),
        ),
        text=_(
            "See you {day}, {time}, {place}. Late is fine.\n"
            "Set off at {set_off}.\n"
            "Can't come? {answer}"
        ),
    )


def _mail(*paragraphs):
    return "\n\n".join(str(paragraph) for paragraph in paragraphs)


_OURS = {
    MessageKind.CONFIRMATION: _confirmation,
    MessageKind.REMINDER_EARLY: _early_and_first,
    MessageKind.REMINDER_FIRST: _early_and_first,
    MessageKind.REMINDER_LAST: _last,
}


# Filling in ------------------------------------------------------------------------------


def placeholders_in(text: str) -> set[str]:
    """The names that stand between single braces."""
    return set(_WORD.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every {name} in `values` replaced, once and by name only (T-INJ-03).

    A line all of whose placeholders are empty is left out; elsewhere an empty one takes the comma
    before it along. At the start of a sentence a value begins with a capital. Whatever else
    stands between braces is text, and so are the values.
    """
    lines = (line for line in text.split("\n") if not _says_nothing(line, values))
    return "\n".join(_filled(line, values) for line in lines)


def pieces_of(email: str, values: Mapping[str, str]) -> list[Piece]:
    """The same words as `fill` as paragraphs of a page.

    The line with {link} is the button, labelled by what else it says. The first “{day}, {time}”
    is set large, and what stands before and after it has a paragraph of its own.
    """
    pieces: list[Piece] = []
    for paragraph in re.split(r"\n[^\S\n]*\n", email):
        lines = [line for line in paragraph.split("\n") if not _says_nothing(line, values)]
        pieces += _pieces(lines, values, is_first=all(one.sort != Sort.WHEN for one in pieces))
    return [piece for piece in pieces if piece.text]


def _pieces(lines, values, *, is_first) -> Iterator[Piece]:
    """The pieces of one paragraph; `is_first`: no day and time has been set large yet."""
    said: list[str] = []
    for line in lines:
        when = is_first and _WHEN.search(line)
        if when:
            is_first = False
            yield _words([*said, _filled(line[: when.start()], values)])
            yield Piece(Sort.WHEN, _filled(when[0], values))
            said = [_filled(line[when.end() :].lstrip(" ,.;:"), values)]
        elif "link" in _WORD.findall(line):
            yield _words(said)
            yield Piece(Sort.BUTTON, label_of(line, values))
            said = []
        else:
            said.append(_filled(line, values))
    yield _words(said)


def _words(lines):
    return Piece(Sort.WORDS, "\n".join(line.strip() for line in lines if line.strip()))


def label_of(line: str, values: Mapping[str, str]) -> str:
    """What a line with {link} says besides it, which is what its button says."""
    said = _filled(line, {**values, "link": ""})
    return " ".join(said.split()).strip(" :")


def _says_nothing(line, values):
    names = [name for name in placeholders_in(line) if name in values]
    return bool(names) and not any(values[name] for name in names)


def _filled(line, values):
    def value_of(match):
        comma, name = match.groups(default="")
        value = values.get(name)
        if value is None:
            return match[0]
        before = line[: match.start()].rstrip()
        if name not in AS_IT_IS and (not before or before[-1] in ".?!"):
            value = value[:1].upper() + value[1:]
        return comma + value if value else ""

    return _IN_A_LIST.sub(value_of, line)


# What a series may write -----------------------------------------------------------------


def link_in(text: str) -> str:
    """The first word that a phone or mail program would make a link of, or ""."""
    found = (word for word in text.split() if _LIKE_A_LINK.search(word))
    return next(found, "").strip(".,;:!?()“”\"'")


def tidied(text: str) -> str:
    """As we keep it: line ends of one kind, and no spaces around a line or empty lines around all.

    A subject is not made one line by this, so that a line break in it is refused and not hidden.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.strip(" \t") for line in lines).strip()


def refuse_unless_sound(part: str, text: str) -> None:
    """Raise Refused, with a sentence, for words that must not stand in the `part` of a message.

    That is a line break in a subject, a placeholder we do not know, a mail without its button,
    a link that is not {link}, and news. An empty part says what we say, so it is sound.
    """
    if not text:
        return
    for ask in (_one_line, _known, _one_button, _no_other_link, _no_news):
        if fault := ask(part, text):
            raise Refused(fault, field=part)


def _one_line(part, text):
    if _CONTROLS.search(text) or (part == "subject" and "\n" in text):
        return _("Write the subject in one line.") if part == "subject" else _("Use plain letters.")
    return ""


def _known(part, text):
    known = [word for word in PLACEHOLDERS if word not in NOT_IN[part]]
    for word in _MEANT_AS_ONE.findall(text):
        if word not in known:
            return _("{%(word)s} cannot stand here. You can write %(known)s.") % {
                "word": word,
                "known": ", ".join(f"{{{name}}}" for name in known),
            }
    return ""


def _one_button(part, text):
    if part != "email":
        return ""
    if _WORD.findall(text).count("link") != 1:
        return _("Write {link} once: it leads to the page where people answer.")
    (line,) = (line for line in text.split("\n") if "link" in placeholders_in(line))
    if not label_of(line, dict.fromkeys(PLACEHOLDERS, "")):
        return _("Write what the button says before {link}, like “I’ll be there, or I can’t”.")
    return ""


def _no_other_link(part, text):
    for word in text.split():
        if _LIKE_A_LINK.search(word):
            return _(
                "Take “%(word)s” out: the only link in a message is the one that we put in."
            ) % {"word": word.strip(".,;:!?()“”\"'")}
    return ""


def _no_news(part, text):
    said = " ".join(text.casefold().split())
    for words in NEWS:
        if words in said:
            return _(
                "Take “%(words)s” out. This message is about a booking; "
                "news goes only to people who asked for it."
            ) % {"words": words}
    return ""
