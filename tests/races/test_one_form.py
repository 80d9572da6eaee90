"""Press twice, book once: the same form, sent many times at the same moment (P3)."""

import threading

import pytest
from django.db import connection
from django.test import Client

from surgeries.models import Attendee, Booking, Message, Place
from surgeries.states import BookingState
from tests import factories
from tests.surgeries.views.visitor import coming, place_to_book, typed

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = 8
PRESSES = 6


@pytest.fixture
def surgery():
    series = factories.create_series(slug="central-birmingham")
    return coming(series, places=(FORMS * PRESSES,))


def key_of(surgery):
    """The key of a form that somebody has just opened."""
    page = Client().get(place_to_book(surgery))
    return page.context["form"]["request_key"].value()


def all_at_once(address, forms):
    """Send every form from a browser of its own, all at one moment; where each leads to."""
    barrier = threading.Barrier(len(forms))
    led_to = [None] * len(forms)

    def send(number, form):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            led_to[number] = Client().post(address, form).get("Location")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=each) for each in enumerate(forms)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return led_to


def test_one_form_pressed_many_times_at_once_is_one_booking(surgery):
    for number in range(FORMS):
        form = typed(surgery, name=f"Person {number}", request_key=key_of(surgery))
        led_to = all_at_once(place_to_book(surgery), [form] * PRESSES)
        assert len(set(led_to)) == 1
        assert led_to[0] is not None
    assert Booking.objects.count() == Attendee.objects.count() == FORMS
    assert Message.objects.count() == FORMS
    assert Place.objects.filter(booking=None).count() == FORMS * (PRESSES - 1)


def test_a_party_pressed_many_times_at_once_is_one_party(surgery):
    form = typed(surgery, request_key=key_of(surgery), other_1="Basil", other_2="Zoë")
    assert len(set(all_at_once(place_to_book(surgery), [form] * PRESSES))) == 1
    assert Booking.objects.count() == 3


def test_one_form_for_the_waiting_list_pressed_many_times_at_once_is_one_booking(surgery):
    for _place in range(FORMS * PRESSES):
        factories.create_booking(surgery=surgery)
    slots = [slot.pk for slot in surgery.slots.all()]
    form = typed(surgery, request_key=key_of(surgery), wait="yes", accepts=slots)
    assert len(set(all_at_once(place_to_book(surgery), [form] * PRESSES))) == 1
    assert Booking.objects.filter(state=BookingState.WAITING).count() == 1


def test_forms_with_keys_of_their_own_are_bookings_of_their_own(surgery):
    """The negative control: without the key in common every press would book."""
    forms = [typed(surgery, request_key=key_of(surgery)) for _press in range(PRESSES)]
    led_to = all_at_once(place_to_book(surgery), forms)
    assert len(set(led_to)) == Booking.objects.count() == PRESSES


def test_a_reload_and_the_back_button_book_nothing_more(surgery):
    form = typed(surgery, request_key=key_of(surgery))
    browser = Client()
    first = browser.post(place_to_book(surgery), form)["Location"]
    browser.get(first)
    assert browser.post(place_to_book(surgery), form)["Location"] == first
    browser.get(place_to_book(surgery))
    assert browser.post(place_to_book(surgery), form)["Location"] == first
    assert Booking.objects.count() == 1
