"""The real register: import, turnout, the dashboard. Skipped where the file is absent."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bench.world import milliseconds, statements
from surgeries.models import Booking, Series, TeamMember
from surgeries.states import Role

SAMPLE = Path(
    os.environ.get(
        "SAMPLE_REGISTER", settings.BASE_DIR.parent / "shared" / "data" / "register_sample.csv"
    )
)
SLUG = "real-register"


def run():
    """Print seconds, rows per second and peak memory; then the dashboard's statements and ms."""
    if not SAMPLE.exists():
        print(f"No sample at {SAMPLE.name}: set SAMPLE_REGISTER to its path.")
        return
    rows = sum(1 for _ in SAMPLE.open(encoding="utf-8")) - 1
    for again in ("first import", "second import"):
        seconds = _manage("import_register", str(SAMPLE), "--series", SLUG, *_new(again))
        print(f"{again}: {rows} rows in {seconds:.1f} s, {rows / seconds:.0f} rows/s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    bookings = Booking.objects.filter(surgery__series__slug=SLUG).count()
    print(f"{bookings} bookings; peak {peak:.0f} MB")
    seconds = _manage("turnout", "--series", SLUG, "--format", "json")
    print(f"turnout --format json: {seconds:.1f} s with the start of Python")
    _dashboard()


def _new(again):
    return ["--new-series", "Real register"] if again.startswith("first") else []


def _manage(*command):
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begun


def _dashboard():
    series = Series.objects.get(slug=SLUG)
    olu = User.objects.create_user("bench@example.org", name="Olu")
    TeamMember.objects.create(
        series=series, user=olu, role=Role.ORGANISER, joined_at=series.created_at
    )
    client = Client()
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    address = reverse("turnout", args=[SLUG]) + "?period=all"
    response, sql = statements(lambda: client.get(address))
    assert response.status_code == 200
    taken = milliseconds(lambda: client.get(address))
    print(f"dashboard, all time: {len(sql)} statements with sign-in, {taken:.0f} ms")
