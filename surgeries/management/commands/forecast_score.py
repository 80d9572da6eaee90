"""How good the forecast is, on a register whose truth is known. Keeps nothing."""

from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from surgeries.actions.imports import import_into_new_series
from surgeries.clock import database_now
from surgeries.models import Booking, Series
from surgeries.refusals import Refused
from surgeries.rules.forecast import Lead
from surgeries.rules.forecast_score import Foretold, score
from surgeries.rules.imports import decoded, layout_of, numbered, read_rows, together
from surgeries.turnout.forecast import forecasts_of, kind_of, surgeries_to_forecast, with_kind

SLUG = "forecast-score-only"
HIDDEN = 5  # dates whose outcomes are kept from the forecast
HEAD = "{:<41}{:>12}{:>10}{:>8}{:>9}{:>9}{:>9}"


class Command(BaseCommand):
    help = (
        f"Imports a register without the outcomes of its last {HIDDEN} dates, forecasts those, "
        "compares with what is in the file, and takes everything back."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file, **options):
        try:
            rows, truth, hidden = _halved(file)
            with transaction.atomic():
                said = list(_foretold(rows, truth, hidden, file.name))
                transaction.set_rollback(True)
        except (Refused, OSError) as no:
            raise CommandError(f"{no}") from None
        self._tell(said)

    def _tell(self, said):
        self.stdout.write(
            HEAD.format("", "network-days", "error", "ratio", "Brier", "in range", "bookings")
        )
        for label, chosen in (
            ("all bookings", said),
            ("without same-day bookings", [(one, p0) for one, p0 in said if not one.same_day]),
        ):
            ours = score(one for one, _p0 in chosen)
            plain = score(replace(one, chance=p0) for one, p0 in chosen)
            for name, its in (("forecast", ours), ("overall rate", plain)):
                self.stdout.write(
                    HEAD.format(
                        f"{name}, {label}",
                        its.groups,
                        f"{its.error:.3f}",
                        f"{its.error / plain.error:.3f}" if plain.error else "–",
                        f"{its.brier:.4f}",
                        f"{its.coverage:.1%}",
                        its.bookings,
                    )
                )


def _halved(file):
    """The rows without the outcomes of the last dates; what came of those; the dates."""
    bad, merged = [], {}
    with file.open("rb") as lines:
        table = numbered(decoded(lines))
        _line, header = next(table, (1, []))
        layout = layout_of(header, Series(slug=SLUG).zone)
        for row in read_rows(table, layout, lambda row, cells: bad.append(row)):
            before = merged.get(row.key)
            merged[row.key] = together(before, row) if before else row
    if bad:
        raise Refused(f"Line {bad[0].line}, {bad[0].where_and_why}")
    days = sorted({row.on for row in merged.values()})
    if len(days) <= HIDDEN:
        raise Refused(f"There are {len(days)} dates. It takes more than {HIDDEN}.")
    hidden = set(days[-HIDDEN:])
    truth = {key: row.came for key, row in merged.items() if row.on in hidden}
    rows = [replace(r, came=None) if r.on in hidden else r for r in merged.values()]
    if set(truth.values()) <= {None}:
        raise Refused(f"Nothing is recorded of the last {HIDDEN} dates.")
    return rows, truth, hidden


def _foretold(rows, truth, hidden, filename):
    """Each booking of the hidden dates of which the truth is known, and the overall rate then."""
    now = database_now()
    import_into_new_series(rows, slug=SLUG, name=SLUG, filename=filename, by=None, now=now)
    series = Series.objects.get(slug=SLUG)
    surgeries = list(surgeries_to_forecast(series, now, past=True).filter(on__in=hidden))
    forecasts = forecasts_of(series, surgeries, now)
    bookings = with_kind(Booking.objects.live().filter(surgery__in=surgeries), series).values(
        *("surgery_id", "surgery__on", "attendee__name_key", "lead", "answer", "came_before"),
        "credited_network",
    )
    for row in bookings:
        came = truth[row["surgery__on"], row["attendee__name_key"]]
        if came is not None:
            kind, learned = kind_of(row), forecasts[row["surgery_id"]].learned
            group = row["surgery_id"], kind.network
            same_day = kind.lead == Lead.SAME_DAY
            yield Foretold(group, learned.chance(kind), came, same_day), learned.p0
