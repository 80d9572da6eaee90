"""How many people each surgery may expect (model.md, Contracts of the commands)."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from surgeries.clock import database_now
from surgeries.models import Series
from surgeries.turnout.forecast import forecasts_of, surgeries_to_forecast
from surgeries.turnout.forecast_written import forecasts_as_json, forecasts_as_table


class Command(BaseCommand):
    help = (
        "Prints how many people each surgery to come may expect, and a range that holds 8 times "
        "in 10. Learns only from the surgeries before each."
    )

    def add_arguments(self, parser):
        parser.add_argument("--series", required=True, metavar="SLUG")
        parser.add_argument(
            "--date", type=date.fromisoformat, metavar="DATE", help="only the surgery of this day"
        )
        parser.add_argument(
            "--past", action="store_true", help="also past ones with outcomes not recorded"
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *, series, past, **options):
        found = Series.objects.filter(slug=series).first()
        if not found:
            raise CommandError(f"There is no series “{series}”.")
        now = database_now()
        surgeries = list(surgeries_to_forecast(found, now, on=options["date"], past=past))
        for surgery in surgeries:
            surgery.series = found
        forecasts = forecasts_of(found, surgeries, now).values()
        if options["format"] == "json":
            self.stdout.write(forecasts_as_json(forecasts, series=series))
        else:
            self.stdout.write(forecasts_as_table(forecasts))
