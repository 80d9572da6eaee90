"""How a message leaves. A channel tells three kinds of failure apart, and no more."""

from collections.abc import Callable
from typing import Any, Protocol


class Unreachable(Exception):
    """The other side does not answer, or takes nothing from us: nobody's message is at fault."""


class NotNow(Exception):
    """This message has certainly not been taken; it may be tried again."""


class Never(Exception):
    """The other side will not take this message, however often it is tried."""


class Doubt(Exception):
    """Nobody knows whether this message was taken: the answer never came."""


class Channel(Protocol):
    """Sends the messages of one batch; a context manager that keeps what it has opened."""

    def __enter__(self) -> "Channel": ...

    def __exit__(self, *fault: object) -> None: ...

    def send(self, message: Any, *, now: Any, begin: Callable[..., bool]) -> str | None:
        """Put `message` into words and send it; the other side's name for it, "" if it has none.

        Calls `begin` at the last instant at which nothing can have been sent, with `parts` if it
        is charged by the part, and sends only if that answers True; else returns None. Lets
        through what `begin` raises. Raises Unreachable, NotNow, Never or Doubt, and Doubt only
        after `begin`.
        """
        ...
