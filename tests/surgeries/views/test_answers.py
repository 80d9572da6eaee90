import datetime

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.answers import cancel_booking
from surgeries.models import Attendee, Booking, Message, Place, Surgery
from surgeries.states import BookingState, MessageKind, Outcome, SurgeryState
from surgeries.templatetags.words import day_time
from tests import factories
from tests.surgeries.views.visitor import (
    SECRET_PAGES,
    answer,
    book,
    coming,
    door,
    everything,
    first_slot,
    last_slot,
    read,
    wait,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


@pytest.fixture
def surgery(series):
    return coming(series)


@pytest.fixture
def booking(series, surgery):
    amina = factories.create_attendee(series=series)
    return factories.create_booking(
        surgery=surgery, attendee=amina, goal="news", booked_at=timezone.now()
    )


@pytest.fixture
def party(client, series):
    """Amina, Basil and Zoë."""
    book(client, coming(series, places=(3,)), other_1="Basil", other_2="Zoë")
    return Booking.objects.get(party_number=1)


def again(booking):
    return Booking.objects.select_related("attendee", "slot").get(pk=booking.pk)


def states():
    return list(Booking.objects.order_by("party_number").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("name", "statements"), list(zip(SECRET_PAGES, (3, 1, 2, 1, 1), strict=True))
)
def test_a_page_of_hers_asks_the_database_little(
    client, booking, name, statements, django_assert_num_queries
):
    with django_assert_num_queries(statements):
        assert client.get(door(name, booking)).status_code == 200


@pytest.mark.parametrize("others", [1, 3])
def test_a_page_asks_the_same_however_many_evenings_and_helpers_there_are(
    client, series, booking, others, django_assert_num_queries
):
    for number in range(others):
        helper = factories.create_helper(series=series, name_public_from=timezone.now())
        factories.create_helping(surgery=booking.surgery, helper=helper)
        coming(series, 20 + number, places=(0, 0))
    with django_assert_num_queries(3):
        client.get(door("booking_detail", booking))


@pytest.mark.parametrize("others", [{"other_1": "Basil"}, {"other_1": "Basil", "other_2": "Zoë"}])
def test_a_page_of_a_party_asks_one_thing_more(client, series, others, django_assert_num_queries):
    book(client, coming(series, places=(3,)), **others)
    first = Booking.objects.get(party_number=1)
    with django_assert_num_queries(4):
        client.get(door("booking_detail", first))


# I'll be there -------------------------------------------------------------------------


def test_the_page_asks_and_has_three_answers(client, series, booking):
    following = coming(series, 14)
    hana = factories.create_helper(series=series, name_public_from=timezone.now())
    factories.create_helping(surgery=booking.surgery, helper=hana)
    page = read(client, booking)
    day = booking.surgery.on
    assert f'{day:%A} <span class="nowrap">{day.day} {day:%B},</span>' in page
    assert "Still able to come?" in page
    assert "Hana keeps the evening free for you." in page
    assert page.count('name="answer" value="yes"') == 1
    assert page.count('name="answer" value="no"') == 1
    assert f"<small>{day_time(first_slot(following).starts_local)}</small>" in page


def test_no_helper_is_named_who_has_not_agreed(client, booking):
    factories.create_helping(surgery=booking.surgery)
    page = read(client, booking)
    assert "A helper keeps this time for you." in page
    assert "Hana" not in page


def test_without_a_next_time_there_is_no_such_button(client, booking):
    assert "Next time instead" not in read(client, booking)


def test_one_tap_says_that_she_will_be_there(client, booking):
    page = words(answer(client, booking, "yes"))
    assert "Thank you. We look forward to seeing you." in page
    assert "You will be there." in page
    assert 'value="yes"' not in page
    assert again(booking).confirmed_at is not None


def test_a_party_answers_as_one(client, party):
    page = read(client, party)
    assert "Are you all still able to come?" in page
    assert "You come with Basil and Zoë." in page
    words(answer(client, party, "yes"))
    assert Booking.objects.filter(confirmed_at=None).count() == 0


# What time will you set off? -----------------------------------------------------------


def test_the_time_she_sets_off_is_kept_and_shown_back(client, booking):
    page = words(answer(client, booking, "set_off", at="17:00"))
    assert "Thank you. We have noted that." in page
    assert "You plan to set off at 5pm." in page
    assert again(booking).sets_off_at == datetime.time(17)
    page = words(answer(client, booking, "set_off", at=""))
    assert "You plan to set off" not in page


def test_what_is_no_time_is_said_at_the_field(client, booking):
    page = words(answer(client, booking, "set_off", at="after tea"))
    assert "Enter a time like 5:15pm" in page
    assert "<title>Error:" in page
    assert 'value="after tea"' in page


def test_the_thank_you_page_asks_too(client, booking):
    page = read(client, booking, "booking_booked")
    assert "What time will you set off?" in page
    assert f'action="{door("booking_detail", booking)}"' in page


# I can't come --------------------------------------------------------------------------


def test_she_can_cancel_with_one_tap(client, booking):
    page = words(answer(client, booking, "no"))
    booking.refresh_from_db()
    assert (booking.state, booking.place) == (BookingState.CANCELLED, None)
    assert "Thank you for telling us." in page
    assert "Book again" in page
    assert answer(client, booking, "no", follow=False).status_code == 302
    assert Message.objects.filter(kind=MessageKind.BOOKING_CANCELLED).count() == 1


def test_a_page_by_itself_asks_once_more_and_does_nothing_by_being_opened(client, booking):
    asked = read(client, booking, "booking_cancel")
    assert "No need to say why." in asked
    assert again(booking).state == BookingState.BOOKED
    page = words(client.post(door("booking_cancel", booking), follow=True))
    assert "Thank you for telling us." in page


def test_who_cancels_late_is_thanked_just_the_same(client, series):
    soon = coming(series, 0, starts_at=timezone.now() + datetime.timedelta(hours=5))
    booking = factories.create_booking(surgery=soon)
    page = words(answer(client, booking, "no"))
    assert "Thank you for telling us." in page
    assert "late" not in page.lower().replace("later", "").replace("template", "")
    assert again(booking).cancelled_late is True


def test_whoever_is_there_already_reads_so_and_keeps_her_place(client, booking):
    Booking.objects.update(outcome=Outcome.CAME)
    for page in (
        words(answer(client, booking, "no")),
        words(client.post(door("booking_cancel", booking))),
    ):
        assert "You are here already, so there is nothing to cancel." in page
    assert again(booking).state == BookingState.BOOKED


def test_a_party_is_asked_who_and_everybody_is_ticked(client, party):
    assert 'name="answer" value="no"' not in read(client, party)
    page = read(client, party, "booking_cancel")
    assert "Who can’t come?</h1>" in page
    assert page.count(" checked") == 3
    basil = Booking.objects.get(party_number=2)
    page = words(
        client.post(door("booking_cancel", party), {"which": [str(basil.pk)]}, follow=True)
    )
    assert states() == ["booked", "cancelled", "booked"]
    assert "Thank you for telling us." in page
    assert "You come with Zoë." in page
    assert "Basil is not coming." in page


def test_of_a_party_nobody_ticked_is_said(client, party):
    page = words(client.post(door("booking_cancel", party)))
    assert "Tick who can’t come" in page
    assert states() == ["booked"] * 3


def test_who_was_taken_off_can_come_after_all(client, party):
    basil = Booking.objects.get(party_number=2)
    client.post(door("booking_cancel", party), {"which": [str(basil.pk)]})
    page = words(answer(client, party, "undo", whose="2"))
    assert "Good. The place is yours again." in page
    assert states() == ["booked"] * 3


def test_whoever_of_a_party_is_left_is_one_tap_away(client, party):
    client.post(door("booking_cancel", party), {"which": [str(party.pk)]})
    page = read(client, party)
    basil = Booking.objects.get(party_number=2)
    assert f'href="{door("booking_detail", basil)}"' in page
    assert "Basil still comes" in page


# Undo ----------------------------------------------------------------------------------


def test_within_half_an_hour_one_tap_brings_it_back(client, booking):
    page = words(answer(client, booking, "no"))
    assert "I can come after all" in page
    assert "Your place is still free" in page
    page = words(answer(client, booking, "undo"))
    assert "Good. The place is yours again." in page
    assert "Still able to come?" in page
    assert again(booking).state == BookingState.BOOKED


def test_if_somebody_has_the_place_the_page_says_so_before_and_after(client, booking):
    surgery = booking.surgery
    answer(client, booking, "no")
    for _place in range(3):
        factories.create_booking(surgery=surgery)
    assert "Your place has gone; you would be first in the queue" in read(client, booking)
    page = words(answer(client, booking, "undo"))
    assert "Somebody else has been given the place by now." in page
    assert "You are first in the queue</h1>" in page
    assert again(booking).state == BookingState.WAITING


def test_after_half_an_hour_it_is_not_offered_and_not_done(client, booking):
    cancel_booking(booking, now=timezone.now() - datetime.timedelta(minutes=31))
    assert "I can come after all" not in read(client, booking)
    page = words(answer(client, booking, "undo"))
    assert "That can be undone for 30 minutes only. Please book again." in page
    assert again(booking).state == BookingState.CANCELLED


# Next time instead ---------------------------------------------------------------------


def test_one_tap_moves_her_to_the_next_time(client, series, booking):
    following = coming(series, 14)
    page = words(answer(client, booking, "next", on=following.on.isoformat()))
    moved = Booking.objects.get(moved_from=booking)
    assert (moved.surgery, moved.slot) == (following, first_slot(following))
    assert "Done. You come next time instead." in page
    assert door("booking_change", moved) in page


def test_when_the_date_on_the_button_is_full_she_reads_so_and_the_next_one(client, series, booking):
    following, later = coming(series, 14, places=(1,)), coming(series, 21)
    assert day_time(first_slot(following).starts_local) in read(client, booking)
    factories.create_booking(surgery=following)
    page = words(answer(client, booking, "next", on=following.on.isoformat()))
    assert "has just been taken." in page
    assert day_time(first_slot(later).starts_local) in page
    assert again(booking).state == BookingState.BOOKED


@pytest.mark.parametrize("on", ["", "tomorrow", "2026-02-30", "1999-01-01"])
def test_a_date_that_is_none_moves_nobody(client, booking, on):
    before = everything()
    assert answer(client, booking, "next", on=on).status_code == 200
    assert everything() == before


def test_a_tap_by_mistake_can_be_taken_back(client, series, booking):
    following = coming(series, 14)
    answer(client, booking, "next", on=following.on.isoformat())
    moved = Booking.objects.get(moved_from=booking)
    page = read(client, moved)
    assert f"Go back to {day_time(first_slot(booking.surgery).starts_local)}" in page
    words(answer(client, moved, "next", on=booking.surgery.on.isoformat()))
    assert Booking.objects.get(moved_from=moved).surgery == booking.surgery


def test_half_an_hour_later_the_way_back_is_not_offered(client, series, booking):
    following = coming(series, 14)
    answer(client, booking, "next", on=following.on.isoformat())
    moved = Booking.objects.get(moved_from=booking)
    Booking.objects.update(booked_at=timezone.now() - datetime.timedelta(minutes=31))
    assert "Go back to" not in read(client, moved)


# Waiting -------------------------------------------------------------------------------


@pytest.fixture
def full(series):
    surgery = coming(series, places=(1, 1))
    for slot in surgery.slots.all():
        factories.create_booking(slot=slot)
    return surgery


@pytest.fixture
def waiting(client, full):
    """Amina, who is second in the queue."""
    wait(client, full, name="Basil", contact="basil@example.org")
    wait(client, full)
    return Booking.objects.get(attendee__name="Amina O’Neill")


def test_who_waits_reads_honestly_where_she_stands(client, waiting):
    page = read(client, waiting)
    assert "You are second in the queue</h1>" in page
    assert "We write to you straight away." in page
    assert "People who have never been here go first" in page
    assert "expect a cup of tea first" in page
    assert "Still able to come?" not in page


def test_one_tap_leaves_the_waiting_list(client, waiting):
    page = words(answer(client, waiting, "no"))
    assert "You are off the waiting list." in page
    assert again(waiting).state == BookingState.CANCELLED
    assert "I would rather wait" in page
    page = words(answer(client, waiting, "undo"))
    assert "You are second in the queue</h1>" in page


def test_she_can_say_that_other_times_suit_her(client, full, waiting):
    late = last_slot(full)
    page = words(answer(client, waiting, "times", accepts=[late.pk]))
    assert "Thank you. We have changed it." in page
    assert list(again(waiting).accepts.all()) == [late]
    page = words(answer(client, waiting, "times"))
    assert "Choose at least one time that would suit you" in page
    assert list(again(waiting).accepts.all()) == [late]


def test_she_cannot_say_yes_to_a_place_that_she_does_not_have(client, waiting):
    page = words(answer(client, waiting, "yes"))
    assert "You are on the waiting list, so there is no place to say yes to yet." in page


def test_when_a_place_comes_free_her_page_is_the_page_of_a_booking(client, full, waiting):
    wait(client, full)
    for booking in Booking.objects.filter(state=BookingState.BOOKED):
        cancel_booking(booking, now=timezone.now())
    assert "Still able to come?" in read(client, waiting)


def test_so_late_that_nobody_waits_she_is_told_to_come_along(client, series):
    soon = coming(series, 0, starts_at=timezone.now() + datetime.timedelta(hours=1))
    booking = factories.create_booking(surgery=soon, state=BookingState.WAITING)
    page = read(client, booking)
    assert "Come along</h1>" in page
    assert "in the queue" not in page
    assert "Which times would suit you?" not in page


def test_a_party_that_no_time_can_hold_is_told_so(client, full):
    wait(client, full, other_1="Basil")
    page = read(client, Booking.objects.get(party_number=1))
    assert "You wait together with Basil." in page
    assert "As things are no time has 2 places" in page


def test_somebody_we_cannot_reach_is_told_to_look_here(client, full):
    booking = factories.create_booking(
        surgery=full,
        state=BookingState.WAITING,
        attendee=factories.create_attendee(series=full.series, contact=None),
    )
    page = read(client, booking)
    assert "we have no way to reach you" in page


# The other standings -------------------------------------------------------------------


def test_who_has_no_chair_reads_so_and_may_come_along(client, series, surgery):
    coming(series, 14)
    booking = factories.create_booking(
        surgery=surgery, slot=first_slot(surgery), state=BookingState.DISPLACED
    )
    page = read(client, booking)
    assert "Sorry, no chair is sure for you</h1>" in page
    assert "You are at the head of the queue" in page
    assert "Next time instead" in page
    page = words(answer(client, booking, "yes"))
    assert "You come along all the same" in page
    assert again(booking).confirmed_at is not None


def test_a_surgery_that_was_cancelled_says_so_and_offers_the_next_time(client, series, booking):
    following = coming(series, 14)
    Surgery.objects.filter(pk=booking.surgery_id).update(state=SurgeryState.CANCELLED)
    page = read(client, booking)
    assert "is cancelled</h1>" in page
    assert "I’ll be there" not in page
    assert "take it out" in page
    answer(client, booking, "next", on=following.on.isoformat())
    assert Booking.objects.get(moved_from=booking).surgery == following


def test_what_is_over_offers_the_next_dates_and_no_answer(client, series):
    booking = factories.create_booking(surgery=coming(series, -2), outcome=Outcome.CAME)
    following = coming(series, 7)
    page = read(client, booking)
    assert "is over</h1>" in page
    assert "It was good to have you." in page
    assert reverse("surgery_public", args=[series.slug, following.on]) in page
    assert 'name="answer"' not in page
    before = everything()
    for said in ("yes", "no", "undo"):
        answer(client, booking, said)
    assert everything() == before


# How we reach her ----------------------------------------------------------------------


def test_whoever_would_rather_be_rung_gives_a_number(client, booking):
    """T-LNK-04: no one-click "unsubscribe" from a booking, but a choice of how."""
    page = read(client, booking)
    assert "Please ring me instead of writing" in page
    assert "unsubscribe" not in page.lower()
    page = words(answer(client, booking, "ring", number="amina@example.org"))
    assert "Enter a phone number with 11 digits, like 07400 123456" in page
    assert "<details open>" in page
    page = words(answer(client, booking, "ring", number="07400 123457"))
    assert "We will ring you, and not write." in page
    assert "We ring you, and do not write." in page
    person = again(booking).attendee
    assert (person.contact, person.no_messages_from is None) == ("+447400123457", False)
    page = words(answer(client, booking, "write"))
    assert "We will write to you again." in page
    assert again(booking).attendee.no_messages_from is None


def test_whoever_gets_texts_is_asked_for_no_number(client, booking, settings):
    settings.TEXTS_BY = "http"
    Attendee.objects.update(contact="+447400123457")
    booking.surgery.series.sends_texts = True
    booking.surgery.series.save()
    page = read(client, booking)
    assert "We send you texts." in page
    assert "Your phone number" not in page
    words(answer(client, booking, "ring"))
    assert Attendee.objects.get().no_messages_from is not None


def test_without_any_contact_she_is_asked_for_one(client, booking):
    Attendee.objects.update(contact=None)
    page = read(client, booking)
    assert "we cannot tell you when something changes" in page
    assert f"{door('booking_change', booking)}#id_contact" in page


# Changing ------------------------------------------------------------------------------


def change(client, booking, follow=False, **said):
    typed = {"slot": booking.slot_id or "", "goal": booking.goal}
    return client.post(door("booking_change", booking), typed | said, follow=follow)


def test_she_can_choose_another_time_and_goal(client, booking):
    late = last_slot(booking.surgery)
    response = change(client, booking, slot=late.pk, goal="touch", supporter="on")
    assert response["Location"] == door("booking_detail", booking) + "?said=changed"
    page = words(client.get(response["Location"]))
    assert "6:15pm" in page
    assert "Keep members in touch" in page
    assert "A supporter or interpreter" in page
    person = again(booking).attendee
    assert (person.name, person.contact) == ("Amina O’Neill", "amina@example.org")


def test_a_corrected_address_moves_to_a_new_link(client, booking):
    old = booking.secret
    response = change(client, booking, contact="new.address@example.org")
    booking.refresh_from_db()
    assert response["Location"] == door("booking_detail", booking) + "?said=changed"
    assert booking.secret != old
    assert "n…@example.org" in words(client.get(response["Location"]))


def test_a_time_that_is_full_meanwhile_is_said_at_the_field(client, booking):
    late = last_slot(booking.surgery)
    factories.create_booking(slot=late)
    response = change(client, booking, slot=late.pk, name="Amina Jones")
    assert list(response.context["form"].errors) == ["slot"]
    assert 'value="Amina Jones"' in words(response)
    assert again(booking).slot != late


def test_who_waits_changes_all_but_the_time(client, waiting):
    page = read(client, waiting, "booking_change")
    assert "When will you arrive?" not in page
    response = change(client, waiting, name="Amina Jones", goal="touch")
    assert response.status_code == 302
    assert again(waiting).attendee.name == "Amina Jones"
    assert again(waiting).state == BookingState.WAITING


# What would make it easier, and the files ------------------------------------------------


def test_what_would_help_is_kept_with_a_tick_and_never_shown(client, booking):
    said = {"needs": "A chair near the door", "agreed": "on"}
    response = client.post(door("booking_booked", booking), said, follow=True)
    person = Attendee.objects.get(pk=booking.attendee_id)
    assert person.access_needs == "A chair near the door"
    assert person.access_needs_agreed_at is not None
    assert person.news_agreed_at is None
    page = words(response)
    assert "Thank you. We have noted that." in page
    assert "A chair near the door" not in page


def test_without_the_tick_nothing_is_kept_and_the_words_stay(client, booking):
    response = client.post(door("booking_booked", booking), {"needs": "A chair near the door"})
    assert "Tick this so that we may keep it" in words(response)
    assert "A chair near the door" in words(response)
    assert Attendee.objects.get(pk=booking.attendee_id).access_needs == ""


def test_she_may_send_it_to_herself(client, booking):
    page = read(client, booking, "booking_booked")
    link = f"http%3A%2F%2Ftestserver%2Fb%2F{booking.secret}%2F"
    for start in ("https://wa.me/?text=", "sms:?&body=", "mailto:?subject="):
        assert start in page
    assert page.count(link) == 3


def test_the_calendar_file_is_a_file(client, booking):
    response = client.get(door("booking_calendar", booking))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="surgery.ics"'
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event["DTSTART"].dt == booking.slot.starts_at


def test_the_calendar_file_of_a_moved_booking_takes_the_old_evening_out(client, series, booking):
    answer(client, booking, "next", on=coming(series, 14).on.isoformat())
    response = client.get(door("booking_calendar", booking), follow=True)
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CANCELLED"]


def test_nothing_she_does_sets_a_cookie(series, booking):
    browser = Client(enforce_csrf_checks=True)
    Booking.objects.update(outcome=Outcome.CAME)
    assert answer(browser, booking, "no").status_code == 200
    Booking.objects.update(outcome=Outcome.NOT_RECORDED)
    for said in ({"answer": "yes"}, {"answer": "set_off", "at": "17:00"}, {"answer": "no"}):
        browser.post(door("booking_detail", booking), said, follow=True)
    answer(browser, booking, "undo")
    words(change(browser, booking, goal="touch", follow=True))
    assert dict(browser.cookies) == {}


# Once and no more ----------------------------------------------------------------------


def test_cancelling_frees_exactly_one_place_once(client, booking):
    """T-BIZ-03: by one tap, by two, and by the page that asks once more."""
    surgery = booking.surgery
    before = Place.objects.free().filter(surgery=surgery).count()
    for _tap in range(2):
        answer(client, booking, "no")
        client.post(door("booking_cancel", booking))
    assert Place.objects.free().filter(surgery=surgery).count() == before + 1
    assert Place.objects.filter(surgery=surgery).count() == 3


def test_who_has_cancelled_is_given_no_place_again(client, full, waiting):
    """T-BIZ-04: and who waits behind her is."""
    answer(client, waiting, "no")
    for booking in Booking.objects.filter(state=BookingState.BOOKED):
        answer(client, booking, "no")
    assert again(waiting).state == BookingState.CANCELLED
    assert Booking.objects.get(attendee__name="Basil").state == BookingState.BOOKED
    assert Place.objects.free().filter(surgery=full).count() == 1


def test_repeated_lines_of_a_form_count_once_and_a_party_is_three_at_most(client, series):
    """T-BIZ-05: whatever a form holds more than once, the limit is of the whole request."""
    surgery = coming(series, places=(9,))
    names = {"other_1": ["Basil", "Joyce", "Winston"], "other_2": ["Zoë"], "other_3": ["Stan"]}
    book(client, surgery, **names)
    assert Booking.objects.count() == 3
    before = everything()
    book(client, surgery, name="Cara", other_1="Cara", other_2="cara ")
    assert everything() == before


def test_a_page_left_open_until_too_late_does_nothing(client, series):
    """T-BIZ-05: the time is looked at when she answers."""
    booking = factories.create_booking(surgery=coming(series))
    page = read(client, booking)
    assert 'value="no"' in page
    now = timezone.now()
    Surgery.objects.update(
        starts_at=now - datetime.timedelta(hours=2), ends_at=now - datetime.timedelta(seconds=1)
    )
    assert "This surgery is over." in words(answer(client, booking, "no"))
    assert again(booking).state == BookingState.BOOKED
