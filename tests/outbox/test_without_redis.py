"""Redis is only a doorbell: dead or frozen, what is owed is owed, and mail goes (T-OUT-07, P10)."""

import os
import socket
import subprocess
import sys

import pytest
from django.db import connection

from config.local import processes
from surgeries.models import Booking, Message
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

OWE = """
import sys, django
django.setup()
from django.db import transaction
from django.utils import timezone
from surgeries.actions.outbox import owe
from surgeries.models import Booking
from surgeries.states import MessageKind
with transaction.atomic():
    booking = Booking.objects.select_related("attendee", "slot", "surgery__series").get()
    owe(MessageKind.CONFIRMATION, booking, now=timezone.now())
print("The page goes on.")
"""


@pytest.fixture(params=["dead", "frozen"])
def broken_redis(request):
    """The address of a Redis that is not there, or takes connections and never answers."""
    if request.param == "dead":
        yield f"redis://127.0.0.1:{processes.free_port()}/0"
        return
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        yield f"redis://127.0.0.1:{silent.getsockname()[1]}/0"


def run(*command, **environment):
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, *command],
        env=env | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_booking_and_mail_go_on_without_it(surgery, broken_redis, mailbox):
    factories.create_booking(surgery=surgery)

    page = run("-c", OWE, REDIS_URL=broken_redis)
    assert page.stdout.endswith("The page goes on.\n")
    assert "Error calling _ring in on_commit()" in page.stdout + page.stderr  # said, not hidden
    assert Message.objects.get().state == "queued"

    run("manage.py", "outbox_run", REDIS_URL=broken_redis)
    assert [mail.to for mail in mailbox] == [[Booking.objects.get().attendee.email]]
