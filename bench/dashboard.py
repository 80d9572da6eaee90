"""The dashboard at 10,000, 100,000 and 1,000,000 bookings, and what its bookkeeping costs.

Three years of one series with 40 networks (nine tenths of the bookings) and of nine others. Times
are of whole months, added up; "counted" is the same figures from the bookings themselves.
"""

import datetime
import itertools
import math
import statistics
import threading
import time
import uuid

from django.db import connection

from bench.world import empty, milliseconds, statements
from surgeries.actions.bookings import book_slot
from surgeries.actions.figures import fold_months
from surgeries.models import FoldedMonth, Series, Surgery
from surgeries.turnout.networks import turnout_by_network, turnout_of_each
from tests.factories import LONDON, NOW, create_series, create_surgery

SIZES = (10_000, 100_000, 1_000_000)
EVENINGS_AT = {10_000: 40, 100_000: 200, 1_000_000: 900}
FIRST, LAST = datetime.date(2023, 10, 1), datetime.date(2026, 9, 30)
CLIENTS, SECONDS, ROUNDS = 32, 4, 5

# Nine tenths to the first series, evenings spread evenly over the days, everybody comes twice.
ROWS = """
INSERT INTO surgeries_network (series_id, name, key, kind, area, about, languages, private,
    created_at)
SELECT s, 'Network ' || n, 'network ' || n, 'group', '', '', '{}', false, now()
FROM unnest(%(series)s::bigint[]) s, generate_series(1, 40) n;

INSERT INTO surgeries_surgery (series_id, "on", starts_at, ends_at, state, schedule_version,
    organiser_helps, created_at)
SELECT s, day, day + time '17:30', day + time '19:00', 'closed', 1, true, now()
FROM unnest(%(series)s::bigint[]) s,
    LATERAL (SELECT %(first)s::date + (n * %(days)s / %(evenings)s) AS day
             FROM generate_series(0, %(evenings)s - 1) n) days;

INSERT INTO surgeries_attendee (series_id, name, name_key, "group", access_needs, news_wording,
    created_at, last_active_at)
SELECT s, 'Attendee ' || n, 'attendee ' || n, '', '', '', now(), now()
FROM unnest(%(series)s::bigint[]) WITH ORDINALITY AS the(s, k),
    LATERAL generate_series(1, (CASE k WHEN 1 THEN 81 ELSE 1 END * %(size)s / 180)::int) n;

CREATE TEMPORARY TABLE evening ON COMMIT DROP AS
    SELECT id, series_id, row_number() OVER (PARTITION BY series_id ORDER BY id) - 1 AS n
    FROM surgeries_surgery;
CREATE TEMPORARY TABLE network ON COMMIT DROP AS
    SELECT id, series_id, row_number() OVER (PARTITION BY series_id ORDER BY id) - 1 AS n
    FROM surgeries_network;
CREATE INDEX ON evening (series_id, n);
CREATE INDEX ON network (series_id, n);
ANALYZE evening, network, surgeries_attendee;

INSERT INTO surgeries_booking (id, surgery_id, attendee_id, state, outcome, outcome_source,
    walked_in, imported, brings_supporter, goes_first, goal, said, credited_network_id, booked_at,
    ring_outcome, cancelled_late, link_version, calendar_version)
SELECT gen_random_uuid(), e.id, a.id, 'booked',
    CASE WHEN a.id %% 10 < 6 THEN 'came' WHEN a.id %% 10 < 9 THEN 'did_not_come'
    ELSE 'not_recorded' END, 'imported', false, true, false, false, '', '', w.id, now(), '',
    false, 1, 0
FROM surgeries_attendee a CROSS JOIN generate_series(0, 1) again
JOIN evening e ON e.series_id = a.series_id AND e.n = (a.id * 7 + again * 5) %% %(evenings)s
JOIN network w ON w.series_id = a.series_id AND w.n = a.id / %(evenings)s %% 40;
"""


def run():
    """Print statements, milliseconds and growth for one series and for all, then booking rates."""
    print(f"{'bookings':>10} {'one':>4} {'ms':>7} {'all':>4} {'ms':>7} {'counted ms':>11}")
    times = {size: _measured(size) for size in SIZES}
    for number, name in enumerate(("one series", "all series", "one series, counted")):
        first, last = times[SIZES[0]][number], times[SIZES[-1]][number]
        growth = math.log(last / first) / math.log(SIZES[-1] / SIZES[0])
        print(f"growth exponent, {name}: {growth:.2f}")
    _booking_rates()


def _measured(size):
    empty()
    series = [create_series(slug=f"series-{n}", name=f"Series {n}") for n in range(10)]
    begun = time.perf_counter()
    _fill(size, series)
    filled = time.perf_counter()
    period = {"now": NOW, "from_": FIRST, "to": LAST}
    truth = turnout_by_network(series[0], **period)
    folding = time.perf_counter()
    counted = (folding - filled) * 1000
    fold_months(NOW, at_most=1000)
    folded = time.perf_counter()
    with connection.cursor() as cursor:
        # Else the database would tidy up while it is measured.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    figures, of_one = statements(lambda: turnout_by_network(series[0], **period))
    each, of_all = statements(lambda: turnout_of_each(series, **period))
    assert figures == truth == each[series[0].pk] and FoldedMonth.objects.count() == 360
    one = milliseconds(lambda: turnout_by_network(series[0], **period), rounds=25)
    every = milliseconds(lambda: turnout_of_each(series, **period), rounds=25)
    print(
        f"{size:10,} {len(of_one):4} {one:7.1f} {len(of_all):4} {every:7.1f} {counted:11.1f}"
        f"   (made in {filled - begun:.0f} s, {Surgery.objects.count()} surgeries, "
        f"folded in {folded - folding:.1f} s)",
        flush=True,
    )
    return one, every, counted


def _fill(size, series):
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        _triggers(cursor, "DISABLE")
        cursor.execute(
            ROWS,
            {
                "series": [one.pk for one in series],
                "size": size,
                "first": FIRST,
                "days": (LAST - FIRST).days,
                "evenings": EVENINGS_AT[size],
            },
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _triggers(cursor, "ENABLE")
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE")


def _triggers(cursor, what):
    for table in ("booking", "surgery"):
        cursor.execute(f"ALTER TABLE surgeries_{table} {what} TRIGGER USER")


def _booking_rates():
    """In turn with the bookkeeping and without: people who book, each round new evenings."""
    series = list(Series.objects.all())
    days = itertools.count(1)
    rates = {True: [], False: []}
    for _ in range(ROUNDS):
        for kept in (True, False):
            with connection.cursor() as cursor:
                _triggers(cursor, "ENABLE" if kept else "DISABLE")
            rates[kept].append(_rate([_evening(one, next(days)) for one in series]))
    with connection.cursor() as cursor:
        _triggers(cursor, "ENABLE")
    on, off = (statistics.median(rates[kept]) for kept in (True, False))
    pairs = [a / b for a, b in zip(rates[True], rates[False], strict=True)]
    print(
        f"{CLIENTS} clients book: {on:.0f}/s with the bookkeeping, {off:.0f}/s without; "
        f"ratio {on / off:.2f}, of each pair {min(pairs):.2f} to {max(pairs):.2f}, "
        f"median {statistics.median(pairs):.2f}"
    )


def _evening(series, number):
    on = NOW.astimezone(LONDON).date() + datetime.timedelta(days=number % 27 + 1)
    while Surgery.objects.filter(series=series, on=on).exclude(state="cancelled").exists():
        Surgery.objects.filter(series=series, on=on).update(state="cancelled")
    return create_surgery(series=series, on=on, places=(400,), places_wanted=400)


def _rate(surgeries):
    """Bookings a second of CLIENTS threads, shared out over `surgeries`."""
    done, stop = [0] * CLIENTS, threading.Event()

    def client(number):
        slot = surgeries[number % len(surgeries)].slots.select_related("surgery__series").get()
        while not stop.is_set():
            name = f"Client {number} {done[number]}"
            contact = f"c{number}-{uuid.uuid4().hex}@example.org"
            book_slot(
                slot, name=name, contact=contact, goal="news", request_key=uuid.uuid4(), now=NOW
            )
            done[number] += 1
        connection.close()

    threads = [threading.Thread(target=client, args=[n]) for n in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)
