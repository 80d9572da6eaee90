"""The commands behind the Makefile.

python -m config.local run                 everything, until Ctrl-C
python -m config.local manage COMMAND …    a management command on this checkout's servers
python -m config.local scratch PROGRAM …   any program on servers that are thrown away
"""

import os
import subprocess
import sys
from pathlib import Path

from config.local import environment, services, supervisor
from config.local.binaries import MissingServer
from config.local.smtp import Folder
from config.local.texts import Phones

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"


def manage(var: Path, arguments: list[str]) -> int:
    """Run a management command on the servers of this checkout, started if need be."""
    if environment.is_held(var):
        return _run([sys.executable, str(MANAGE), *arguments], environment.running(var))
    with (
        environment.held(var),
        environment.servers(var) as local,
        Folder(var / "mail").listening() as email_url,
        Phones(Folder(var / "mail"), local).listening() as texts_url,
    ):
        local |= {"EMAIL_URL": email_url, "TEXTS_URL": texts_url}
        local["SITE_URL"] = "http://127.0.0.1:8000"
        return _run([sys.executable, str(MANAGE), *arguments], local)


def scratch(program: list[str]) -> int:
    """Run a program on servers of its own that are thrown away afterwards."""
    with services.throw_away() as found:
        local = {
            "LOCAL": "true",
            "SECRET_KEY": "a-secret-that-is-thrown-away-" * 3,
            "LINK_KEY": "another-secret-that-is-thrown-away-" * 3,
            "ALLOWED_HOSTS": ",".join(environment.LOOPBACK),
            "SITE_URL": "http://127.0.0.1:8000",
            "EMAIL_URL": "smtp://127.0.0.1:1",
        }
        return _run(program, local | found)


def _run(command: list[str], local: dict[str, str]) -> int:
    return subprocess.run(command, env=os.environ | local, check=False).returncode


def main(arguments: list[str], var: Path = environment.VAR) -> int:
    """Do what the arguments say; refusals become a sentence and exit 1."""
    try:
        match arguments:
            case ["run"]:
                supervisor.run(var)
                return 0
            case ["manage", *rest]:
                return manage(var, rest)
            case ["scratch", *program]:
                return scratch(program)
    except (environment.Refusal, MissingServer, services.ServerDidNotStart) as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
