"""How fast due mail leaves: beside a plain loop, as the heap grows, and after a booking."""

import math
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from bench import world
from bench.plain_loop import drain_plainly
from bench.sink import sink
from surgeries.actions.outbox import owe_all
from surgeries.actions.sending import drain
from surgeries.clock import database_now
from surgeries.models import Message
from surgeries.states import MessageKind, MessageState
from tests import factories
from tests.outbox import crowd

ROUNDS, AT_A_TIME, GOAL = 7, 200, 1.6
HEAPS = (500, 1_000, 2_000, 4_000)
BOOKINGS, BETWEEN = 60, 0.25  # how many trickle in, and seconds between two
PROMISED = 10  # seconds after the commit


def run():
    """Print rates, their ratio, CPU and statements; the growth exponent; seconds to hand over."""
    with sink() as port:
        with sending_to(port):
            _beside_the_loop()
            world.empty()
            _as_the_heap_grows()
        world.empty()
        _after_a_booking(f"smtp://127.0.0.1:{port}")


@contextmanager
def sending_to(port):
    """This process sends to a mail server on loopback."""
    usual = settings.EMAIL_HOST, settings.EMAIL_PORT
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield
    finally:
        settings.EMAIL_HOST, settings.EMAIL_PORT = usual


# Beside a plain loop -----------------------------------------------------------------------


def ours():
    """Send everything that is due, as a worker does."""
    while drain(now=database_now(), worker="bench"):
        pass


def theirs():
    """Send everything that is due, one at a time."""
    drain_plainly(now=database_now(), worker="bench")


def _beside_the_loop():
    ways = {"ours": ours, "plain loop": theirs}
    for way in ways.values():
        timed(way, 20)
    taken = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(timed(way, AT_A_TIME))
    for name, way in ways.items():
        seconds, cpu = (statistics.median(figures) for figures in zip(*taken[name], strict=True))
        print(
            f"{name:>10}: {AT_A_TIME / seconds:.0f} mails/s, {1000 * cpu / AT_A_TIME:.1f} ms CPU "
            f"and {statements_of(way, AT_A_TIME):.2f} statements a message"
        )
    by_clock, by_cpu = (
        statistics.median(
            b[i] / a[i] for a, b in zip(taken["ours"], taken["plain loop"], strict=True)
        )
        for i in (0, 1)
    )
    print(f"ours is {by_clock:.2f} times as fast (goal {GOAL}), {by_cpu:.2f} by CPU")


def timed(way, count):
    """(seconds, CPU seconds of this process) that sending `count` due messages takes this way."""
    owed = crowd.owe_a_crowd(count)
    begun, cpu = time.perf_counter(), time.process_time()
    way()
    taken = time.perf_counter() - begun, time.process_time() - cpu
    sent = Message.objects.filter(pk__in=[m.pk for m in owed], state=MessageState.SENT)
    assert sent.count() == count
    return taken


def statements_of(way, count):
    """SQL statements per message."""
    crowd.owe_a_crowd(count)
    return len(world.statements(way)[1]) / count


# As the heap grows -------------------------------------------------------------------------


def _as_the_heap_grows():
    taken = []
    for count in HEAPS:
        seconds, cpu = timed(ours, count)
        taken.append((seconds, cpu))
        each, work = 1000 * seconds / count, 1000 * cpu / count
        print(f"{count:>10} due: {seconds:.1f} s, {each:.2f} ms ({work:.2f} of CPU) a message")
        world.empty()
    by_clock, by_cpu = (growth(HEAPS, figures) for figures in zip(*taken, strict=True))
    print(f"time grows with N to the power of {by_clock:.2f}, {by_cpu:.2f} by CPU (1 is linear)")


def growth(counts, times):
    """The exponent of a power law through these points, by least squares on logarithms."""
    return statistics.linear_regression(
        [math.log(count) for count in counts], [math.log(seconds) for seconds in times]
    ).slope


# After a booking ---------------------------------------------------------------------------


def _after_a_booking(mail_url):
    """Bookings trickle in while a worker and beat run, as in production."""
    series = factories.create_series(organiser=factories.create_user())
    day = timezone.localdate() + timedelta(days=11)
    surgery = factories.create_surgery(series=series, on=day, places=(BOOKINGS,))
    with (
        tempfile.TemporaryDirectory() as folder,
        crowd.workers(1, mail_url, pool="prefork"),
        crowd.beat(mail_url, Path(folder)),
    ):
        for _ in range(BOOKINGS):
            owe_all(MessageKind.CONFIRMATION, crowd.book(surgery, 1), now=database_now())
            time.sleep(BETWEEN)
        crowd.has_come(_all_are_sent, patience=60)
    waits = sorted(_waits())
    in_time = sum(wait <= PROMISED for wait in waits) / BOOKINGS
    p50, p95 = (waits[math.ceil(BOOKINGS * share) - 1] for share in (0.5, 0.95))
    print(
        f"handed over after the commit: p50 {p50:.2f} s, p95 {p95:.2f} s, max {waits[-1]:.2f} s; "
        f"{in_time:.0%} within {PROMISED} s (goal 95 %)"
    )


def _all_are_sent():
    return Message.objects.filter(state=MessageState.SENT).count() == BOOKINGS


def _waits():
    """Seconds from owing to being taken, endless for what has not left."""
    times = Message.objects.values_list("owed_at", "sent_at")
    return [(sent - owed).total_seconds() if sent else math.inf for owed, sent in times]
