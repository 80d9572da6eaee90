"""What somebody does who books, and what is asked of the rows afterwards."""

import datetime
import uuid

import pytest

from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.models import Attendee, Booking, Message
from surgeries.refusals import Refused
from tests.factories import NOW, create_surgery

HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


def create_evening(places=(2, 1), **fields):
    """A surgery whose places were dealt as they would be: at the first times first."""
    return create_surgery(places=places, places_wanted=sum(places), **fields)


def first_slot(surgery):
    return surgery.slots.earliest("starts_at")


def last_slot(surgery):
    return surgery.slots.latest("starts_at")


def book(slot, **answers):
    """Amina books `slot`, unless `answers` say otherwise."""
    return book_slot(slot, **(_typed() | answers))


def wait(surgery, **answers):
    """Amina asks for a place at any time of `surgery`, unless `answers` say otherwise."""
    asked = _typed() | {"accepts": list(surgery.slots.all())}
    return join_waiting_list(surgery, **(asked | answers))


def _typed():
    return {
        "name": "Amina O’Neill",
        "contact": "amina@example.org",
        "goal": "news",
        "request_key": uuid.uuid4(),
        "now": NOW,
    }


def party_of(booking):
    """Everybody of a party, whoever speaks for them first, as they are by now."""
    return list(Booking.objects.in_party_of(booking).select_related("attendee", "slot", "place"))


def again(booking):
    """The booking as it is by now."""
    return Booking.objects.select_related("attendee", "slot").get(pk=booking.pk)


def rows():
    """How many bookings, attendees and messages there are."""
    return (Booking.objects.count(), Attendee.objects.count(), Message.objects.count())


def everything():
    """Every row that an action on a booking could change."""
    accepted = Booking.accepts.through
    kinds = (Booking, Attendee, Message, accepted)
    return [list(model.objects.order_by("pk").values()) for model in kinds]


def messages_of(booking):
    """(kind, state) of each message of a booking, in the order they were owed."""
    return [(m.kind, m.state) for m in booking.messages.order_by("owed_at", "kind")]


def refused(action, *args, **kwargs):
    """The refusal of an action that is not done; it must leave no trace."""
    before = everything()
    with pytest.raises(Refused) as refusal:
        action(*args, **kwargs)
    assert everything() == before
    return refusal.value
