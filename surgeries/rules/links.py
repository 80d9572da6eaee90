"""Secret links: derived when rendered, stored only as a hash (model.md, P14)."""

import base64
import hashlib
import hmac

from django.conf import settings

BYTES = 24


def secret_for(kind, id, version):
    """The secret of one link: 192 bits as 32 URL-safe characters.

    HMAC-SHA-256 of LINK_KEY over kind, id and version, so that raising the version revokes it
    and nothing that opens a booking has to be stored.
    """
    said = f"{kind}:{id}:{version}".encode()
    digest = hmac.new(settings.LINK_KEY.encode(), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:BYTES]).decode()


def hash_of(secret):
    """What we store and look up: SHA-256 of the secret, 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def pseudonym_of(contact):
    """A name for a contact that opens nothing and cannot be read back: 32 hexadecimal letters."""
    said = f"contact:{contact}".encode()
    return hmac.new(settings.LINK_KEY.encode(), said, hashlib.sha256).hexdigest()[:32]
