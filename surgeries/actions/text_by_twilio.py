"""Texts by Twilio, in the words of its own library, over our own connection.

Imported only where TEXTS_BY is twilio: the library is an extra. Twilio knows no idempotency key,
so a text in doubt is never sent again by us.
"""

import json
from base64 import b64encode
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from surgeries.actions.wire import Answer, ask, refuse_unless_taken


class _NotOurs(Exception):
    """`begin` said no, so there is nothing to make a Response of."""


class _OurLine(HttpClient):
    """Connects before it begins, which the library's own client cannot."""

    def __init__(self, begin):
        self._begin = begin

    def request(self, method, uri, params=None, data=None, headers=None, auth=None, **_how):
        """Ask at TEXTS_URL what the library would ask at its own host."""
        headers = headers | {
            "Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        }
        url = f"{settings.TEXTS_URL.rstrip('/')}{urlsplit(uri).path}"
        answer = ask(url, urlencode(data).encode(), headers, begin=self._begin)
        if answer is None:
            raise _NotOurs
        refuse_unless_taken(answer, why=_why(answer))
        # It was taken, so whatever else stands in it, the library must not stumble over it.
        return Response(answer.status, json.dumps({"sid": answer.name("sid")}))


def send(text, *, reference, begin):
    """Have a Text sent; Twilio's SID for it, or None when `begin` says no.

    `reference` comes back in the address of its receipts. Raises Unreachable, NotNow, Never or
    Doubt. Never within a transaction: it asks over the network.
    """
    line = _OurLine(begin)
    twilio = Client(settings.TEXTS_ACCOUNT, settings.TEXTS_TOKEN, http_client=line)
    is_service = settings.TEXTS_FROM.startswith("MG")
    sender = {"messaging_service_sid" if is_service else "from_": settings.TEXTS_FROM}
    receipts = f"{settings.SITE_URL}{reverse('text_receipt')}?message={reference}"
    try:
        sent = twilio.messages.create(
            to=text.recipient, body=text.body, status_callback=receipts, **sender
        )
    except _NotOurs:
        return None
    return sent.sid


def _why(answer: Answer) -> str:
    said = answer.json()
    return f"{said.get('message', '')} ({said.get('code', '')})"
