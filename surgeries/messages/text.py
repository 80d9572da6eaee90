"""A message row → a text, ready to be sent. Renders; never sends (R29, T-INJ-13).

It begins with the series' name, ends with our link and holds no other. Ours names no person.
"""

from dataclasses import dataclass

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _

from surgeries.rules.texts import (
    NARROW,
    letters_of,
    may_be_texted,
    parts_of,
    plain,
    plain_name,
    takes_replies,
)
from surgeries.rules.wording import KINDS
from surgeries.templatetags.words import short_day_time

from .facts import facts_of
from .wanted import recipient_of
from .wording import in_a_text, words_of

LONGEST_NAME, SHORTEST_NAME = 30, 12
LONGEST_PLACE = 40


class NoSuchNumber(ValueError):
    """Not a mobile number of a country we write to."""


@dataclass(frozen=True)
class Text:
    """One text to one person: a number in E.164, the words, and what they are charged as."""

    recipient: str
    body: str
    parts: int


def text_for(message, now) -> Text:
    """Put one message to an attendee or connector into words, as things are at `now`.

    Wants it `with_person`. In the letters of which 160 are one text. Raises NoSuchNumber before
    anything is written.
    """
    recipient = recipient_of(message)
    if not may_be_texted(recipient, settings.TEXTS_TO):
        raise NoSuchNumber("This is not a mobile number that texts go to.")
    own = words_of(message.series, message.kind) if message.kind in KINDS else None
    body = body_of(message, facts_of(message, now), own)
    return Text(recipient, body, parts_of(body))


def body_of(message, facts, words=None) -> str:
    """In one text, if fewer words, no word of the place and a shorter name make it one.

    `words` are those of a kind that a series may say in its own.
    """
    venue = facts.get("venue")
    place = plain_name(venue.name, LONGEST_PLACE) if venue else ""
    for at, roomy in ((place, True), (place, False), ("", False)):
        said = f": {plain(_said(message, facts, words, place=at, roomy=roomy))} {facts['link']}"
        room = NARROW[0] - letters_of(said)
        name = _name_of(message.series, max(SHORTEST_NAME, min(room, LONGEST_NAME)))
        if letters_of(name) <= room:
            break
    return name + said


def _said(message, facts, words, *, place, roomy):
    """What a text says between the name of the series and our link.

    Without `roomy` only what has to be said; `place` is "" when it is not named either.
    """
    alone = message.booking and not message.booking.party
    replies = bool(alone) and takes_replies(settings.TEXTS_FROM)
    if words:
        return in_a_text(words, facts, place=place, roomy=roomy, replies=replies)
    template = get_template(f"messages/{message.kind}.text.txt").template
    said = {
        **facts,
        "day_time": short_day_time(facts["when"], message.series) if "when" in facts else "",
        "at": f", {place}" if place else "",
        "roomy": roomy,
        "replies": replies,
    }
    return template.render(Context(said, autoescape=False))


def _name_of(series, most):
    return plain_name(series.name, most) or _("Your surgery")
