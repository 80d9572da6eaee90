"""Forecasts of 20 and 200 coming surgeries, of 1 and 100 networks: statements and milliseconds."""

import datetime
import itertools

from django.utils import timezone

from bench.world import empty, milliseconds, statements
from surgeries.models import Attendee, Booking
from surgeries.states import Outcome
from surgeries.turnout.forecast import forecasts_of
from tests.factories import create_network, create_series, create_surgery

PAST, BOOKED = 100, 20  # evenings to learn from; bookings at each evening


def run():
    """Print a row for each size; the statements must be equal."""
    print(f"{PAST} evenings before, {BOOKED} bookings at each")
    print(f"{'coming':>7} {'networks':>9} {'statements':>11} {'ms':>8} {'with ranges':>12}")
    for coming, networks in itertools.product((20, 200), (1, 100)):
        _measure(coming, networks)
        empty()


def _measure(coming, networks):
    now = timezone.now()
    series = create_series()
    known = [create_network(series=series) for _ in range(networks)]
    _evenings(series, known, range(-PAST, 0), now)
    surgeries = _evenings(series, known, range(1, coming + 1), now)

    def with_ranges():
        return [
            (row.people.low, row.people.high)
            for forecast in forecasts_of(series, surgeries, now).values()
            for row in (forecast, *forecast.networks)
        ]

    _found, sql = statements(lambda: forecasts_of(series, surgeries, now))
    taken = milliseconds(lambda: forecasts_of(series, surgeries, now))
    ranges = milliseconds(with_ranges, rounds=3)
    print(f"{coming:7} {networks:9} {len(sql):11} {taken:8.0f} {ranges:12.0f}", flush=True)


def _evenings(series, networks, weeks, now):
    surgeries = [
        create_surgery(
            series=series, on=timezone.localdate() + datetime.timedelta(weeks=week), places=()
        )
        for week in weeks
    ]
    people = Attendee.objects.bulk_create(
        Attendee(
            series=series,
            name=f"Zoë {n}",
            name_key=f"zoë {n}",
            contact=f"zoe{n}.{surgeries[0].pk}@example.org",
            created_at=now,
            last_active_at=now,
        )
        for n in range(len(surgeries) * BOOKED // 2)
    )
    Booking.objects.bulk_create(
        Booking(
            surgery=surgery,
            attendee=people[number % len(people)],
            credited_network=networks[number % len(networks)],
            booked_at=surgery.starts_at - datetime.timedelta(days=number % 23),
            outcome=_outcome(number) if surgery.starts_at < now else Outcome.NOT_RECORDED,
            imported=True,
        )
        for number, surgery in enumerate(s for s in surgeries for _ in range(BOOKED))
    )
    return surgeries


def _outcome(number):
    return Outcome.DID_NOT_COME if number % 4 == 1 else Outcome.CAME
