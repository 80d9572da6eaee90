"""What somebody without an account does, and what she reads."""

import datetime
import html

from django.urls import reverse
from django.utils import timezone

from surgeries.models import Attendee, Booking, Message
from tests import factories

SECRET_PAGES = (
    "booking_detail",
    "booking_booked",
    "booking_change",
    "booking_cancel",
    "booking_calendar",
)


def in_days(days, series):
    return (timezone.now().astimezone(series.zone) + datetime.timedelta(days=days)).date()


def coming(series, days=7, places=(2, 1), **fields):
    """An evening in so many days; its places were dealt as they would be."""
    fields.setdefault("places_wanted", sum(places) or None)
    return factories.create_surgery(
        series=series, on=in_days(days, series), places=places, **fields
    )


def first_slot(surgery):
    return surgery.slots.earliest("starts_at")


def last_slot(surgery):
    return surgery.slots.latest("starts_at")


def place_to_book(surgery):
    return reverse("booking_create", args=[surgery.series.slug, surgery.on])


def typed(surgery, **said):
    """What Amina types into the form of `surgery`, unless `said` says otherwise."""
    answers = {"goal": "news", "name": "Amina O’Neill", "contact": "amina@example.org"}
    return answers | {"slot": first_slot(surgery).pk} | said


def book(client, surgery, **said):
    return client.post(place_to_book(surgery), typed(surgery, **said))


def wait(client, surgery, **said):
    """She asks for a place at any time, unless `said` says otherwise."""
    slots = [slot.pk for slot in surgery.slots.all()]
    return book(client, surgery, **({"wait": "yes", "accepts": slots} | said))


def words(response):
    """The page as text, its entities read."""
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def door(name, booking):
    return reverse(name, args=[booking.secret])


def read(client, booking, name="booking_detail"):
    return words(client.get(door(name, booking)))


def answer(client, booking, answer, follow=True, **said):
    """What she presses on her page, and the page that follows."""
    return client.post(door("booking_detail", booking), {"answer": answer} | said, follow=follow)


def everything():
    """Every row that a page could change."""
    kinds = (Attendee, Booking, Message, Booking.accepts.through)
    return [list(model.objects.order_by("pk").values()) for model in kinds]
