"""More people than chairs: what an organiser reads, and what she can do."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Message
from surgeries.states import BookingState, MessageKind
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery(series):
    day = timezone.localdate() + datetime.timedelta(days=7)
    return factories.create_surgery(series=series, on=day, places=(2, 1), places_wanted=1)


def book(surgery, name, contact, **fields):
    attendee = factories.create_attendee(series=surgery.series, name=name, contact=contact)
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


@pytest.fixture
def winston(surgery):
    book(surgery, "Joyce", "joyce@example.org")
    return book(surgery, "Winston", "winston@example.org")


def chairs(surgery):
    return reverse("surgery_chairs", args=["central", surgery.pk])


def displace(booking):
    return reverse("booking_displace", args=["central", booking.pk])


def words(response):
    return " ".join(response.content.decode().split())


def test_she_reads_how_many_there_are_and_chooses(as_olu, surgery, winston):
    Booking.objects.filter(pk=winston.pk).update(party=winston.pk, party_number=1)
    page = words(as_olu.get(chairs(surgery)))
    assert "There are 2 people and a chair for 1" in page
    assert "Joyce" in page and "Winston" in page
    assert displace(winston) in page
    assert reverse("surgery_edit", args=["central", surgery.pk]) in page
    assert as_olu.post(chairs(surgery)).status_code == 405


def test_with_a_chair_for_everybody_there_is_nothing_to_choose(as_olu, surgery):
    book(surgery, "Joyce", "joyce@example.org")
    answer = as_olu.get(chairs(surgery), follow=True)
    assert answer.redirect_chain[0][0] == reverse("surgery_detail", args=["central", surgery.pk])
    assert "There is a chair for everybody." in words(answer)


def test_she_reads_what_will_happen_and_nothing_happens_yet(as_olu, surgery, winston):
    surgery.places.filter(booking=None).delete()
    page = words(as_olu.get(displace(winston)))
    for sentence in (
        "No chair for Winston?",
        "they go to the head of the queue",
        "We tell them by email at once.",
    ):
        assert sentence in page
    winston.refresh_from_db()
    assert (winston.state, Message.objects.count()) == (BookingState.BOOKED, 0)


def test_her_yes_does_it_and_owes_the_word(as_olu, surgery, winston):
    surgery.places.filter(booking=None).delete()
    answer = as_olu.post(displace(winston), follow=True)
    assert "Done. We are telling Winston." in words(answer)
    winston.refresh_from_db()
    assert winston.state == BookingState.DISPLACED
    assert [m.kind for m in Message.objects.all()] == [MessageKind.DISPLACED]
    again = as_olu.post(displace(winston))
    assert again["Location"] == reverse("surgery_detail", args=["central", surgery.pk])
    assert Message.objects.count() == 1


def test_another_time_with_a_chair_is_named(as_olu, surgery, winston):
    page = words(as_olu.get(displace(winston)))
    assert "Instead of 5:30pm they come at 6:15pm, where a chair is free." in page
    assert "Move to 6:15pm" in page
    as_olu.post(displace(winston))
    winston.refresh_from_db()
    assert (winston.state, winston.slot) == ("booked", surgery.slots.latest("starts_at"))


def test_somebody_with_a_phone_is_to_be_rung(as_olu, surgery):
    book(surgery, "Joyce", "joyce@example.org")
    phone = book(surgery, "Winston", "+447400123456")
    assert "No message can tell them, so you ring them" in words(as_olu.get(displace(phone)))
    answer = as_olu.post(displace(phone), follow=True)
    assert "Done. Now ring Winston: no message can tell them." in words(answer)
    assert list(Booking.objects.ring_list(timezone.now())) == [phone]


def test_who_comes_together_goes_together(as_olu, surgery, winston):
    joyce = Booking.objects.exclude(pk=winston.pk).get()
    for number, booking in enumerate((winston, joyce), 1):
        Booking.objects.filter(pk=booking.pk).update(party=winston.pk, party_number=number)
    page = words(as_olu.get(displace(winston)))
    assert "2 people booked together, so it goes for all of them." in page


def test_who_came_already_keeps_her_chair(as_olu, surgery):
    came = book(surgery, "Joyce", "joyce@example.org", outcome="came")
    for ask in (as_olu.get, as_olu.post):
        answer = ask(displace(came), follow=True)
        assert answer.redirect_chain[0][0] == reverse(
            "surgery_detail", args=["central", surgery.pk]
        )
    came.refresh_from_db()
    assert came.state == BookingState.BOOKED


def test_a_stranger_finds_nothing_and_changes_nothing(as_stan, surgery, winston):
    assert as_stan.get(chairs(surgery)).status_code == 404
    assert as_stan.get(displace(winston)).status_code == 404
    assert as_stan.post(displace(winston)).status_code == 404
    winston.refresh_from_db()
    assert winston.state == BookingState.BOOKED


@pytest.mark.parametrize("rows", [1, 3])
def test_the_choice_costs_the_same_however_many(as_olu, series, rows, django_assert_num_queries):
    day = timezone.localdate() + datetime.timedelta(days=7)
    surgery = factories.create_surgery(
        series=series, on=day, places=(2 * rows,), organiser_helps=False
    )
    for _ in range(2 * rows):
        factories.create_booking(surgery=surgery)
    with django_assert_num_queries(9):
        assert as_olu.get(chairs(surgery)).status_code == 200
