"""One form, one booking, however often it is sent (P3, T-BIZ-01): a thousand forms with `--long`.

Each is sent by three processes at the same moment. Then one of them loads its answer anew, one
goes back and presses again, and one puts somebody else's name into the same form.
"""

import time
from functools import partial

import pytest
from django.test import Client

from surgeries.forms.limits import signed_key
from surgeries.models import Attendee, Booking, Message
from tests import factories
from tests.chaos.processes import COUNT, together
from tests.surgeries.views.visitor import coming, place_to_book, typed

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = 1000
CONTROL = 40
AT_ONCE = 4  # forms in hand at one moment
EVENING = 100  # forms, and three times as many places
PRESSES = COUNT // AT_ONCE


def create_forms(count):
    """(address to send it to, what is in it) of so many forms, each of somebody else."""
    series = [factories.create_series() for _evening in range(-(-count // EVENING))]
    surgeries = [coming(one, places=(EVENING * PRESSES,)) for one in series]
    return [
        (
            place_to_book(surgery),
            typed(
                surgery,
                name=f"Person {number}",
                contact=f"person{number}@example.org",
                request_key=signed_key(),
            ),
        )
        for number, surgery in ((number, surgeries[number // EVENING]) for number in range(count))
    ]


def send_all(number, forms, keyed=True):
    """What one process does: for each form it sends, where its answers lead to."""
    return [
        (nth, press(number // AT_ONCE, nth, *forms[nth], keyed))
        for nth in range(number % AT_ONCE, len(forms), AT_ONCE)
    ]


def press(who, nth, address, form, keyed):
    browser = Client(REMOTE_ADDR=f"10.0.{nth // 250}.{nth % 250}")
    if not keyed:
        form = form | {"request_key": signed_key()}
    together()
    led_to = [browser.post(address, form).get("Location")]
    if keyed:
        together()
        if who == 0:
            led_to.append(browser.post(address, form).get("Location"))
        elif who == 1:
            browser.get(address)
            led_to.append(browser.post(address, form).get("Location"))
        else:
            other = browser.post(address, form | {"name": f"Somebody {nth}"})
            assert other.status_code == 200, other
            assert f"Person {nth} is booked" in other.content.decode()
    return led_to


def send(processes, count, **how):
    """The different pages that the answers to each form led to."""
    forms = create_forms(count)
    led_to = [set() for _form in forms]
    for came in processes.all_do(partial(send_all, forms=forms, **how)):
        for nth, places in came:
            led_to[nth] |= set(places)
    return led_to


def test_one_form_is_one_booking_however_often_it_is_sent(processes, share_of):
    begun, count = time.monotonic(), share_of(FORMS)
    led_to = send(processes, count)
    rows = [model.objects.count() for model in (Booking, Attendee, Message)]
    sent, seconds = count * 2 * PRESSES, time.monotonic() - begun
    print(f"\ndouble submits: {count:,} forms sent {sent:,} times in {seconds:.0f} s")
    print("  {:,} bookings, {:,} attendees, {:,} messages".format(*rows))
    assert rows == [count, count, count]
    assert [len(places) for places in led_to] == [1] * count
    assert None not in set.union(*led_to)


def test_with_keys_of_their_own_the_same_presses_book_again(processes):
    """The negative control."""
    send(processes, CONTROL, keyed=False)
    print(f"\ndouble submits, no key in common: {Booking.objects.count()} of {CONTROL} forms")
    assert Booking.objects.count() == CONTROL * PRESSES
