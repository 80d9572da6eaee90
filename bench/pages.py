"""SQL statements of every page at 1 and at 100 rows: they must be equal."""

from functools import partial

from django.conf import settings
from django.test import Client
from django.utils import timezone

from bench.world import milliseconds, statements
from surgeries.models import Reply, Series, Surgery
from surgeries.states import BookingState, MessageState, Outcome, ReplyMeaning
from tests.factories import (
    create_booking,
    create_helping,
    create_message,
    create_network,
    create_series,
    create_surgery,
)
from tests.pages import PAGES, address_of, build_world


def run():
    """Print a row for each page; a star marks one whose statements grow with the rows."""
    world = build_world()
    client = Client()
    client.force_login(world.olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    before = {name: _count(client, name, world) for name in PAGES}
    add_rows(world, 100)
    print(f"{'page':20} {'1 row':>6} {'100 rows':>9} {'ms':>8}")
    for name in sorted(PAGES):
        after = _count(client, name, world)
        taken = milliseconds(partial(client.get, address_of(name, world)), rounds=5)
        star = "" if before[name] == after else "  *"
        print(f"{name:20} {before[name]:6} {after:9} {taken:8.1f}{star}")


def _count(client, name, world):
    if name == "account_login":
        client = Client()
    # The first visit fills caches of the process: permissions, the file system, templates.
    client.get(address_of(name, world))
    response, sql = statements(lambda: client.get(address_of(name, world)))
    assert response.status_code == 200, (name, response.status_code)
    return len(sql)


def add_rows(world, number):
    """Put `number` more of everything that a page lists into the world."""
    today, now = timezone.localdate(), timezone.now()
    for n in range(number):
        network = create_network(series=world.series)
        past = create_surgery(
            series=world.series, on=today - timezone.timedelta(days=30 + n), places=(1,)
        )
        create_booking(surgery=past, network=network, outcome=Outcome.CAME)
        create_booking(surgery=world.past, network=network, walked_in=True, outcome=Outcome.CAME)
        booked = create_booking(surgery=world.coming, network=network, imported=True)
        create_message(booking=booked)
        waits = create_booking(surgery=world.coming, state=BookingState.WAITING, untold_from=now)
        waits.accepts.set(world.coming.slots.all())
        create_message(booking=waits, state=MessageState.REVIEW)
        Reply.objects.create(
            provider_ref=f"bench-{n}",
            series=world.series,
            attendee=waits.attendee,
            meaning=ReplyMeaning.UNCLEAR,
            received_at=now,
        )
        create_helping(surgery=world.coming)
        other = create_series(organiser=world.olu, name=f"Series {n}")
        create_surgery(series=other, on=today + timezone.timedelta(days=5))
    assert Series.objects.count() > number and Surgery.objects.count() > 2 * number
