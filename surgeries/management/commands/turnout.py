"""Turnout by referring network, from the same definition as the page (model.md, Contracts)."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from surgeries.clock import database_now
from surgeries.models import Series
from surgeries.turnout.networks import turnout_by_network
from surgeries.turnout.written import as_csv, as_json, as_table


class Command(BaseCommand):
    help = "Prints who came to a series, by the network that told them."

    def add_arguments(self, parser):
        parser.add_argument("--series", required=True, metavar="SLUG")
        parser.add_argument("--from", dest="from_", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--to", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")

    def handle(self, *, series, from_, to, **options):
        if from_ and to and from_ > to:
            raise CommandError("--from is later than --to.")
        found = Series.objects.filter(slug=series).first()
        if not found:
            raise CommandError(f"There is no series “{series}”.")
        turnout = turnout_by_network(found, now=database_now(), from_=from_, to=to)
        if options["format"] == "json":
            self.stdout.write(as_json(turnout, series=series, from_=from_, to=to))
        elif options["format"] == "csv":
            self.stdout.write(as_csv(turnout), ending="")
        else:
            self.stdout.write(as_table(turnout))
