"""A helper withdraws while the last place, which is hers, is booked: one of the two was first."""

import datetime
import threading
import uuid

import pytest
from django.db import close_old_connections, connection

from surgeries.actions.bookings import book_slot
from surgeries.actions.helpers import change_hours, give_night_off, withdraw_helping
from surgeries.actions.places import without_a_chair
from surgeries.models import Booking, Surgery
from surgeries.refusals import Refused
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12
PEOPLE = 6


def at_once(*deeds):
    """Do these at the same moment; what each returned or raised."""
    barrier, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number, deed):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            answers[number] = deed()
        except Exception as fault:
            answers[number] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return answers


def last_place_of(helping):
    """One place is left at one time, and it is there because of her."""
    return helping.surgery.slots.select_related("surgery__series").get()


def evening(series, number):
    """Hana helps alone, at an evening with one time and two places, one of them taken."""
    surgery = factories.create_surgery(
        series=series,
        on=WEDNESDAY + datetime.timedelta(days=number),
        places=(2,),
        organiser_helps=False,
    )
    factories.create_booking(surgery=surgery)
    return factories.create_helping(surgery=surgery)


def books(slot, number):
    return lambda: book_slot(
        slot,
        name=f"Person {number}",
        contact=f"person{number}@example.org",
        request_key=uuid.uuid4(),
        now=NOW,
    )


def goes(how, helping, olu):
    if how == "withdraws":
        return lambda: withdraw_helping(helping, now=NOW)
    if how == "night off":
        return lambda: give_night_off(helping, by=olu, now=NOW)
    late = datetime.time(18, 30)
    return lambda: change_hours(helping, comes=late, leaves=None, now=NOW)


@pytest.mark.parametrize("how", ["withdraws", "night off", "comes later"])
def test_the_last_place_is_booked_or_gone_and_who_booked_keeps_it(how):
    olu = factories.create_user()
    series = factories.create_series(organiser=olu)
    for number in range(ROUNDS):
        helping = evening(series, number)
        slot = last_place_of(helping)
        answers = at_once(
            *(books(slot, person) for person in range(PEOPLE)), goes(how, helping, olu)
        )
        assert {type(answer) for answer in answers} <= {Booking, Refused, type(None)}, answers
        booked = [answer for answer in answers if isinstance(answer, Booking)]
        assert len(booked) <= 1
        held = Booking.objects.filter(surgery=helping.surgery, place__isnull=False)
        assert held.count() == 1 + len(booked)
        # Whoever holds a place keeps it, none is left over, and the organiser reads how many.
        assert helping.surgery.places.count() == held.count()
        surgery = Surgery.objects.select_related("series").get(pk=helping.surgery_id)
        assert without_a_chair(surgery) == held.count()


def test_without_the_lock_the_same_race_goes_wrong(monkeypatch):
    """The negative control: places are counted while they are taken."""
    monkeypatch.setattr(
        Surgery.objects._queryset_class,
        "locked",
        lambda surgeries: surgeries.select_related("series", "venue"),
    )
    series = factories.create_series()
    wrong = 0
    for number in range(3 * ROUNDS):
        helping = evening(series, number)
        slot = last_place_of(helping)
        answers = at_once(books(slot, 1), goes("withdraws", helping, None))
        faults = [a for a in answers if not isinstance(a, Booking | Refused | None)]
        wrong += bool(faults)
    assert wrong > 0
