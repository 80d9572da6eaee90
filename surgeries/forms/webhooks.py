"""What a provider tells us: its words become clean values, or Malformed.

A provider has a module of its own, `webhooks_of_…`, with `is_signed`, `told`, `written`, `thanks`.
"""

import json
import uuid
from dataclasses import dataclass

from surgeries.states import Receipt

LONGEST_REF = 80
LONGEST_WORDS = 2000


class Malformed(ValueError):
    """Signed, but not what docs/running.md describes."""


@dataclass(frozen=True)
class Told:
    """What became of one message; `receipt` is None for what is no end of it."""

    receipt: Receipt | None
    reference: uuid.UUID | None = None
    provider_ref: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Written:
    """One text that somebody wrote to us."""

    number: str
    text: str
    provider_ref: str


def said_in(body: bytes) -> dict:
    """The JSON object in `body`."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Malformed from fault
    if not isinstance(said, dict):
        raise Malformed
    return said


def word(said, name, *, most=LONGEST_WORDS) -> str:
    """The text at `name` in a mapping, "" when there is none."""
    value = said.get(name) or ""
    if isinstance(value, str):
        value = _whole(value)
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise Malformed
    return value


def _whole(text):
    """The text without half signs, which no database keeps: a provider may cut an emoji in two."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def needed(said, name, *, most=LONGEST_WORDS) -> str:
    """The text at `name`, which must be there."""
    value = word(said, name, most=most)
    if not value:
        raise Malformed
    return value


def reference_in(text: str) -> uuid.UUID | None:
    """Our key of a message, as we gave it to a provider."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def bounced(body: bytes) -> Told:
    """The mail that came back: {"message_id", "reason"}, by its Message-ID or our key alone."""
    said = said_in(body)
    message_id = needed(said, "message_id").strip("<> ").partition("@")[0]
    return Told(Receipt.UNDELIVERED, reference_in(message_id), reason=word(said, "reason"))
