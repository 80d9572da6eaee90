"""The booking journey: requests, SQL statements, bytes as they go over the wire."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.pages import add_rows
from bench.world import milliseconds, statements
from tests.factories import create_booking, create_surgery
from tests.pages import build_world

NEW_VISITOR = {"name": "Joyce Bennett", "contact": "joyce@example.org", "goal": "unsure"}


def run():
    """Print a row for each request of a first visit, and the totals, at 1 and at 100 rows."""
    world = build_world()
    day = timezone.localdate() + timedelta(days=12)
    surgery = create_surgery(series=world.series, on=day, places=(120, 2))
    print("1 row:")
    _journey(surgery)
    add_rows(world, 100)
    for _row in range(100):
        create_booking(surgery=surgery, imported=True)
    print("100 rows:")
    _journey(surgery)
    page = _address(surgery)
    print(f"surgery page, in process: {milliseconds(lambda: Client().get(page)):.1f} ms")


def _address(surgery):
    return reverse("surgery_public", args=[surgery.series.slug, surgery.on])


def _journey(surgery):
    browser = Client()
    page, on_page = statements(lambda: browser.get(_address(surgery)))
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    slot = re.search(r'name="slot" value="(\d+)"', page.content.decode())[1]
    address = reverse("booking_create", args=[surgery.series.slug, surgery.on])
    answers = dict(hidden) | NEW_VISITOR | {"slot": slot}
    posted, on_post = statements(lambda: browser.post(address, answers))
    assert posted.status_code == 302, posted.content.decode()
    booked, on_booked = statements(lambda: browser.get(posted["Location"]))
    assert booked.status_code == 200
    requests = {
        "page with form": (on_page, page),
        "post": (on_post, posted),
        "booked": (on_booked, booked),
    }
    for name, (sql, response) in requests.items():
        print(f"  {name:15} {len(sql):3} statements {_zipped(response.content):6} bytes gzip")
    total = sum(len(sql) for sql, _response in requests.values())
    first_visit = _zipped(page.content) + sum(map(_zipped, _files_of(page)))
    print(f"  {len(requests)} requests, {total} statements, first visit {first_visit} bytes gzip")
    print(f"  cookies set: {len(browser.cookies)}")


def _files_of(page):
    """The style, scripts and icon that a browser fetches with a page."""
    for name in re.findall(r'(?:src|href)="/static/([^"]+)"', page.content.decode()):
        yield (Path(settings.BASE_DIR) / "static" / name).read_bytes()


def _zipped(content):
    return len(gzip.compress(content))
