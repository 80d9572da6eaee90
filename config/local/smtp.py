"""A real SMTP server on loopback that keeps what it gets."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

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
    def listening(self) -> Iterator[str]:
        """Listen on a free loopback port while the block runs; yields the EMAIL_URL."""
        port = processes.free_port()
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield f"smtp://127.0.0.1:{port}"
        finally:
            controller.stop(no_assert=True)
