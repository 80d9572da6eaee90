"""The environment of this checkout: its secrets, its servers, and who holds it now."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.local import services, texts

VAR = Path(__file__).resolve().parent.parent.parent / "var"
LOOPBACK = ("127.0.0.1", "localhost")
KEYS = (
    *("SECRET_KEY", "LINK_KEY", "DATABASE_PASSWORD", "REDIS_PASSWORD"),
    *("TEXTS_TOKEN", "TEXTS_SECRET", "BOUNCES_SECRET"),
)


class Refusal(Exception):
    """Something the person at the terminal can put right. The message says how."""


def refuse_other_addresses(environ: dict[str, str]) -> None:
    """Raise Refusal when HOST asks for anything but this machine itself."""
    host = environ.get("HOST", LOOPBACK[0])
    if host not in LOOPBACK:
        raise Refusal(
            f"HOST={host} is refused. This is for your own machine only: it shows everybody's "
            "mail, so it answers at 127.0.0.1 and nowhere else. docs/running.md says how to "
            "put it on a server."
        )


@contextmanager
def held(var: Path) -> Iterator[None]:
    """Hold this checkout while the block runs; raise Refusal when another run holds it."""
    var.mkdir(exist_ok=True)
    with (var / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = running(var).get("SITE_URL", "another terminal")
            raise Refusal(f"This checkout is already running: {where}") from None
        yield


def is_held(var: Path) -> bool:
    """Whether a run holds this checkout now."""
    try:
        with held(var):
            return False
    except Refusal:
        return True


def running(var: Path) -> dict[str, str]:
    """Return the environment of the run that holds this checkout, or nothing."""
    try:
        return json.loads((var / "running.json").read_text())
    except FileNotFoundError:
        return {}


def announce(var: Path, environment: dict[str, str]) -> None:
    """Let other commands of this checkout find the servers of this run."""
    services.write_private(var / "running.json", json.dumps(environment, indent=1))


def keys(var: Path) -> dict[str, str]:
    """Return the secrets of this checkout; makes what is missing, readable by us alone."""
    path = var / "keys.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    if missing := [name for name in KEYS if name not in found]:
        found |= {name: secrets.token_hex(32) for name in missing}
        services.write_private(path, json.dumps(found, indent=1))
    return found


@contextmanager
def servers(var: Path) -> Iterator[dict[str, str]]:
    """Run the servers that the environment does not name; yields the whole local environment."""
    with ExitStack() as stack:
        made = keys(var)
        home = services.home_for_servers(var)
        found = {
            "LOCAL": "true",
            "SECRET_KEY": made["SECRET_KEY"],
            "LINK_KEY": made["LINK_KEY"],
            "ALLOWED_HOSTS": ",".join(LOOPBACK),
            "DEFAULT_FROM_EMAIL": "surgeries@localhost",
            "MAILBOX_DIR": str(var / "mail"),
            **texts.settings_for(made),
        }
        found["DATABASE_URL"] = os.environ.get("DATABASE_URL") or stack.enter_context(
            services.postgres(home, made["DATABASE_PASSWORD"])
        )
        found["REDIS_URL"] = os.environ.get("REDIS_URL") or stack.enter_context(
            services.valkey(home, made["REDIS_PASSWORD"], durable=True)
        )
        yield found
