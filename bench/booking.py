"""Our booking POST beside a bare one: same rows, middleware, lock, limits, servers; in turn.

Goals: at least 0.8 of the bare view's rate, at most 1.25 of its CPU.
"""

import ipaddress
import itertools
import os
import signal
import statistics
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from threading import local
from urllib.parse import urlencode

import psutil
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from bench.world import statements
from config.local import processes
from surgeries.forms.limits import signed_key
from surgeries.models import Booking

ROUNDS = 12
BLOCK = 160  # bookings, all of one kind, before it is the next one's turn
MANY = 20  # surgeries that a block is spread over
AT_ONCE = 8  # people, as many as the web server has threads
LEAST_RATE, MOST_CPU = 0.8, 1.25
FORM = "application/x-www-form-urlencoded"
TYPED = {"goal": "unsure", "name": "Joyce Bennett"}
KINDS = {  # what is measured: the name of its address, and over how many surgeries
    "bare": ("bare_booking", MANY),
    "ours": ("booking_create", MANY),
    "bare, hot": ("bare_booking", 1),
    "ours, hot": ("booking_create", 1),
}

_number = itertools.count(1)
_thread = local()


@override_settings(ROOT_URLCONF="bench.bare")
def run():
    """Print rate, CPU and statements of both views, spread over many surgeries and at one."""
    told = {name: _statements(*kind) for name, kind in KINDS.items()}
    took = defaultdict(list)
    with _served() as (port, server):
        for turn in range(ROUNDS + 1):
            for name in _in_turn(turn):
                measured = _block(port, server, *KINDS[name])
                if turn:  # the first round fills caches and opens connections
                    took[name].append(measured)
    print(f"{AT_ONCE} at once, {ROUNDS} rounds of {BLOCK} bookings of each kind, in turn; medians")
    print(f"{'':12}{'rate/s':>8}{'web CPU ms':>12}{'database CPU ms':>17}{'statements':>12}")
    for name, rows in took.items():
        rate, web, database = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name:12}{rate:8.0f}{web:12.2f}{database:17.2f}{told[name]:12}")
    _compare("spread", took["ours"], took["bare"])
    _compare("hot", took["ours, hot"], took["bare, hot"])
    hot = _ratio(took["ours, hot"], took["ours"], 0)
    print(f"our hot surgery against our own spread rate: {hot:.2f}")


def _compare(where, ours, bare):
    rate, cpu = _ratio(ours, bare, 0), _ratio(ours, bare, 1)
    missed = "" if rate >= LEAST_RATE and cpu <= MOST_CPU else "  MISSED"
    print(f"{where}, ours to bare: rate {rate:.2f} (goal {LEAST_RATE}),", end=" ")
    print(f"CPU {cpu:.2f} (goal {MOST_CPU}){missed}")


def _ratio(ours, others, column):
    """The median over the rounds, so that what else the machine does counts for both."""
    pairs = zip(ours, others, strict=True)
    return statistics.median(one[column] / other[column] for one, other in pairs)


def _in_turn(turn):
    names = list(KINDS)
    return names[turn % len(names) :] + names[: turn % len(names)]


# One block --------------------------------------------------------------------------------


def _block(port, server, address, surgeries):
    """(bookings a second, CPU of the web server and of the database in ms for each)."""
    forms = _forms(address, surgeries, BLOCK)
    before = Booking.objects.count()
    workers, databases = server.children(), _backends()
    spent, of_database = _spent(workers), _spent(databases)
    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(lambda form: _send(port, *form), forms))
    seconds = time.perf_counter() - begun
    web, database = _since(spent, workers), _since(of_database, _backends())
    assert Booking.objects.count() == before + BLOCK
    return BLOCK / seconds, web / BLOCK * 1000, database / BLOCK * 1000


def _forms(address, surgeries, count):
    """(path, body) of `count` people at so many new surgeries, in turn."""
    from tests.factories import create_series  # models can be imported only after the setup
    from tests.surgeries.views.visitor import coming

    series = [create_series() for _surgery in range(surgeries)]
    evenings = [coming(one, places=(count // surgeries,)) for one in series]
    paths = [reverse(address, args=[one.series.slug, one.on]) for one in evenings]
    slots = [one.slots.get().pk for one in evenings]
    return [
        (paths[n % surgeries], urlencode(TYPED | _own() | {"slot": slots[n % surgeries]}))
        for n in range(count)
    ]


def _own():
    """What no two people have in common."""
    return {"contact": f"joyce{next(_number)}@example.org", "request_key": signed_key()}


def _somewhere():
    """An address that nobody else has, because so much from one would be stopped."""
    return str(ipaddress.ip_address("10.0.0.0") + next(_number))


def _send(port, path, body):
    if not hasattr(_thread, "line"):
        _thread.line = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Host": "testserver",
        "Origin": "http://testserver",
        "Content-Type": FORM,
        "X-Forwarded-For": _somewhere(),
    }
    _thread.line.request("POST", path, body, headers)
    answer = _thread.line.getresponse()
    said = answer.read()
    assert answer.status == 302, (answer.status, said)


def _statements(address, surgeries):
    counted = []
    for path, body in _forms(address, surgeries, surgeries):
        browser = Client(REMOTE_ADDR=_somewhere())
        answer, sql = statements(partial(browser.post, path, body, content_type=FORM))
        assert answer.status_code == 302, answer.content
        counted.append(len(sql))
    return max(counted)


# The servers ------------------------------------------------------------------------------


@contextmanager
def _served():
    """The web server as in production; yields its port and its first process."""
    port = processes.free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "bench.server"]
    # Behind one proxy, whose word tells people apart.
    server = processes.start(command, env=os.environ | {"PORT": str(port), "PROXY_COUNT": "1"})
    try:
        _wait_for(port, server)
        yield port, psutil.Process(server.pid)
    finally:
        processes.stop(server, signal.SIGTERM)


def _wait_for(port, server, patience=60):
    give_up = time.monotonic() + patience
    while True:
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz", headers={"Host": "testserver"})
            line.getresponse().read()
            line.close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def _backends():
    """The processes of the database that work for the web server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        return [psutil.Process(pid) for (pid,) in cursor.fetchall()]


def _spent(running):
    """{process id: seconds of CPU so far} of these processes."""
    return {one.pid: sum(one.cpu_times()[:2]) for one in running}


def _since(spent, running):
    """Seconds of CPU of these processes since they had `spent` theirs."""
    return sum(seconds - spent.get(pid, 0) for pid, seconds in _spent(running).items())
