"""What the machine and the storm have found, each as the shortest story that shows it."""

import datetime
import uuid

import pytest

from surgeries.actions.answers import cancel_booking, undo_cancel
from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.changes import displace_booking
from surgeries.actions.schedule import move_surgery
from surgeries.models import Booking, Message
from surgeries.refusals import Refused
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)


def test_the_chair_that_a_displaced_party_leaves_over_goes_to_who_waits():
    """A party of two has no chair together; the one that is left fits who waits alone."""
    surgery = factories.create_surgery(places=(2,), places_wanted=2)
    slot = surgery.slots.select_related("surgery__series").get()
    asked = {"contact": "amina@example.org", "now": NOW}
    pair = book_slot(slot, name="Amina", others=["Basil"], request_key=uuid.uuid4(), **asked)
    chi = join_waiting_list(surgery, accepts=[slot], name="Chi", request_key=uuid.uuid4(), **asked)
    surgery.places_wanted = 1
    surgery.save()

    displace_booking(pair, by=None, now=NOW)

    assert Booking.objects.get(pk=chi.pk).state == "booked"
    assert broken_promises(NOW) == []


def test_a_helper_who_hears_of_a_move_and_then_of_another_end_is_told_each_once():
    helping = factories.create_helping(surgery=factories.create_surgery())
    told = Message.objects.filter(helping=helping, kind="helping_moved")
    change = {"place": helping.surgery.venue.name, "starts": datetime.time(17, 30), "by": None}
    change |= {"on": WEDNESDAY + datetime.timedelta(days=1), "now": NOW}

    move_surgery(helping.surgery, ends=datetime.time(19, 0), **change)
    move_surgery(helping.surgery, ends=datetime.time(20, 0), **change)

    assert told.count() == 2
    assert broken_promises(NOW) == []


@pytest.mark.parametrize("some_left", [True, False])
def test_whoever_asks_to_wait_for_a_time_that_has_just_gone_waits_for_the_others(some_left):
    surgery = factories.create_surgery(places=(1, 1), places_wanted=2)
    stays, goes = surgery.slots.order_by("starts_at")
    change = {"place": surgery.venue.name, "on": surgery.on, "by": None, "now": NOW}
    move_surgery(
        surgery, starts=datetime.time(17, 30), ends=datetime.time(18, 0), places_wanted=1, **change
    )
    asked = {"name": "Chi", "contact": "chi@example.org", "request_key": uuid.uuid4(), "now": NOW}
    book_slot(stays, name="Amina", contact="a@example.org", request_key=uuid.uuid4(), now=NOW)

    if some_left:
        chi = join_waiting_list(surgery, accepts=[stays, goes], **asked)
        assert list(chi.accepts.all()) == [stays]
    else:
        with pytest.raises(Refused, match="Choose at least one time"):
            join_waiting_list(surgery, accepts=[goes], **asked)


def test_a_party_of_which_one_waits_and_one_has_a_place_takes_its_cancel_back():
    """Amina's place went while she was away, so she waits; then both cancel and undo it."""
    surgery = factories.create_surgery(places=(2,), places_wanted=2)
    slot = surgery.slots.select_related("surgery__series").get()
    asked = {"contact": "amina@example.org", "now": NOW}
    amina = book_slot(slot, name="Amina", others=["Basil"], request_key=uuid.uuid4(), **asked)
    basil = Booking.objects.get(attendee__name="Basil")
    cancel_booking(amina, which={amina.pk}, now=NOW)
    book_slot(slot, name="Chi", contact="chi@example.org", request_key=uuid.uuid4(), now=NOW)
    undo_cancel(amina, now=NOW)
    cancel_booking(amina, which={amina.pk, basil.pk}, now=NOW + SECOND)

    undo_cancel(amina, now=NOW + 2 * SECOND)

    states = dict(Booking.objects.values_list("attendee__name", "state"))
    assert states == {"Amina": "waiting", "Basil": "booked", "Chi": "booked"}
    assert broken_promises(NOW) == []


@pytest.mark.parametrize("left", [datetime.timedelta(days=9), datetime.timedelta(hours=1)])
def test_who_stays_hears_that_she_has_no_chair_when_who_spoke_for_her_leaves_at_once(left):
    """Amina cancels before the word for both of them has gone; Chi has the only chair."""
    surgery = factories.create_surgery(places=(3,), places_wanted=3)
    slot = surgery.slots.select_related("surgery__series").get()
    asked = {"contact": "amina@example.org", "now": NOW}
    amina = book_slot(slot, name="Amina", others=["Basil"], request_key=uuid.uuid4(), **asked)
    book_slot(slot, name="Chi", request_key=uuid.uuid4(), **asked)
    surgery.places_wanted = 1
    surgery.save()
    late = surgery.starts_at - left
    displace_booking(amina, by=None, now=late)

    cancel_booking(amina, now=late + SECOND)

    word = Message.objects.get(kind="displaced", state="queued")
    assert (word.booking.attendee.name, word.booking.state) == ("Basil", "displaced")
    assert broken_promises(late + SECOND) == []
