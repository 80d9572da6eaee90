"""`make check`: everything that can be said about the code without running its tests."""

import os
import subprocess
import sys
from pathlib import Path

from config.local import services

BASE = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {
    "SECRET_KEY": "only-for-the-check-of-a-production-like-start-" * 2,
    "LINK_KEY": "also-only-for-the-check-of-a-production-like-start-" * 2,
    "ALLOWED_HOSTS": "surgeries.example.org",
    "SITE_URL": "https://surgeries.example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
}
LOCAL_ONLY = ("LOCAL", "DEBUG", "MAILBOX_DIR")


def commands() -> dict[str, list[str]]:
    """Return every check by its name."""
    templates = [str(path) for path in sorted((BASE / "templates").rglob("*.html"))]
    manage = [sys.executable, "-W", "error::RuntimeWarning", "manage.py"]
    return {
        "format": [f"{BIN}/ruff", "format", "--check", "--quiet", "."],
        "lint": [f"{BIN}/ruff", "check", "--quiet", "."],
        "templates": [f"{BIN}/djade", "--check", "--target-version", "5.2", *templates],
        "types": [f"{BIN}/mypy"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


def main() -> int:
    """Run every check, name those that failed; the exit code is 1 when one did."""
    environ = {name: value for name, value in os.environ.items() if name not in LOCAL_ONLY}
    with services.throw_away() as servers:
        failed = [
            name
            for name, command in commands().items()
            if subprocess.run(
                command, cwd=BASE, check=False, env=environ | servers | PRODUCTION
            ).returncode
        ]
    print("Failed: " + ", ".join(failed) if failed else "All checks passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
