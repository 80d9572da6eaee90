"""The booking journey: requests, SQL statements, bytes as they go over the wire."""

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.world import milliseconds, statements
from surgeries.models import Booking
from tests.pages import build_world


def run():
    """Print a row for each request of a first visit, and the totals."""
    world = build_world()
    for people in (1, 100):
        print(f"With {people} other bookings on the evening:")
        _journey(world)
    page = _address(world)
    print(f"surgery page, in process: {milliseconds(lambda: Client().get(page)):.1f} ms")


def _address(world):
    return reverse("surgery_public", args=[world.series.slug, world.coming.on])


def _journey(world):
    browser = Client()
    page, sql_page = statements(lambda: browser.get(_address(world)))
    form = page.context["form"]
    answers = {name: form[name].value() or "" for name in form.fields} | {
        "name": "Joyce Bennett",
        "contact": f"joyce{Booking.objects.count()}@example.org",
        "goal": "unsure",
        "slot": world.coming.slots.with_places().filter(free_places__gt=0)[0].pk,
    }
    address = reverse("booking_create", args=[world.series.slug, world.coming.on])
    posted, sql_post = statements(lambda: browser.post(address, answers))
    assert posted.status_code == 302, posted.content.decode()
    booked, sql_booked = statements(lambda: browser.get(posted["Location"]))
    assert booked.status_code == 200
    style = (Path(settings.BASE_DIR) / "static/surgeries/style.css").read_bytes()
    sizes = [len(gzip.compress(r.content)) for r in (page, posted, booked)]
    extra = len(gzip.compress(style)) + _scripts(page)
    rows = zip(("page with form", "post", "booked"), (sql_page, sql_post, sql_booked), sizes)
    for name, sql, size in rows:
        print(f"  {name:15} {len(sql):3} statements  {size:6} bytes gzip")
    total = sum(map(len, (sql_page, sql_post, sql_booked)))
    print(f"  3 requests, {total} statements; first visit {sizes[0] + extra} bytes with style")
    print(f"  cookies set: {sorted(browser.cookies)}; at {timezone.now():%H:%M}")


def _scripts(page):
    named = re.findall(r'(?:script src|rel="icon" href)="/static/([^"]+)"', page.content.decode())
    folder = Path(settings.BASE_DIR) / "static"
    return sum(len(gzip.compress((folder / name).read_bytes())) for name in named)
