"""The night: Dee keeps the door, Olu says "That's everyone", and the figures follow."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking
from surgeries.states import Outcome, Role
from surgeries.turnout.networks import turnout_by_network
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    now = timezone.now()
    series = factories.create_series(organiser=olu)
    return factories.create_surgery(
        series=series,
        on=now.astimezone(series.zone).date(),
        starts_at=now - timedelta(minutes=20),
        places=(2, 2),
    )


def signed_in(client, user):
    browser = client.__class__()
    browser.force_login(user)
    return browser


def figures(series):
    turnout = turnout_by_network(series, now=timezone.now())
    return (
        turnout.booked,
        turnout.recorded,
        turnout.came,
        turnout.walk_ins,
        turnout.through_the_door,
    )


def test_the_night(client, surgery, olu):
    series = surgery.series
    dee = factories.create_user(email="dee@example.org", name="Dee Door")
    factories.create_member(series=series, user=dee, role=Role.DOOR)
    choir = factories.create_network(series=series, name="Ladywood Choir")
    names = ("Joyce", "Harpreet", "Winston", "Zoë D’Arcy")
    bookings = {
        name: factories.create_booking(
            surgery=surgery,
            attendee=factories.create_attendee(series=series, name=name, contact=None),
            network=choir,
        )
        for name in names
    }
    where = [series.slug, surgery.pk]
    door, desk = signed_in(client, dee), signed_in(client, olu)

    def tap(browser, name, outcome="came"):
        address = reverse("register_tap", args=[*where, bookings[name].pk])
        return browser.post(address, {"outcome": outcome}, follow=True).content.decode()

    # Dee has it on paper too, in case the wifi fails.
    assert "Joyce" in door.get(reverse("register_print", args=where)).content.decode()

    # She taps two names, one of them wrongly, and takes that one back.
    tap(door, "Joyce")
    tap(door, "Joyce")
    assert "<span>2</span> <small>in the room" in tap(door, "Harpreet")
    assert "<span>1</span> <small>in the room" in tap(door, "Harpreet", "not_recorded")
    assert figures(series) == (4, 1, 1, 0, 1)

    # Every chair is taken and somebody walks in, sent twice by a bad line.
    press = {"name": "Marcus", "said": "ladywood  choir", "request_key": str(uuid.uuid4())}
    for _sent in range(2):
        page = door.post(
            reverse("register_walk_in", args=where), press, follow=True
        ).content.decode()
    assert "<span>2</span> <small>in the room" in page
    assert figures(series) == (4, 1, 1, 1, 2)

    # Olu asks who is left, and says yes to three names.
    everyone = reverse("register_everyone", args=where)
    page = desk.get(everyone).content.decode()
    assert "3 names are not tapped" in page and "Joyce" not in page
    seen = [str(bookings[name].pk) for name in names[1:]]
    assert (
        "3 names: did not come."
        in desk.post(everyone, {"seen": seen}, follow=True).content.decode()
    )
    assert figures(series) == (4, 4, 1, 1, 2)

    # Winston was in the kitchen: Dee's tap stands, whatever is undone later.
    tap(door, "Winston")
    desk.post(everyone, {"undo": "yes"})
    assert figures(series) == (4, 2, 2, 1, 3)
    outcomes = dict(Booking.objects.values_list("attendee__name", "outcome"))
    assert outcomes == {
        "Joyce": Outcome.CAME,
        "Harpreet": Outcome.NOT_RECORDED,
        "Winston": Outcome.CAME,
        "Zoë D’Arcy": Outcome.NOT_RECORDED,
        "Marcus": Outcome.CAME,
    }

    # Three more came without a name: through the door, and in no rate.
    desk.post(reverse("register_head_count", args=where), {"head_count": "3"})
    assert figures(series) == (4, 2, 2, 1, 6)

    # Stan finds nothing of it.
    stan = signed_in(client, factories.create_user(name="Stan"))
    assert stan.get(reverse("register", args=where)).status_code == 404


def test_closing_offers_that_is_everyone_and_marks_nobody_by_itself(client, surgery, olu):
    factories.create_booking(surgery=surgery)
    factories.create_surgery(
        series=surgery.series,
        on=surgery.on + timedelta(days=28),
        starts_at=surgery.starts_at + timedelta(days=28),
    )
    desk = signed_in(client, olu)
    where = [surgery.series.slug, surgery.pk]
    page = desk.post(reverse("surgery_close", args=where), follow=True).content.decode()
    assert "1 name is not tapped" in page
    assert figures(surgery.series) == (1, 0, 0, 0, 0)


def test_a_night_that_nobody_closes_stays_not_recorded(client, surgery, olu):
    factories.create_booking(surgery=surgery)
    surgery.on -= timedelta(days=60)
    surgery.starts_at -= timedelta(days=60)
    surgery.ends_at -= timedelta(days=60)
    surgery.save()
    desk = signed_in(client, olu)
    where = [surgery.series.slug, surgery.pk]
    assert "Came" in desk.get(reverse("register", args=where)).content.decode()
    assert (
        "1 name is not tapped"
        in desk.get(reverse("register_everyone", args=where)).content.decode()
    )
    assert figures(surgery.series) == (1, 0, 0, 0, 0)
