"""A provider of texts on loopback that can be as awkward as real ones are."""

import json
import socket
import threading
from contextlib import contextmanager
from urllib.parse import parse_qs

from config.local.smtp import Mailbox
from config.local.texts import Phones
from tests.services import KEYS_OF_TEXTS

CUT, LOST = "cut", "lost"
SID = "SM" + "0" * 32


class Exchange(Phones):
    """Keeps every call, and gives the answers in `answers` instead of its own, in turn.

    An answer is (status, JSON). CUT hangs up without a word, LOST only after the text was taken.
    `meanwhile` is called while a text is being handed over.
    """

    def __init__(self):
        self.texts = Mailbox()
        super().__init__(self.texts, KEYS_OF_TEXTS)
        self.answers, self.calls = [], []
        self.meanwhile = None

    def answer(self, path, headers, body):
        self.calls.append((path, dict(headers), body))
        if self.meanwhile:
            self.meanwhile()
        answer = self.answers.pop(0) if self.answers else None
        if answer in (None, LOST):
            taken = self._take(path, headers, body)
            return None if answer == LOST else taken
        return None if answer == CUT else answer

    def _take(self, path, headers, body):
        return super().answer(path, headers, body)

    def said(self, call=-1):
        """The JSON of a call."""
        return json.loads(self.calls[call][2])


class LikeTwilio(Exchange):
    """Speaks as Twilio's API does."""

    def _take(self, path, headers, body):
        return 201, {"sid": SID, "status": "queued", "date_created": None}

    def said(self, call=-1):
        """The form of a call."""
        return {name: value for name, (value,) in parse_qs(self.calls[call][2].decode()).items()}


@contextmanager
def frozen():
    """A server that accepts every call and never says a word; yields its TEXTS_URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/texts"


@contextmanager
def cuts_at_once():
    """A server that hangs up on every call before it has read it; yields its TEXTS_URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def hang_up():
            while not ended.is_set():
                line, _from = server.accept()
                line.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/texts"
        finally:
            ended.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()
