"""A mail server on loopback that can be as awkward as real ones are."""

import asyncio

from config.local.smtp import Mailbox


class PostOffice(Mailbox):
    """Keeps what it takes. `at_rcpt` and `at_data` hold answers to give instead, in turn.

    The answer "cut" closes the connection without a word: at RCPT before anything was sent, at
    DATA after the mail was kept. `pause` is how many seconds each mail takes; `meanwhile` is called
    once, while the first recipient waits for its answer.
    """

    def __init__(self, *, pause=0):
        super().__init__()
        self.at_rcpt, self.at_data = [], []
        self.pause = pause
        self.meanwhile = None
        self.recipients = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await asyncio.to_thread(meanwhile)
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer == "cut":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 Kept"
        if self.pause:
            await asyncio.sleep(self.pause)
        if answer.startswith(("250", "cut")):
            self.recipients.append(list(envelope.rcpt_tos))
            await super().handle_DATA(server, session, envelope)
        if answer == "cut":
            server.transport.abort()
        return answer

    def copies(self):
        """How many mails came of each Message-ID."""
        ids = [str(mail["Message-ID"]) for mail in self.mails]
        return {id: ids.count(id) for id in ids}
