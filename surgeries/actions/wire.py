"""One question to a provider over HTTP, and what its answer means for a message.

Each has a connection of its own: on one that was kept open nobody knows whether the other side had
hung up before it heard us, and for a text that is the difference between again and never again.
"""

import http.client
import json
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from surgeries.actions.channels import Doubt, Never, NotNow, Unreachable
from surgeries.rules.outbox import without_contacts

LONGEST_ANSWER = 64 * 1024
FAULTS = (OSError, http.client.HTTPException)
TAKEN, NEVER, NOT_NOW = range(200, 300), (400, 404, 422), (429, 503)


@dataclass(frozen=True)
class Answer:
    """The status of an answer and what stood in it."""

    status: int
    content: bytes

    def json(self) -> dict[str, Any]:
        """What stood in it, or {} when that was no JSON object."""
        with suppress(ValueError, RecursionError):
            said = json.loads(self.content)
            if isinstance(said, dict):
                return said
        return {}

    def name(self, key: str) -> str:
        """The provider's name for what it took, at `key` of its answer; "" when it gave none."""
        name = str(self.json().get(key) or "")
        return "".join(letter for letter in name if letter.isprintable())


def ask(
    url: str, body: bytes, headers: dict[str, str], *, begin: Callable[[], bool]
) -> Answer | None:
    """POST `body`, once `begin` says that we may; None when it says no, and nothing was sent.

    Raises Unreachable while nothing can have arrived, and Doubt when no answer came. Follows no
    redirect. Lets through what `begin` raises.
    """
    there = urlsplit(url)
    kinds = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    path = f"{there.path or '/'}{'?' if there.query else ''}{there.query}"
    line = kinds[there.scheme](there.hostname or "", there.port, timeout=settings.TEXTS_TIMEOUT)
    with closing(line):
        try:
            line.connect()
        except FAULTS as fault:
            raise Unreachable(_said(fault)) from fault
        if not begin():
            return None
        try:
            line.request("POST", path, body, headers)
            answer = line.getresponse()
        except FAULTS as fault:
            raise Doubt(_said(fault)) from fault
        content = b""
        with suppress(*FAULTS):
            content = answer.read(LONGEST_ANSWER)
        return Answer(answer.status, content)


def refuse_unless_taken(answer: Answer, *, why: str) -> None:
    """Raise what an answer means that is not "taken"; `why` is what it says about that.

    Of a 5xx nobody knows how far the other side came. What remains, like a wrong password or no
    credit left, is nobody's message's fault.
    """
    if answer.status in TAKEN:
        return
    said = without_contacts(f"{answer.status} {why}")
    if answer.status in NEVER:
        raise Never(said)
    if answer.status in NOT_NOW:
        raise NotNow(said)
    raise Doubt(said) if answer.status >= 500 else Unreachable(said)


def _said(fault: Exception) -> str:
    return without_contacts(f"{type(fault).__name__} {fault}")
