"""Texts by a provider of any name that speaks a little JSON; docs/running.md says which.

Its idempotency key is the key of the message, so a text asked for twice is sent once there.
"""

import json

from django.conf import settings

from surgeries.actions.wire import ask, refuse_unless_taken


def send(text, *, reference, begin):
    """Have a Text sent; the provider's name for it, or None when `begin` says no.

    `reference` comes back in its receipts. Raises Unreachable, NotNow, Never or Doubt.
    """
    said = {
        "to": text.recipient,
        "from": settings.TEXTS_FROM,
        "text": text.body,
        "reference": reference,
    }
    headers = {
        "Authorization": f"Bearer {settings.TEXTS_TOKEN}",
        "Content-Type": "application/json",
        "Idempotency-Key": reference,
    }
    answer = ask(settings.TEXTS_URL, json.dumps(said).encode(), headers, begin=begin)
    if answer is None:
        return None
    refuse_unless_taken(answer, why=str(answer.json().get("error") or ""))
    return answer.name("id")
