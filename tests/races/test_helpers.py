"""A helper says she cannot come at the moment somebody books one of her places."""

import datetime
import uuid
from functools import partial

import pytest

from surgeries.actions import bookings
from surgeries.actions.bookings import book_slot
from surgeries.actions.helpers import withdraw_helping
from surgeries.models import Booking, Place
from surgeries.refusals import Refused
from tests import factories
from tests.factories import NOW, WEDNESDAY
from tests.races.crowd import all_at_once, broken, slowly, without_the_lock

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def rounds():
    """What came of both, each round on an evening with one helper and her two places."""
    series = factories.create_series()
    for number in range(ROUNDS):
        surgery = factories.create_surgery(
            series=series,
            on=WEDNESDAY + datetime.timedelta(days=number),
            places=(2,),
            organiser_helps=False,
        )
        helping = factories.create_helping(surgery=surgery)
        slot = surgery.slots.select_related("surgery__series").get()
        book = partial(
            book_slot,
            slot,
            name="Amina",
            contact="amina@example.org",
            request_key=uuid.uuid4(),
            now=NOW,
        )
        yield surgery, *all_at_once(book, partial(withdraw_helping, helping, now=NOW))


def test_she_has_the_place_and_keeps_it_or_reads_that_it_has_gone():
    for surgery, booked, withdrawn in rounds():
        assert withdrawn is None
        assert isinstance(booked, (Booking, Refused)), booked
        # Free chairs go with their helper, one that is held stays.
        assert Place.objects.filter(surgery=surgery).count() == isinstance(booked, Booking)
        assert broken(NOW) == []


def test_without_the_lock_the_place_is_taken_away_under_her(monkeypatch):
    """The negative control: she meets an error, because the chair she was given is no more."""
    without_the_lock(monkeypatch)
    slowly(monkeypatch, bookings, "free_places")
    answers = [answer for _surgery, *both in rounds() for answer in both]
    faults = [a for a in answers if a and not isinstance(a, (Booking, Refused))]
    assert any("surgeries_place" in str(fault) for fault in faults), answers
