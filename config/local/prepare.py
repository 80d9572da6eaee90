"""What a database needs before the first page: its tables, and once the demonstration."""

import os

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command


def prepare() -> None:
    """Migrate, and fill a database that nobody has used yet, unless DEMO=no."""
    call_command("migrate", verbosity=0)
    if os.environ.get("DEMO") != "no" and not get_user_model().objects.exists():
        print("Loading the demonstration ...", flush=True)
        call_command("load_demo")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare()
