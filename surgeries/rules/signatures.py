"""Who signed what a provider tells us: HMAC-SHA-256 over a time and the body.

The header says `t=<unix seconds>,v1=<hexadecimal HMAC of "t.body">`, as many providers write it.
The time is part of what is signed, so what was once signed is of no use minutes later.
"""

import datetime
import hashlib
import hmac

TOLERANCE = datetime.timedelta(minutes=5)


def signature_of(body: bytes, *, secret: str, at: int) -> str:
    """The hexadecimal HMAC of `body` signed at `at`, in seconds since 1970."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def is_signed(header: str, body: bytes, *, secret: str, now: datetime.datetime) -> bool:
    """Whether `header` signs this very body with `secret`, within five minutes of `now`.

    Compared in constant time. False without a secret: nobody can sign with none.
    """
    said = dict(part.strip().partition("=")[::2] for part in header.split(","))
    at, signature = said.get("t", ""), said.get("v1", "")
    if not secret or not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    expected = signature_of(body, secret=secret, at=int(at))
    is_fresh = abs(now.timestamp() - int(at)) <= TOLERANCE.total_seconds()
    return hmac.compare_digest(expected.encode(), signature.encode()) and is_fresh
