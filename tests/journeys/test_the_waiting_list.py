"""A full evening: who waits gets the place that comes free, and passes it on in turn."""

import pytest

from surgeries.models import Booking
from tests import factories
from tests.journeys.visitor import ANY_HOUR, fill_in, link_in, post
from tests.surgeries.views.visitor import coming, words

pytestmark = pytest.mark.django_db(transaction=True)


def mails_to(mailbox, name):
    return mailbox.to(f"{name.lower()}@example.org")


def test_a_place_goes_from_hand_to_hand_and_nobody_is_passed_over(client, mailbox):
    series = factories.create_series(
        organiser=factories.create_user(email="olu@example.org"),
        slug="central-birmingham",
        **ANY_HOUR,
    )
    surgery = coming(series, places=(1,))

    def joins(name):
        page = fill_in(client, surgery, name=name, contact=f"{name.lower()}@example.org")
        return words(page), link_in(post(mailbox))

    # Cara has the only place. Amina and Basil ask for one, and read where they stand.
    _page, caras = joins("Cara")
    page, aminas = joins("Amina")
    assert "You are first in the queue</h1>" in page
    page, basils = joins("Basil")
    assert "You are second in the queue</h1>" in page
    assert "waiting list" in mails_to(mailbox, "Basil")[0].subject

    # Cara cannot come. The place is Amina's at once, and her mail says so.
    words(client.post(caras, {"answer": "no"}, follow=True))
    assert Booking.objects.get(attendee__name="Amina").state == "booked"
    post(mailbox)
    assert "a place at Central Birmingham is yours" in mails_to(mailbox, "Amina")[-1].subject
    assert link_in(mails_to(mailbox, "Amina")[-1]) == aminas
    assert "Still able to come?" in words(client.get(aminas))
    assert "You are first in the queue</h1>" in words(client.get(basils))

    # Amina cannot either, so it is Basil's.
    page = words(client.post(aminas, {"answer": "no"}, follow=True))
    assert "Your place has gone; you would be first in the queue" in page
    assert Booking.objects.get(attendee__name="Basil").state == "booked"
    post(mailbox)
    assert "is yours" in mails_to(mailbox, "Basil")[-1].subject

    # Amina can after all. Basil keeps the place, and she is the next to get one.
    page = words(client.post(aminas, {"answer": "undo"}, follow=True))
    assert "Somebody else has been given the place by now." in page
    assert "You are first in the queue</h1>" in page
    assert Booking.objects.get(attendee__name="Basil").state == "booked"
    words(client.post(basils, {"answer": "no"}, follow=True))
    assert "Still able to come?" in words(client.get(aminas))
    states = Booking.objects.order_by("attendee__name").values_list("state", flat=True)
    assert list(states) == ["booked", "cancelled", "cancelled"]
