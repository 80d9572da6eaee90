"""One form sent again and again, at the same moment (P3)."""

import uuid
from functools import partial

import pytest

from surgeries.actions import bookings
from surgeries.models import Attendee, Booking, Message, Place
from surgeries.refusals import Refused
from tests import factories
from tests.factories import NOW
from tests.races.crowd import all_at_once, without_the_lock

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 5
ROUNDS = 5


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(10,), places_wanted=10)


@pytest.fixture
def slot(surgery):
    return surgery.slots.select_related("surgery__series").get()


def send(slot, key, name="Amina", **answers):
    return bookings.book_slot(
        slot, name=name, contact="amina@example.org", request_key=key, now=NOW, **answers
    )


def rows():
    return [model.objects.count() for model in (Booking, Attendee, Message)]


def test_one_form_sent_five_times_at_once_is_one_booking(slot):
    for number in range(1, ROUNDS + 1):
        answers = all_at_once(*[partial(send, slot, uuid.uuid4(), f"Person {number}")] * TIMES)
        assert len({answer.pk for answer in answers}) == 1
        assert rows() == [number, number, number]
    assert Place.objects.free().count() == 10 - ROUNDS


def test_one_form_of_a_party_sent_five_times_at_once_is_one_party(slot):
    key = uuid.uuid4()
    answers = all_at_once(*[partial(send, slot, key, others=("Basil", "Chi"))] * TIMES)
    assert {answer.pk for answer in answers} == {Booking.objects.get(party_number=1).pk}
    assert rows() == [3, 3, 1]


def test_one_form_sent_five_times_at_once_waits_once(surgery, slot):
    for _chair in range(10):
        factories.create_booking(slot=slot)
    key = uuid.uuid4()
    ask = partial(bookings.join_waiting_list, surgery, accepts=[slot], name="Amina")
    ask = partial(ask, contact="amina@example.org", request_key=key, now=NOW)
    answers = all_at_once(*[ask] * TIMES)
    assert {answer.pk for answer in answers} == {Booking.objects.get(state="waiting").pk}


def test_one_form_with_other_answers_writes_nothing_more(slot):
    key = uuid.uuid4()
    names = [f"Person {number}" for number in range(TIMES)]
    answers = all_at_once(*(partial(send, slot, key, name) for name in names))
    assert sum(isinstance(answer, Refused) for answer in answers) == TIMES - 1
    assert rows() == [1, 1, 1]


def test_without_the_lock_the_constraint_still_makes_one_booking(slot, monkeypatch):
    """The negative control: without the lock somebody meets the constraint, as an error."""
    without_the_lock(monkeypatch)
    faults = []
    for number in range(1, ROUNDS + 1):
        key = uuid.uuid4()
        answers = all_at_once(*[partial(send, slot, key, f"Person {number}")] * TIMES)
        faults += [answer for answer in answers if not isinstance(answer, Booking)]
        assert Booking.objects.count() == number
    assert faults != []
