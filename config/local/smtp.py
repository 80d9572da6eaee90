"""A real SMTP server on loopback that keeps what it gets."""

import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from config.local import processes


class Mailbox:
    """Every mail that arrived, oldest first."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one mail, with the addresses it was really sent to."""
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        mail["X-Sent-To"] = ", ".join(envelope.rcpt_tos)
        self.keep(mail)
        return "250 Kept"

    def keep(self, mail: EmailMessage) -> None:
        """Store the mail."""
        self.mails.append(mail)

    @contextmanager
    def listening(self, port: int = 0) -> Iterator[str]:
        """Listen on this (or a free) loopback port while the block runs; yields the EMAIL_URL."""
        port = port or processes.free_port()
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield f"smtp://127.0.0.1:{port}"
        finally:
            controller.stop(no_assert=True)


class Folder(Mailbox):
    """Every mail as a file of its own, its name sorted by arrival."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.mkdir(mode=0o700, exist_ok=True)

    def keep(self, mail: EmailMessage) -> None:
        """Write the mail whole or not at all, so that a reader never meets half of one."""
        half = self._path / "arriving"
        half.write_bytes(mail.as_bytes())
        half.rename(self._path / f"{time.time_ns()}.eml")

    def files(self) -> dict[int, Path]:
        """Return the mails' files by their number, newest first."""
        found = {int(path.stem): path for path in self._path.glob("*.eml")}
        return dict(sorted(found.items(), reverse=True))
