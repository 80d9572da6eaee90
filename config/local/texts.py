"""A real provider of texts on loopback: takes them, tells us what became of them, and answers.

It speaks what docs/running.md asks of a provider and knows nothing else of us.
"""

import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from config.local import processes
from config.local.smtp import Mailbox

IS_A_TEXT = "X-Text"  # in a mail of the mailbox: this came to a phone
SENDER = "+447700900123"  # of a range that is given to nobody
RECEIPTS, REPLIES = "/hooks/texts/receipts/", "/hooks/texts/replies/"
PATIENCE = 10  # seconds


class Phones:
    """Every phone there is; what arrives is kept in a mailbox, beside the mails.

    `site` is the address that is told of deliveries; without one nobody is.
    """

    def __init__(self, mailbox: Mailbox, settings: dict[str, str], *, site: str = "") -> None:
        self._mailbox, self._site = mailbox, site
        self._token, self._secret = settings["TEXTS_TOKEN"], settings["TEXTS_SECRET"]
        self._names: dict[str, str] = {}

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str]] | None:
        """What is answered to a POST, as (status, JSON); None hangs up without a word."""
        if headers["Authorization"] != f"Bearer {self._token}":
            return 401, {"error": "This is not the token of anybody here."}
        key = headers["Idempotency-Key"]
        if key not in self._names:
            self._names[key] = uuid.uuid4().hex
            self._deliver(json.loads(body), self._names[key])
        return 200, {"id": self._names[key]}

    def _deliver(self, text: dict[str, str], name: str) -> None:
        mail = EmailMessage()
        mail["Subject"] = text["text"]
        mail["From"] = text["from"]
        mail["X-Sent-To"] = text["to"]
        mail[IS_A_TEXT] = name
        mail.set_content(text["text"])
        self._mailbox.keep(mail)
        if self._site:
            receipt = {"reference": text["reference"], "id": name, "status": "delivered"}
            where = (self._site + RECEIPTS, receipt)
            threading.Thread(target=tell, args=where, kwargs={"secret": self._secret}).start()

    @contextmanager
    def listening(self, port: int = 0) -> Iterator[str]:
        """Listen on this (or a free) loopback port while the block runs; yields the TEXTS_URL."""
        port = port or processes.free_port()
        server = _Server(("127.0.0.1", port), _Call)
        server.phones = self
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield address(port)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def address(port: int) -> str:
    """The TEXTS_URL of a provider that listens on this port."""
    return f"http://127.0.0.1:{port}/texts"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    phones: Phones


class _Call(BaseHTTPRequestHandler):
    """One request, on a connection of its own."""

    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answered = self.server.phones.answer(self.path, self.headers, body)
        if answered is None:
            return
        status, said = answered
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep silent: numbers stand in no log."""


def signature(body: bytes, secret: str, at: int) -> str:
    """The X-Signature header for a body."""
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def tell(url: str, said: dict[str, str], *, secret: str) -> int | None:
    """Call a webhook; returns the status of its answer, None when there was none."""
    there, body = urlsplit(url), json.dumps(said).encode()
    line = HTTPConnection(there.hostname or "", there.port, timeout=PATIENCE)
    signed = {"X-Signature": signature(body, secret, int(time.time()))}
    with suppress(OSError, HTTPException):
        try:
            line.request("POST", there.path, body, {"Content-Type": "application/json", **signed})
            return line.getresponse().status
        finally:
            line.close()
    return None


def settings_for(keys: dict[str, str]) -> dict[str, str]:
    """What the environment says of this provider, but for its TEXTS_URL."""
    names = ("TEXTS_TOKEN", "TEXTS_SECRET", "BOUNCES_SECRET")
    return {"TEXTS_BY": "http", "TEXTS_FROM": SENDER, **{name: keys[name] for name in names}}
