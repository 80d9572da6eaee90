"""A mail server on loopback that can be as awkward as real ones are."""

import asyncio
from collections import Counter

from config.local.smtp import Mailbox

CUT, FROZEN = "cut", "frozen"


class PostOffice(Mailbox):
    """Keeps what it takes. `at_rcpt` and `at_data` hold answers to give instead, in turn.

    CUT closes the connection without a word: at RCPT before anything was sent, at DATA after the
    mail was kept. FROZEN does so too, after `frozen_for` seconds. `pause` is how many seconds each
    mail takes; `meanwhile` is called once, while the first recipient waits for its answer.
    """

    def __init__(self, *, pause=0, frozen_for=0):
        super().__init__()
        self.at_rcpt, self.at_data = [], []
        self.pause, self.frozen_for = pause, frozen_for
        self.meanwhile = None
        self.recipients = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await asyncio.to_thread(meanwhile)
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer in (CUT, FROZEN):
            await self._leave(server, answer)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 Kept"
        if self.pause:
            await asyncio.sleep(self.pause)
        if answer.startswith("250") or answer in (CUT, FROZEN):
            self.recipients.append(list(envelope.rcpt_tos))
            await super().handle_DATA(server, session, envelope)
        if answer in (CUT, FROZEN):
            await self._leave(server, answer)
        return answer

    async def _leave(self, server, answer):
        await asyncio.sleep(self.frozen_for if answer == FROZEN else 0)
        server.transport.abort()

    def copies(self):
        """How many mails came of each Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)
