"""What production refuses to start with: sentences, not surprises.

Pure functions of plain values, so that settings.py stays a list of settings.
"""

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
