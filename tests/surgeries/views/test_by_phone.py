import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.answers import cancel_booking, next_time_instead
from surgeries.models import Booking, Message
from surgeries.states import BookingState, MessageKind, Outcome, SurgeryState
from surgeries.templatetags.words import day, day_time
from tests import factories
from tests.surgeries.views.visitor import coming, everything, first_slot, last_slot, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery(series):
    return coming(series)


@pytest.fixture
def full(series):
    surgery = coming(series, 9, places=(1, 1))
    for slot in surgery.slots.all():
        factories.create_booking(slot=slot)
    return surgery


@pytest.fixture
def booking(surgery):
    winston = factories.create_attendee(
        series=surgery.series, name="Winston Clarke", contact="+447400123457"
    )
    return factories.create_booking(surgery=surgery, attendee=winston)


def desk(surgery):
    return reverse("booking_by_phone", args=[surgery.series.slug, surgery.pk])


def card(booking, name="booking_manage"):
    return reverse(name, args=[booking.surgery.series.slug, booking.pk])


def press(client, booking, answer, **said):
    return words(client.post(card(booking), {"answer": answer} | said, follow=True))


def again(booking):
    return Booking.objects.select_related("attendee", "slot").get(pk=booking.pk)


# Somebody rings ------------------------------------------------------------------------


def test_a_name_and_two_taps_book_somebody_in(as_olu, olu, surgery):
    page = as_olu.get(desk(surgery))
    form = page.context["form"]
    assert form["slot"].value() == first_slot(surgery).pk
    said = {"name": "Winston Clarke", "slot": form["slot"].value()}
    response = as_olu.post(desk(surgery), said)
    booking = Booking.objects.get()
    assert response["Location"] == card(booking)
    assert (booking.attendee.name, booking.attendee.contact) == ("Winston Clarke", None)
    assert (booking.booked_by, booking.state, booking.goal) == (olu, "booked", "")
    page = words(as_olu.get(card(booking)))
    assert "Winston Clarke is booked in." in page
    assert "We cannot write to them, so you tell them." in page
    assert "They stand on your ring list" in page
    assert "contact" not in page.lower().split("what we have down")[0]
    assert Message.objects.count() == 0


def test_with_an_address_it_says_what_will_be_sent_and_when(as_olu, surgery):
    said = {"name": "Joyce", "slot": first_slot(surgery).pk, "contact": "joyce@example.org"}
    page = words(as_olu.post(desk(surgery), said, follow=True))
    assert "We write to joyce@example.org." in page
    assert "2 reminders:" in page
    arrives = first_slot(surgery).starts_local
    for days in (3, 1):
        assert day_time(arrives - datetime.timedelta(days=days)) in page
    assert Message.objects.get().kind == MessageKind.CONFIRMATION


def test_all_that_they_say_is_kept(as_olu, series, surgery):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    said = {
        "name": "Joyce",
        "slot": first_slot(surgery).pk,
        "contact": "07400 123457",
        "told": "ladywood choir",
        "goal": "news",
        "group": "Highgate Tenants",
        "other_1": "Basil",
        "supporter": "on",
    }
    as_olu.post(desk(surgery), said)
    joyce, basil = Booking.objects.order_by("party_number")
    assert (joyce.credited_network, joyce.goal) == (choir, "news")
    assert (joyce.brings_supporter, joyce.attendee.group) == (True, "Highgate Tenants")
    assert basil.attendee.contact == "+447400123457"


def test_the_same_form_twice_is_one_booking(as_olu, surgery):
    form = as_olu.get(desk(surgery)).context["form"]
    said = {name: form[name].value() or "" for name in form.fields} | {"name": "Winston"}
    first = as_olu.post(desk(surgery), said)["Location"]
    assert as_olu.post(desk(surgery), said)["Location"] == first
    assert Booking.objects.count() == 1


def test_before_booking_opens_an_organiser_books_already(as_olu, series):
    surgery = coming(series, 40)
    as_olu.post(desk(surgery), {"name": "Winston", "slot": first_slot(surgery).pk})
    assert Booking.objects.get().state == BookingState.BOOKED


def test_what_is_wrong_is_said_at_the_field(as_olu, surgery):
    said = {"name": "", "slot": first_slot(surgery).pk, "contact": "123", "goal": "news"}
    response = as_olu.post(desk(surgery), said)
    assert list(response.context["form"].errors) == ["name", "contact"]
    page = words(response)
    assert "2 things to put right" in page
    assert '<details class="mt5" open>' in page
    assert everything() == [[], [], [], []]


def test_a_full_surgery_offers_the_waiting_list(as_olu, full):
    page = words(as_olu.get(desk(full)))
    assert "Put somebody on the waiting list</h1>" in page
    form = as_olu.get(desk(full)).context["form"]
    said = {name: form[name].value() or "" for name in form.fields} | {"name": "Winston"}
    page = words(as_olu.post(desk(full), said, follow=True))
    booking = Booking.objects.get(state=BookingState.WAITING)
    assert booking.accepts.count() == 2
    assert "Winston is on the waiting list." in page
    assert "waiting, first in the queue" in page


def test_the_last_place_taken_meanwhile_leads_to_the_waiting_list(as_olu, full):
    said = {"name": "Winston", "slot": first_slot(full).pk}
    page = words(as_olu.post(desk(full), said))
    assert "Put somebody on the waiting list</h1>" in page
    assert Booking.objects.filter(attendee__name="Winston").count() == 0


def test_whoever_can_come_only_at_a_full_time_may_be_put_on_the_list(as_olu, surgery):
    assert 'href="?wait"' in words(as_olu.get(desk(surgery)))
    assert "Put somebody on the waiting list</h1>" in words(as_olu.get(desk(surgery) + "?wait"))


def test_full_and_soon_they_come_along(as_olu, series):
    soon = coming(series, 0, places=(1,), starts_at=timezone.now() + datetime.timedelta(hours=1))
    factories.create_booking(surgery=soon)
    page = words(as_olu.get(desk(soon)))
    assert "Tell them to come along: expect a cup of tea first." in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]
    before = everything()
    as_olu.post(desk(soon), {"name": "Winston", "slot": first_slot(soon).pk})
    assert everything() == before


def test_in_the_last_two_hours_an_organiser_may_still_give_a_free_place(as_olu, series):
    soon = coming(series, 0, places=(1,), starts_at=timezone.now() + datetime.timedelta(hours=1))
    factories.create_booking(surgery=soon, state=BookingState.WAITING)
    as_olu.post(desk(soon), {"name": "Winston", "slot": first_slot(soon).pk})
    assert Booking.objects.get(attendee__name="Winston").state == BookingState.BOOKED


@pytest.mark.parametrize(
    ("state", "days"),
    [(SurgeryState.DRAFT, 7), (SurgeryState.CANCELLED, 7), (SurgeryState.PUBLISHED, -2)],
)
def test_nobody_is_booked_into_what_does_not_take_place(as_olu, series, state, days):
    surgery = coming(series, days, state=state)
    before = everything()
    for method in (as_olu.get, as_olu.post):
        page = words(method(desk(surgery), {"name": "Winston"}, follow=True))
        assert "Nobody can be booked in" in page
    assert everything() == before


def test_both_pages_of_the_team_lead_there(as_olu, series, surgery):
    for name, args in (
        ("series_week", [series.slug]),
        ("surgery_detail", [series.slug, surgery.pk]),
    ):
        assert f'href="{desk(surgery)}"' in words(as_olu.get(reverse(name, args=args)))


def test_the_surgery_leads_to_each_booking(as_olu, series, booking):
    page = as_olu.get(reverse("surgery_detail", args=[series.slug, booking.surgery_id]))
    assert f'href="{card(booking)}"' in words(page)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_asks_the_same_however_many_are_booked(
    as_olu, series, rows, django_assert_num_queries
):
    surgery = coming(series, places=(4, 4))
    for _ in range(rows):
        factories.create_booking(surgery=surgery)
        factories.create_network(series=series)
    with django_assert_num_queries(6):
        as_olu.get(desk(surgery))


# One booking ---------------------------------------------------------------------------


def test_who_said_yes_will_be_there(as_olu, booking):
    page = press(as_olu, booking, "yes")
    assert "Good: Winston Clarke will be there." in page
    assert "will be there</span>" in page
    assert again(booking).confirmed_at is not None


def test_who_cannot_come_is_taken_off_and_can_come_after_all(as_olu, booking):
    page = press(as_olu, booking, "no")
    assert "Winston Clarke is taken off. You can undo it for 30 minutes." in page
    assert again(booking).state == BookingState.CANCELLED
    page = press(as_olu, booking, "undo")
    assert "Winston Clarke is booked again." in page
    assert again(booking).state == BookingState.BOOKED


def test_if_the_place_has_gone_it_is_said(as_olu, full):
    booking = Booking.objects.get(slot=first_slot(full))
    press(as_olu, booking, "no")
    factories.create_booking(slot=first_slot(full))
    page = press(as_olu, booking, "undo")
    assert "The place has gone meanwhile" in page
    assert "waiting, first in the queue" in page


def test_a_party_goes_one_by_one_or_all_at_once(as_olu, series):
    surgery = coming(series, places=(3,))
    said = {"name": "Joyce", "slot": first_slot(surgery).pk, "other_1": "Basil", "other_2": "Zoë"}
    as_olu.post(desk(surgery), said)
    joyce, basil, zoe = Booking.objects.order_by("party_number")
    press(as_olu, basil, "no")
    assert [again(one).state for one in (joyce, basil, zoe)] == ["booked", "cancelled", "booked"]
    page = words(as_olu.get(card(joyce)))
    assert "All 2 can’t come" in page
    assert f'href="{card(basil)}"' in page
    press(as_olu, joyce, "none")
    assert {again(one).state for one in (joyce, basil, zoe)} == {"cancelled"}


def test_next_time_instead_shows_the_booking_it_became(as_olu, olu, series, booking):
    following = coming(series, 14)
    assert day_time(first_slot(following).starts_local) in words(as_olu.get(card(booking)))
    page = press(as_olu, booking, "next", on=following.on.isoformat())
    moved = Booking.objects.get(moved_from=booking)
    assert (moved.surgery, moved.booked_by) == (following, olu)
    assert "Winston Clarke is booked for this evening instead." in page
    page = words(as_olu.get(card(booking)))
    assert f"moved to {day(following.on)}" in page
    assert f'href="{card(moved)}"' in page


@pytest.mark.parametrize("on", ["", "soon", "1999-01-01"])
def test_a_date_that_is_none_is_refused(as_olu, booking, on):
    before = everything()
    assert "That evening is not to be had." in press(as_olu, booking, "next", on=on)
    assert everything() == before


def test_who_was_rung_gets_the_place_that_is_free(as_olu, series):
    soon = coming(series, 0, places=(1,), starts_at=timezone.now() + datetime.timedelta(hours=1))
    waiting = factories.create_booking(surgery=soon, state=BookingState.WAITING)
    assert "Give a place" in words(as_olu.get(card(waiting)))
    page = press(as_olu, waiting, "place")
    assert "has a place now." in page
    assert again(waiting).state == BookingState.BOOKED


def test_what_was_said_wrong_is_corrected(as_olu, booking):
    form = as_olu.get(card(booking, "booking_correct")).context["form"]
    assert form["contact"].value() == "+447400123457"
    said = {
        "name": "Winston Clark",
        "contact": "",
        "goal": "touch",
        "slot": last_slot(booking.surgery).pk,
    }
    response = as_olu.post(card(booking, "booking_correct"), said)
    assert response["Location"] == card(booking)
    changed = again(booking)
    assert (changed.attendee.name, changed.attendee.contact) == ("Winston Clark", None)
    assert (changed.goal, changed.slot) == ("touch", last_slot(booking.surgery))


def test_a_full_time_is_said_at_the_field(as_olu, booking):
    late = last_slot(booking.surgery)
    factories.create_booking(slot=late)
    said = {"name": "Winston", "slot": late.pk}
    response = as_olu.post(card(booking, "booking_correct"), said)
    assert list(response.context["form"].errors) == ["slot"]


def test_what_is_cancelled_is_not_corrected(as_olu, booking):
    cancel_booking(booking, now=timezone.now())
    before = everything()
    response = as_olu.post(card(booking, "booking_correct"), {"name": "Stan"})
    assert response["Location"] == card(booking)
    assert everything() == before


def test_a_refusal_is_said_and_nothing_is_done(as_olu, booking):
    Booking.objects.update(outcome=Outcome.CAME)
    before = everything()
    assert "nothing to cancel" in press(as_olu, booking, "no")
    assert everything() == before
    page = words(as_olu.get(card(booking)))
    assert "What did they say?" not in page


@pytest.mark.parametrize(
    "state", [BookingState.WAITING, BookingState.DISPLACED, BookingState.CANCELLED]
)
def test_each_standing_has_its_word(as_olu, surgery, state):
    booking = factories.create_booking(surgery=surgery, state=state)
    said = {
        BookingState.WAITING: "waiting, first in the queue",
        BookingState.DISPLACED: "without a chair",
        BookingState.CANCELLED: "cancelled",
    }
    assert f">{said[state]}</span>" in words(as_olu.get(card(booking)))


def test_a_booking_that_was_moved_offers_nothing_more(as_olu, series, booking):
    following = coming(series, 14)
    next_time_instead(booking, on=following.on, now=timezone.now())
    page = words(as_olu.get(card(booking)))
    assert "Can come after all" not in page
    assert "Next time instead" not in page


@pytest.mark.parametrize("others", [1, 3])
def test_a_card_asks_the_same_however_many_others_there_are(
    as_olu, booking, others, django_assert_num_queries
):
    for number in range(others):
        coming(booking.surgery.series, 20 + number, places=(0, 0))
        factories.create_booking(surgery=booking.surgery, state=BookingState.WAITING)
    with django_assert_num_queries(6):
        as_olu.get(card(booking))


# Who may -------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(as_stan, booking):
    before = everything()
    for address in (
        desk(booking.surgery),
        card(booking),
        card(booking, "booking_correct"),
        reverse("booking_manage", args=["stans", booking.pk]),
    ):
        assert as_stan.get(address).status_code == 404
        assert as_stan.post(address, {"answer": "no", "name": "Stan"}).status_code == 404
    assert everything() == before


def test_other_methods_are_refused(as_olu, booking):
    before = everything()
    for address in (desk(booking.surgery), card(booking), card(booking, "booking_correct")):
        assert as_olu.put(address).status_code == 405
        assert as_olu.delete(address).status_code == 405
    assert everything() == before


def test_opening_a_card_changes_nothing(as_olu, booking):
    before = everything()
    as_olu.get(card(booking), {"answer": "no"})
    as_olu.post(card(booking), {"answer": "evil"})
    assert everything() == before
