import datetime

import pytest

from surgeries.actions.answers import cancel_booking, next_time_instead, say_coming
from surgeries.actions.attendees import make_easier
from surgeries.actions.changes import (
    change_booking,
    change_times,
    correct_contact,
    displace_booking,
    give_place,
    ring_instead,
    write_again,
)
from surgeries.models import Attendee, Booking, Message, Place, Surgery
from surgeries.states import BookingState, MessageKind, MessageState, Outcome
from tests import factories
from tests.factories import NOW
from tests.surgeries.actions.booker import (
    HOUR,
    MINUTE,
    again,
    book,
    create_evening,
    first_slot,
    last_slot,
    messages_of,
    party_of,
    refused,
    wait,
)

pytestmark = pytest.mark.django_db

MOVED = (MessageKind.BOOKING_CHANGED, MessageState.QUEUED)


@pytest.fixture
def surgery():
    return create_evening((2, 2))


@pytest.fixture
def full():
    """One place at each of two times, both taken."""
    surgery = create_evening((1, 1))
    for slot in surgery.slots.all():
        factories.create_booking(slot=slot)
    return surgery


@pytest.fixture
def olu():
    return factories.create_user()


# Changing ------------------------------------------------------------------------------


def change(booking, now=NOW + HOUR, **answers):
    stands = {
        "slot": booking.slot,
        "name": booking.attendee.name,
        "contact": booking.attendee.contact,
        "goal": booking.goal,
        "supporter": booking.brings_supporter,
    }
    return change_booking(booking, **(stands | answers), now=now)


def test_another_time_takes_a_place_there_and_frees_the_old_one(surgery):
    booking = book(first_slot(surgery))
    late = last_slot(surgery)
    changed = change(booking, slot=late)
    assert (changed.slot, changed.place.slot) == (late, late)
    assert Place.objects.free().filter(slot=first_slot(surgery)).count() == 2
    assert MOVED in messages_of(booking)


def test_a_full_other_time_is_refused_and_the_old_one_stands(surgery):
    for _place in range(2):
        factories.create_booking(slot=first_slot(surgery))
    late = book(last_slot(surgery))
    assert refused(change, late, slot=first_slot(surgery), goal="touch").field == "slot"


def test_another_goal_owes_no_message(surgery):
    booking = book(first_slot(surgery))
    assert change(booking, goal="touch").goal == "touch"
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.QUEUED)]


def test_changing_back_and_forth_tells_her_only_the_last_time(surgery):
    late = last_slot(surgery)
    booking = book(first_slot(surgery))
    booking = change(booking, slot=late)
    booking = change(booking, slot=first_slot(surgery), now=NOW + 2 * HOUR)
    told = booking.messages.filter(kind=MessageKind.BOOKING_CHANGED).order_by("key")
    assert [m.state for m in told] == [MessageState.CANCELLED, MessageState.QUEUED]


def test_a_cancelled_booking_is_not_changed(surgery):
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=NOW)
    sentence = refused(change, booking, goal="touch").sentence
    assert sentence == "This booking is cancelled. Book again to come after all."


def test_another_goal_or_an_interpreter_is_kept_and_moves_nobody(surgery):
    booking = book(first_slot(surgery))
    change(booking, goal="touch", supporter=True, slot=None)
    changed = again(booking)
    assert (changed.goal, changed.brings_supporter) == ("touch", True)
    assert (changed.slot, changed.place) == (booking.slot, booking.place)


def test_a_party_moves_to_another_time_together(surgery):
    booking = book(first_slot(surgery), others=["Basil"])
    change(party_of(booking)[1], slot=last_slot(surgery))
    assert {(one.state, one.slot) for one in party_of(booking)} == {
        (BookingState.BOOKED, last_slot(surgery))
    }
    assert Place.objects.free().filter(slot=first_slot(surgery)).count() == 2


def test_a_party_moves_nowhere_when_there_is_not_room_for_all(surgery):
    booking = book(first_slot(surgery), others=["Basil"])
    factories.create_booking(slot=last_slot(surgery))
    assert refused(change, booking, slot=last_slot(surgery)).sentence == (
        "There is 1 place left at 6:15pm, and you are 2. Choose another time."
    )


def test_the_place_left_for_another_time_goes_to_whoever_waits():
    surgery = create_evening((1, 1))
    booking = book(first_slot(surgery))
    late = factories.create_booking(slot=last_slot(surgery))
    waiting = wait(surgery, name="Basil", accepts=[first_slot(surgery)])
    cancel_booking(late, now=NOW)
    assert again(waiting).state == BookingState.WAITING
    change(booking, slot=last_slot(surgery))
    assert again(waiting).slot == first_slot(surgery)


def test_her_yes_stands_when_she_comes_at_another_time(surgery):
    booking = book(first_slot(surgery))
    say_coming(booking, now=NOW)
    change(booking, slot=last_slot(surgery))
    assert again(booking).confirmed_at == NOW


def test_who_is_here_already_changes_no_time(surgery):
    booking = book(first_slot(surgery))
    Booking.objects.update(outcome=Outcome.CAME)
    refused(change, booking, slot=last_slot(surgery), now=surgery.starts_at)


def test_in_the_last_two_hours_nobody_without_a_place_takes_one_by_herself(full, olu):
    booking = wait(full)
    moment = full.starts_at - HOUR
    cancel_booking(Booking.objects.get(slot=last_slot(full)), now=moment)
    assert refused(change, booking, slot=last_slot(full), now=moment).sentence.startswith(
        "It starts soon"
    )
    changed = change(booking, slot=last_slot(full), now=moment, by=olu)
    assert changed.state == BookingState.BOOKED


# Which times would suit ----------------------------------------------------------------


def test_other_times_suit_the_whole_party_that_waits(full):
    booking = wait(full, others=["Basil"], accepts=[first_slot(full)])
    change_times(booking, accepts=[last_slot(full)], now=NOW)
    assert [list(one.accepts.all()) for one in party_of(booking)] == [[last_slot(full)]] * 2


def test_a_time_that_is_free_is_hers_as_soon_as_it_suits(full):
    booking = wait(full, accepts=[first_slot(full)])
    cancel_booking(Booking.objects.get(slot=last_slot(full)), now=NOW)
    assert again(booking).state == BookingState.WAITING
    change_times(booking, accepts=full.slots.all(), now=NOW + MINUTE)
    assert (again(booking).state, again(booking).slot) == ("booked", last_slot(full))
    assert (MessageKind.PLACE_FOUND, MessageState.QUEUED) in messages_of(booking)


def test_no_time_at_all_is_refused(full):
    refusal = refused(change_times, wait(full), accepts=[], now=NOW)
    assert refusal.field == "accepts"
    assert refusal.sentence == "Choose at least one time that would suit you."


def test_who_has_a_place_by_now_keeps_it(surgery):
    booking = book(first_slot(surgery))
    change_times(booking, accepts=[last_slot(surgery)], now=NOW)
    assert again(booking).slot == first_slot(surgery)
    assert list(again(booking).accepts.all()) == []


def test_who_has_left_the_list_changes_no_times(full):
    booking = wait(full)
    cancel_booking(booking, now=NOW)
    refused(change_times, booking, accepts=[last_slot(full)], now=NOW)


# Where we reach her --------------------------------------------------------------------


def test_a_corrected_address_gets_the_confirmation_and_the_old_link_ends(surgery):
    booking = book(first_slot(surgery), contact="amnia@example.org")
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    old = booking.secret
    corrected = correct_contact(booking, contact="amina@example.org", now=NOW + HOUR)
    assert corrected.attendee.contact == "amina@example.org"
    assert not Booking.objects.by_secret(old).exists()
    assert Booking.objects.by_secret(corrected.secret).get() == booking
    assert messages_of(booking) == [
        (MessageKind.CONFIRMATION, MessageState.SENT),
        (MessageKind.CONFIRMATION, MessageState.QUEUED),
    ]


def test_a_phone_number_that_becomes_an_address_keeps_its_link(surgery):
    booking = book(first_slot(surgery), contact="+447400123456")
    corrected = correct_contact(booking, contact="amina@example.org", now=NOW + HOUR)
    assert corrected.secret == booking.secret
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.QUEUED)]


def test_a_correction_keeps_what_she_has_told_us(surgery):
    booking = book(first_slot(surgery), contact="amnia@example.org", group="Choir")
    make_easier(booking, needs="A chair", news=True, news_wording="Yes", now=NOW)
    correct_contact(booking, contact="amina@example.org", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.contact, person.group) == ("amina@example.org", "Choir")
    assert (person.access_needs, person.news_wording) == ("A chair", "Yes")


def test_a_stranger_who_types_her_name_and_contact_takes_over_nothing(surgery):
    slot = last_slot(surgery)
    hers = book(slot)
    make_easier(hers, needs="A chair", news=False, news_wording="", now=NOW)
    stans = book(slot, now=NOW + HOUR)
    stans = correct_contact(stans, contact="stan@example.org", now=NOW + 2 * HOUR)
    hers = Booking.objects.get(pk=hers.pk)
    assert (hers.attendee.contact, stans.attendee.contact) == (
        "amina@example.org",
        "stan@example.org",
    )
    assert stans.attendee.access_needs == ""


def test_a_correction_to_somebody_we_know_joins_her_bookings(surgery):
    slot = last_slot(surgery)
    known = book(slot)
    wrong = book(slot, contact="amnia@example.org")
    corrected = correct_contact(wrong, contact="amina@example.org", now=NOW + HOUR)
    assert corrected.attendee == known.attendee


def test_a_correction_is_for_all_who_were_reached_there(surgery):
    booking = book(first_slot(surgery), contact="amnia@example.org", others=["Basil"])
    secrets = [one.secret for one in party_of(booking)]
    correct_contact(booking, contact="amina@example.org", now=NOW + HOUR)
    assert {one.attendee.contact for one in party_of(booking)} == {"amina@example.org"}
    assert not any(Booking.objects.by_secret(secret).exists() for secret in secrets)


def test_a_correction_ends_the_links_of_the_evenings_she_left_too(surgery):
    """What went to a wrong address must not lead to her booking by way of a former one."""
    later = create_evening(series=surgery.series, on=surgery.on.replace(day=25))
    booking = book(first_slot(surgery), contact="amnia@example.org")
    moved = next_time_instead(booking, on=later.on, now=NOW)
    correct_contact(moved, contact="amina@example.org", now=NOW)
    assert not Booking.objects.by_secret(booking.secret).exists()
    assert not Booking.objects.by_secret(moved.secret).exists()


def test_a_correction_after_she_moved_keeps_what_she_has_told_us(surgery):
    later = create_evening(series=surgery.series, on=surgery.on.replace(day=25))
    booking = book(first_slot(surgery), contact="amnia@example.org")
    make_easier(booking, needs="A chair", news=False, news_wording="", now=NOW)
    moved = next_time_instead(booking, on=later.on, now=NOW)
    corrected = correct_contact(moved, contact="amina@example.org", now=NOW)
    assert corrected.attendee.access_needs == "A chair"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (BookingState.WAITING, MessageKind.WAITING),
        (BookingState.DISPLACED, MessageKind.DISPLACED),
    ],
)
def test_a_new_address_is_told_where_she_stands(full, state, kind):
    booking = wait(full)
    Booking.objects.filter(pk=booking.pk).update(state=state)
    corrected = correct_contact(booking, contact="new@example.org", now=NOW)
    told = corrected.messages.filter(state=MessageState.QUEUED).values_list("kind", flat=True)
    assert list(told) == [kind]


def test_a_new_contact_is_written_to_whatever_was_asked_of_the_former(surgery):
    booking = book(first_slot(surgery), contact="+447400123456")
    ring_instead(booking, now=NOW)
    correct_contact(booking, contact="amina@example.org", now=NOW)
    assert Attendee.objects.get().no_messages_from is None


# Rung, or written to -------------------------------------------------------------------


def test_who_wants_to_be_rung_gives_a_number_and_keeps_her_link(surgery):
    booking = book(first_slot(surgery), others=["Basil"])
    ring_instead(booking, number="+447400123456", now=NOW + HOUR)
    party = party_of(booking)
    assert {one.attendee.contact for one in party} == {"+447400123456"}
    assert party[0].attendee.no_messages_from == NOW + HOUR
    assert [one.secret for one in party_of(booking)] == [one.secret for one in party]
    assert Booking.objects.by_secret(booking.secret).exists()


def test_who_gave_a_number_is_rung_on_it(surgery):
    booking = book(first_slot(surgery), contact="+447400123456")
    ring_instead(booking, now=NOW)
    person = Attendee.objects.get()
    assert (person.contact, person.no_messages_from) == ("+447400123456", NOW)
    assert list(Booking.objects.ring_list(surgery.starts_at - HOUR)) == [booking]


def test_without_any_number_nobody_can_be_rung(surgery):
    refusal = refused(ring_instead, book(first_slot(surgery)), now=NOW)
    assert refusal.sentence == "Enter the phone number that we can ring you on."
    assert refusal.field == "number"


def test_her_wish_to_be_rung_is_hers_alone(surgery):
    hers = book(first_slot(surgery), contact="+447400123456")
    his = book(first_slot(surgery), name="Basil", contact="+447400123456")
    ring_instead(hers, now=NOW)
    assert again(his).attendee.no_messages_from is None


def test_who_wants_it_is_written_to_again(surgery):
    booking = book(first_slot(surgery), contact="+447400123456")
    ring_instead(booking, now=NOW)
    write_again(booking, now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.no_messages_from, person.last_active_at) == (None, NOW + HOUR)


@pytest.mark.parametrize("wish", [ring_instead, write_again])
def test_nobody_chooses_how_to_be_reached_about_what_is_off(surgery, wish):
    booking = book(first_slot(surgery), contact="+447400123456")
    cancel_booking(booking, now=NOW)
    refused(wish, booking, now=NOW)


# What the organiser decides ------------------------------------------------------------


def test_an_organiser_gives_a_free_place_to_whoever_she_rang(full, olu):
    booking = wait(full)
    moment = full.starts_at - HOUR
    cancel_booking(Booking.objects.get(slot=last_slot(full)), now=moment)
    given = give_place(booking, by=olu, now=moment)
    assert (again(given).state, again(given).slot) == (BookingState.BOOKED, last_slot(full))
    assert (MessageKind.PLACE_FOUND, MessageState.QUEUED) in messages_of(booking)
    before = messages_of(booking)
    assert give_place(booking, by=olu, now=moment) == booking
    assert messages_of(booking) == before


def test_an_organiser_gives_no_place_that_is_not_there(full, olu):
    sentence = refused(give_place, wait(full), by=olu, now=NOW).sentence
    assert sentence == (
        "There is no free place for Amina O’Neill now. They can come along all the same."
    )


def test_who_has_no_chair_gets_another_time_and_is_told(olu):
    """The only helper comes later than she would."""
    surgery = factories.create_surgery(places=(1, 2), organiser_helps=False)
    factories.create_helping(surgery=surgery, helps_from=datetime.time(18))
    booking = book(first_slot(surgery))
    say_coming(booking, now=NOW)
    moved = displace_booking(booking, by=olu, now=NOW)
    assert (again(moved).state, again(moved).slot) == (BookingState.BOOKED, last_slot(surgery))
    assert MOVED in messages_of(booking)


def test_who_has_no_chair_at_all_is_at_the_head_of_the_queue(full, olu):
    before = wait(full, name="Basil")
    booking = Booking.objects.get(slot=first_slot(full))
    Surgery.objects.update(places_wanted=1)
    displace_booking(booking, by=olu, now=NOW + HOUR)
    gone = again(booking)
    assert (gone.state, gone.place, gone.confirmed_at) == (BookingState.DISPLACED, None, None)
    assert (MessageKind.DISPLACED, MessageState.QUEUED) in messages_of(booking)
    cancel_booking(Booking.objects.get(slot=last_slot(full)), now=NOW + HOUR)
    assert again(booking).state == BookingState.BOOKED
    assert again(before).state == BookingState.WAITING


def test_nobody_is_sent_away_while_there_are_chairs(full, olu):
    booking = Booking.objects.get(slot=first_slot(full))
    sentence = refused(displace_booking, booking, by=olu, now=NOW).sentence
    assert sentence == "There is a chair for everybody who is booked."
