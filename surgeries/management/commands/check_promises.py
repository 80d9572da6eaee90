"""Do bookings and messages keep their promises? Exit 1, and the rows that break one, if not.

Reads only, as of one moment, so it may run while people book.
"""

from django.core.management.base import BaseCommand, CommandError

from surgeries.actions.promises import check_promises
from surgeries.clock import database_now
from surgeries.rules.promises import PROMISES

MOST_ROWS = 20


class Command(BaseCommand):
    help = "Looks for bookings and messages that break a promise (it runs each night by itself)."

    def handle(self, **options):
        broken = check_promises(now=database_now())
        for one in broken:
            self._show(one)
        if broken:
            raise CommandError(f"{len(broken)} of {len(PROMISES)} promises are broken.")
        self.stdout.write(f"All {len(PROMISES)} promises are kept.")

    def _show(self, broken):
        self.stdout.write(f"\n{broken.promise.sentence} ({broken.promise.name})")
        for row in broken.rows[:MOST_ROWS]:
            self.stdout.write("  " + ", ".join(f"{name} {value}" for name, value in row.items()))
        more = len(broken.rows) - MOST_ROWS
        if more > 0:
            self.stdout.write(f"  and {more} more")
