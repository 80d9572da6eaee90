"""The nightly job by hand: erase what is due, or only say how much that is."""

from django.core.management.base import BaseCommand

from surgeries.actions.privacy import erase_what_is_due
from surgeries.clock import database_now


class Command(BaseCommand):
    help = "Erases what its rule no longer lets us keep (it runs each night by itself)."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *, dry_run, **options):
        counts = erase_what_is_due(database_now(), dry_run=dry_run)
        for name, count in counts.items():
            self.stdout.write(f"{name:20} {count:>8}")
        self.stdout.write("Nothing was changed." if dry_run else "Done.")
