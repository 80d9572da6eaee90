"""The last places: 20 people at once, 5 places, 20 rounds; then with the protection off."""

import datetime

from surgeries.models import Booking
from tests.factories import WEDNESDAY, create_series, create_surgery
from tests.races.test_last_place import (
    PEOPLE,
    PLACES,
    ROUNDS,
    asks_for,
    at_once,
    count_then_insert,
)


def run():
    """Print in how many rounds too many or too few were given a place, both ways."""
    print(f"{PEOPLE} people, {PLACES} places, {ROUNDS} rounds")
    print("protected:    ", _rounds(lambda surgery: asks_for(_slot(surgery))))
    print("no protection:", _rounds(lambda surgery: lambda n: count_then_insert(surgery, n)))


def _slot(surgery):
    return surgery.slots.select_related("surgery__series").get()


def _rounds(work_on):
    series = create_series()
    sold = []
    for number in range(ROUNDS):
        day = WEDNESDAY + datetime.timedelta(days=number)
        surgery = create_surgery(series=series, on=day, places=(PLACES,))
        at_once(work_on(surgery))
        sold.append(Booking.objects.filter(surgery=surgery).count())
    over, under = (sum(test(n) for n in sold) for test in (_too_many, _too_few))
    return f"{over} overbooked, {under} undersold"


def _too_many(sold):
    return sold > PLACES


def _too_few(sold):
    return sold < PLACES
