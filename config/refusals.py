"""What production refuses to start with: sentences, not surprises.

Pure functions of plain values, so that settings.py stays a list of settings.
"""

import importlib.util
import re

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50
EXAMPLE_SECRET = "change-me"  # noqa: S105 - the value of .env.example, refused below


def require_secret(name: str, value: str) -> str:
    """Return the secret; raise ImproperlyConfigured if missing, short or the example's."""
    remedy = (
        f"Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))' "
        f"and set {name} in the environment."
    )
    if not value:
        raise ImproperlyConfigured(f"{name} is missing. {remedy}")
    if EXAMPLE_SECRET in value:
        raise ImproperlyConfigured(f"{name} is still the one of the example. {remedy}")
    if len(value) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"{name} is shorter than {SHORTEST_SECRET} characters, so it could be guessed. {remedy}"
        )
    return value


def refuse_unsafe_production(
    *,
    secret_key: str,
    secret_key_fallbacks: list[str],
    link_key: str,
    allowed_hosts: list[str],
    https: bool,
    debug: bool,
    mailbox_dir: str,
) -> None:
    """Raise ImproperlyConfigured with a sentence for whatever would make production unsafe."""
    require_secret("SECRET_KEY", secret_key)
    require_secret("LINK_KEY", link_key)
    for former in secret_key_fallbacks:
        require_secret("SECRET_KEY_FALLBACKS", former)
    if secret_key == link_key:
        raise ImproperlyConfigured(
            "SECRET_KEY and LINK_KEY are the same. Give each its own value, so that one can be "
            "changed without the other."
        )
    if not allowed_hosts or "*" in allowed_hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is missing or allows every name. Set it to the names this site "
            "answers to, for example ALLOWED_HOSTS=surgeries.example.org."
        )
    if not https:
        raise ImproperlyConfigured(
            "SITE_URL does not begin with https://, so anybody on the way could read along. Set "
            "it to the address people open, for example SITE_URL=https://surgeries.example.org."
        )
    if debug:
        raise ImproperlyConfigured(
            "DEBUG is on, which shows private data to strangers. Unset DEBUG; it works only "
            "together with LOCAL, on your own machine."
        )
    if mailbox_dir:
        raise ImproperlyConfigured(
            "MAILBOX_DIR is set, which shows everybody's mail to anybody. Unset it; only "
            "`make run` sets it, on your own machine."
        )


def refuse_half_a_provider(
    *,
    texts_by: str,
    url: str,
    account: str,
    token: str,
    sender: str,
    secret: str,
    bounces_secret: str,
) -> None:
    """Raise ImproperlyConfigured with a sentence when texts or bounces are only half set up."""
    if bounces_secret:
        require_secret("BOUNCES_SECRET", bounces_secret)
    if not texts_by:
        return
    if texts_by not in ("http", "twilio"):
        raise ImproperlyConfigured(
            f"TEXTS_BY is {texts_by!r}, and we know no such way to send texts. Set it to http or "
            "twilio, or leave it out to send none."
        )
    for name, value in (("TEXTS_TOKEN", token), ("TEXTS_FROM", sender)):
        if not value:
            raise ImproperlyConfigured(
                f"TEXTS_BY is {texts_by}, and {name} is missing. Ask your provider of texts for "
                "it, or leave TEXTS_BY out to send none."
            )
    if not url.startswith("https://"):
        raise ImproperlyConfigured(
            "TEXTS_URL does not begin with https://, so anybody on the way could read along and "
            "send texts on your bill. Set it to the address your provider of texts gave you."
        )
    if texts_by == "http":
        require_secret("TEXTS_SECRET", secret)
    else:
        _refuse_half_of_twilio(account)


def _refuse_half_of_twilio(account: str) -> None:
    if not re.fullmatch("AC[0-9a-f]{32}", account):
        raise ImproperlyConfigured(
            "TEXTS_BY is twilio, and TEXTS_ACCOUNT is not an Account SID. It begins with AC and "
            "stands on the first page of Twilio's console."
        )
    if importlib.util.find_spec("twilio") is None:
        raise ImproperlyConfigured(
            "TEXTS_BY is twilio, and its library is not installed. Install it with: pip install "
            "--require-hashes -r requirements/twilio.txt"
        )
