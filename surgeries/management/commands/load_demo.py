"""Fill an empty database with real places and made-up people, once."""

import logging

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from surgeries.clock import database_now
from surgeries.management.demo.story import tell
from surgeries.models import Series


class Command(BaseCommand):
    help = "Loads the demonstration once: real places, made-up people."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="load it on a real site too")

    def handle(self, *, force, **options):
        if not (settings.LOCAL or settings.DEBUG or force):
            raise CommandError(
                "This is a real site, and the demonstration is full of people who do not exist. "
                "Say --force if you mean it."
            )
        if Series.objects.exists():
            self.stdout.write("There are series here already; the demonstration stays away.")
            return
        logging.getLogger("surgeries").setLevel(logging.WARNING)
        with transaction.atomic():
            count = tell(database_now())
        self.stdout.write(f"Loaded {count} series. Sign in as olu@example.org.")
