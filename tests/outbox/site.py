"""The web server of ours, on this process's database, and somebody who books there."""

import re
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from itertools import count

from django.urls import reverse

from config.local import processes
from tests.outbox import crowd

_numbers = count(1)


class Refusing(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it is the answer."""

    def redirect_request(self, *args):
        return None


_open = urllib.request.build_opener(Refusing).open


@contextmanager
def web(mail_url, **more):
    """gunicorn with our settings; yields its address."""
    port = processes.free_port()
    env = crowd.environment(mail_url, PORT=str(port), **more)
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    process = processes.start(command, dies_by=signal.SIGKILL, env=env)
    try:
        address = f"http://127.0.0.1:{port}"
        crowd.wait_for(lambda: answer(f"{address}/healthz")[0] == 200, patience=60)
        yield address
    finally:
        processes.stop(process, signal.SIGKILL)


def book(site, surgery):
    """Fill in the form of a surgery; returns (status, seconds it took, the address she gave)."""
    page = site + reverse("surgery_public", args=[surgery.series.slug, surgery.on])
    _status, html = answer(page)
    number = next(_numbers)
    contact = f"joyce{number}@example.org"
    said = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
    said |= {"name": "Joyce Bennett", "contact": contact, "goal": "unsure"}
    said["slot"] = re.search(r'name="slot" value="(\d+)"', html)[1]
    place = site + reverse("booking_create", args=[surgery.series.slug, surgery.on])
    begun = time.monotonic()
    status, _html = answer(place, urllib.parse.urlencode(said).encode(), comes_from=number)
    return status, time.monotonic() - begun, contact


def answer(address, data=None, *, comes_from=0):
    """(status, text) of a GET, or of a POST of `data`; (0, "") while nobody is there.

    `comes_from` numbers the home from which a proxy passes it on.
    """
    home = {"X-Forwarded-For": f"192.0.2.{comes_from}"}
    try:
        with _open(urllib.request.Request(address, data, home), timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as said:
        with said:
            return said.code, said.read().decode()
    except OSError:
        return 0, ""
