"""Brings a register of the past in (model.md, Contracts of the commands)."""

import csv
import resource
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from surgeries.actions.imports import import_into_new_series, import_register
from surgeries.clock import database_now
from surgeries.models import Series
from surgeries.refusals import Refused
from surgeries.rules.imports import COLUMNS, decoded, layout_of, numbered, read_rows


class Command(BaseCommand):
    help = (
        f"Imports a CSV register with the columns {', '.join(COLUMNS)}, of which the last three "
        "may be missing. The same file twice changes nothing. Sends nothing to anybody."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--series", required=True, metavar="SLUG")
        parser.add_argument("--new-series", metavar="NAME", help="start the series if need be")
        parser.add_argument("--organiser", metavar="EMAIL", help="who organises the new series")
        parser.add_argument("--dry-run", action="store_true", help="say what it would do")
        parser.add_argument(
            "--skip-bad", type=Path, metavar="BADFILE", help="import the rest, put bad rows here"
        )

    def handle(self, *, file, skip_bad, dry_run, **options):
        begun = time.perf_counter()
        try:
            into = self._destination(options)
            count, bad = self._look_through(file, skip_bad, into["zone"])
            if bad and not skip_bad:
                raise CommandError(f"{_number(bad, 'bad row')}. Nothing was imported.")
            with file.open("rb") as lines:
                rows = read_rows(*_table(lines, into.pop("zone")), lambda *bad: None)
                bar = tqdm(rows, total=count - bad, unit=" rows", desc="Importing", disable=None)
                done = into.pop("how")(
                    rows=bar, **into, filename=file.name, now=database_now(), dry_run=dry_run
                )
        except (Refused, OSError) as no:
            raise CommandError(f"{no}") from None
        self._tell(done, count, bad, skip_bad, dry_run)
        self._measure(count, time.perf_counter() - begun)

    def _destination(self, options):
        """Which action takes the rows, and what it is told about the series."""
        slug, name = options["series"], options["new_series"]
        organiser = User.objects.filter(email__iexact=options["organiser"] or "").first()
        if options["organiser"] and not organiser:
            raise CommandError(f"Nobody has signed up as {options['organiser']} yet.")
        series = Series.objects.filter(slug=slug).first()
        if series and name and series.name != name:
            raise CommandError(f"The series “{slug}” is there already: {series.name}.")
        if series:
            return {"how": import_register, "series": series, "by": None, "zone": series.zone}
        if not name:
            raise CommandError(f"There is no series “{slug}”. Start it with --new-series NAME.")
        return {
            "how": import_into_new_series,
            "slug": slug,
            "name": name,
            "by": organiser,
            "zone": Series(slug=slug).zone,
        }

    def _look_through(self, file, skip_bad, zone):
        """Read it once without writing: how many rows, how many bad ones; each of those is told."""
        if skip_bad and skip_bad.exists() and skip_bad.samefile(file):
            raise CommandError("The file for bad rows would overwrite the register.")
        bad_rows = 0
        with file.open("rb") as lines:
            rows, layout = _table(lines, zone)
            if layout.ignored:
                self.stdout.write(f"Columns ignored: {', '.join(layout.ignored)}")
            put_aside = _BadRows(skip_bad, layout.header)

            def tell(bad, cells):
                nonlocal bad_rows
                bad_rows += 1
                self.stderr.write(f"Line {bad.line}, {bad.where_and_why}")
                put_aside.write(bad, cells)

            with put_aside:
                good = sum(1 for _row in read_rows(rows, layout, tell))
        return good + bad_rows, bad_rows

    def _tell(self, done, count, bad, skip_bad, dry_run):
        self.stdout.write(f"{_number(count, 'row')} read.")
        if bad:
            self.stdout.write(f"{_number(bad, 'bad row')} left out, see {skip_bad}.")
        if done.nothing_changed:
            self.stdout.write("Nothing changed: all of it is here already.")
            return
        new = [(done.bookings, "booking"), (done.surgeries, "surgery"), (done.networks, "network")]
        new = ", ".join(_number(count, noun) for count, noun in [*new, (done.people, "attendee")])
        self.stdout.write(f"New: {new}. Changed: {_number(done.changed, 'booking')}.")
        if dry_run:
            self.stdout.write("This was a dry run: nothing was kept.")
        else:
            self.stdout.write(f"To take it back: undo_import {done.run.pk}")

    def _measure(self, count, seconds):
        per_megabyte = 2**20 if sys.platform == "darwin" else 2**10
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_megabyte
        rate = count / seconds
        self.stdout.write(f"{seconds:.1f} s, {rate:.0f} rows/s, peak memory {peak:.0f} MB")


class _BadRows:
    """The file that gets bad rows as they stood, with line and reason; or no file at all."""

    def __init__(self, path, header):
        self.path, self.header = path, header

    def __enter__(self):
        if self.path:
            self.file = self.path.open("w", encoding="utf-8", newline="")
            self.writer = csv.writer(self.file)
            self.writer.writerow([*self.header, "line", "reason"])

    def write(self, bad, cells):
        if self.path:
            width = len(self.header)
            cells = [*cells, *[""] * width][: max(width, len(cells))]
            self.writer.writerow([*cells, bad.line, bad.where_and_why])

    def __exit__(self, *exception):
        if self.path:
            self.file.close()


def _table(lines, zone):
    """The numbered rows below the first, and the layout that the first one tells."""
    rows = numbered(decoded(lines))
    _line, header = next(rows, (1, []))
    return rows, layout_of(header, zone)


def _number(count, noun):
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
    return f"{count} {noun if count == 1 else plural}"
