import datetime

import pytest

from surgeries.actions.answers import (
    cancel_booking,
    may_undo,
    next_time_instead,
    say_coming,
    set_off,
    undo_cancel,
)
from surgeries.actions.places import next_time_for
from surgeries.models import Booking, Message, Place, Surgery
from surgeries.states import BookingState, MessageKind, MessageState, Outcome, SurgeryState
from surgeries.turnout.waiting import number_in_queue
from tests import factories
from tests.factories import NOW, WEDNESDAY, at
from tests.surgeries.actions.booker import (
    HOUR,
    MINUTE,
    again,
    book,
    create_evening,
    everything,
    first_slot,
    last_slot,
    messages_of,
    party_of,
    refused,
    wait,
)

pytestmark = pytest.mark.django_db

WEEK_LATER = datetime.date(2026, 11, 18)
MONTH_LATER = datetime.date(2026, 12, 9)
CONFIRMED = (MessageKind.CONFIRMATION, MessageState.QUEUED)


@pytest.fixture
def surgery():
    return create_evening()


@pytest.fixture
def with_party():
    """Amina, Basil and Zoë are booked, and every message has gone."""
    booking = book(first_slot(create_evening(places=(3,))), others=["Basil", "Zoë"])
    sent()
    return booking


def sent():
    """Whatever is owed has gone."""
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)


def states_of(booking):
    return [one.state for one in party_of(booking)]


def free(surgery):
    return Place.objects.free().filter(surgery=surgery).count()


# I'll be there -------------------------------------------------------------------------


def test_saying_yes_is_kept_with_its_time(surgery):
    booking = book(first_slot(surgery))
    say_coming(booking, now=NOW + HOUR)
    say_coming(booking, now=NOW + 2 * HOUR)
    booking = again(booking)
    assert booking.confirmed_at == NOW + HOUR
    assert booking.attendee.last_active_at == NOW + 2 * HOUR
    assert messages_of(booking) == [CONFIRMED]


def test_one_of_a_party_says_yes_for_all(with_party):
    say_coming(party_of(with_party)[1], now=NOW)
    assert {one.confirmed_at for one in party_of(with_party)} == {NOW}


def test_whoever_waits_has_nothing_to_say_yes_to_yet():
    surgery = create_evening(places=(1,))
    factories.create_booking(surgery=surgery)
    sentence = refused(say_coming, wait(surgery), now=NOW).sentence
    assert sentence == "You are on the waiting list, so there is no place to say yes to yet."


@pytest.mark.parametrize("answer", [say_coming, lambda b, now: set_off(b, at=None, now=now)])
def test_nobody_answers_for_what_is_cancelled_or_over(surgery, answer):
    booking = book(first_slot(surgery))
    refused(answer, booking, now=surgery.ends_at)
    cancel_booking(booking, now=NOW)
    refused(answer, booking, now=NOW)
    Booking.objects.update(state=BookingState.DISPLACED)
    Surgery.objects.update(state=SurgeryState.CANCELLED)
    refused(answer, booking, now=NOW)


def test_when_she_sets_off_is_kept_and_can_be_taken_back(with_party):
    five = datetime.time(17)
    set_off(with_party, at=five, now=NOW)
    assert {one.sets_off_at for one in party_of(with_party)} == {five}
    set_off(with_party, at=None, now=NOW)
    assert {one.sets_off_at for one in party_of(with_party)} == {None}


# I can't come --------------------------------------------------------------------------


def test_cancelling_frees_the_place_and_owes_a_word(surgery):
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=NOW + HOUR)
    booking.refresh_from_db()
    assert (booking.state, booking.place, booking.cancelled_at) == ("cancelled", None, NOW + HOUR)
    assert booking.cancelled_late is False
    assert messages_of(booking) == [
        (MessageKind.CONFIRMATION, MessageState.CANCELLED),
        (MessageKind.BOOKING_CANCELLED, MessageState.QUEUED),
    ]


def test_a_cancelled_place_can_be_booked_again(surgery):
    booking = book(first_slot(surgery))
    place = booking.place
    cancel_booking(booking, now=NOW)
    assert book(first_slot(surgery), name="Basil").place == place


def test_cancelling_twice_is_cancelling_once(surgery):
    """T-BIZ-03: exactly one place comes free, once."""
    booking = book(first_slot(surgery))
    before = free(surgery)
    cancel_booking(booking, now=NOW)
    assert free(surgery) == before + 1
    book(first_slot(surgery), name="Basil")
    as_it_is = everything()
    cancel_booking(booking, now=NOW + HOUR)
    assert everything() == as_it_is
    assert free(surgery) == before


def test_cancelling_changes_what_later_calendar_files_say(surgery):
    booking = book(first_slot(surgery))
    before = booking.calendar_version
    cancel_booking(booking, now=NOW)
    assert again(booking).calendar_version > before


@pytest.mark.parametrize(
    ("before", "late"),
    [
        (datetime.timedelta(hours=24), False),
        (datetime.timedelta(hours=23, minutes=59), True),
        (datetime.timedelta(minutes=-5), True),
    ],
)
def test_less_than_a_day_before_is_late_and_taken_all_the_same(surgery, before, late):
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=surgery.starts_at - before)
    booking.refresh_from_db()
    assert (booking.state, booking.cancelled_late) == (BookingState.CANCELLED, late)


def test_leaving_the_waiting_list_is_never_late():
    surgery = create_evening(places=(1,))
    factories.create_booking(surgery=surgery)
    booking = wait(surgery)
    cancel_booking(booking, now=surgery.starts_at - HOUR)
    assert again(booking).state == BookingState.CANCELLED
    assert again(booking).cancelled_late is False


def test_nothing_is_cancelled_after_the_surgery(surgery):
    booking = book(first_slot(surgery))
    sentence = refused(cancel_booking, booking, now=surgery.ends_at).sentence
    assert sentence == "This surgery is over."


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [(Outcome.CAME, "You are here already"), (Outcome.DID_NOT_COME, "The register")],
)
def test_nobody_cancels_what_the_register_has_answered(surgery, outcome, sentence):
    booking = book(first_slot(surgery))
    Booking.objects.filter(pk=booking.pk).update(outcome=outcome)
    assert sentence in refused(cancel_booking, booking, now=surgery.starts_at).sentence


def test_a_cancelled_surgery_needs_no_cancelling(surgery):
    booking = book(first_slot(surgery))
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    refused(cancel_booking, booking, now=NOW)


def test_of_a_party_those_go_who_cannot_come(with_party):
    basil = party_of(with_party)[1]
    cancel_booking(with_party, which={basil.pk}, now=NOW)
    assert states_of(with_party) == ["booked", "cancelled", "booked"]
    assert free(with_party.surgery) == 1
    assert messages_of(basil) == [(MessageKind.BOOKING_CANCELLED, MessageState.QUEUED)]
    assert messages_of(with_party) == [(MessageKind.CONFIRMATION, MessageState.SENT)]


def test_by_default_she_goes_alone_and_with_nobody_named_nobody_goes(with_party):
    cancel_booking(with_party, which=[], now=NOW)
    assert states_of(with_party) == ["booked", "booked", "booked"]
    cancel_booking(with_party, now=NOW)
    assert states_of(with_party) == ["cancelled", "booked", "booked"]


def test_nobody_of_another_party_can_be_named(with_party):
    other = factories.create_booking()
    cancel_booking(with_party, which={other.pk}, now=NOW)
    assert again(other).state == BookingState.BOOKED


def test_when_the_first_of_a_party_goes_untold_the_next_one_is_told(surgery):
    """Each party hears once where it stands, whoever of it is left to hear it."""
    booking = book(first_slot(surgery), others=["Basil"])
    cancel_booking(booking, now=NOW)
    assert messages_of(party_of(booking)[1]) == [CONFIRMED]


def test_when_the_first_of_a_party_goes_who_was_told_nobody_is_told_again(with_party):
    cancel_booking(with_party, now=NOW)
    assert [messages_of(one) for one in party_of(with_party)[1:]] == [[], []]


def test_the_place_goes_at_once_to_whoever_waits():
    surgery = create_evening(places=(1,))
    booking = book(first_slot(surgery))
    waiting = wait(surgery, name="Basil")
    cancel_booking(booking, now=NOW + HOUR)
    waiting = again(waiting)
    assert (waiting.state, waiting.slot) == (BookingState.BOOKED, first_slot(surgery))
    assert messages_of(waiting) == [
        (MessageKind.WAITING, MessageState.CANCELLED),
        (MessageKind.PLACE_FOUND, MessageState.QUEUED),
    ]
    assert free(surgery) == 0


def test_whoever_has_cancelled_is_not_given_the_place_again():
    """T-BIZ-04: neither who had it nor who left the waiting list."""
    surgery = create_evening(places=(1,))
    booking, left = book(first_slot(surgery)), wait(surgery, name="Basil")
    cancel_booking(left, now=NOW)
    cancel_booking(booking, now=NOW)
    assert [again(booking).state, again(left).state] == ["cancelled", "cancelled"]
    assert free(surgery) == 1
    waiting = wait(surgery, name="Zoë")
    assert waiting.state == BookingState.BOOKED


def test_in_the_last_two_hours_nobody_is_given_the_place_unasked():
    surgery = create_evening(places=(1,))
    booking, waiting = book(first_slot(surgery)), wait(surgery, name="Basil")
    cancel_booking(booking, now=surgery.starts_at - 2 * HOUR)
    assert again(waiting).state == BookingState.WAITING
    assert free(surgery) == 1


# I can after all -----------------------------------------------------------------------


def test_within_half_an_hour_she_has_her_own_place_again(surgery):
    booking = book(first_slot(surgery))
    place, version = booking.place, booking.calendar_version
    cancel_booking(booking, now=NOW)
    back = undo_cancel(booking, now=NOW + 29 * MINUTE)
    assert (back.pk, back.state, back.place) == (booking.pk, BookingState.BOOKED, place)
    assert (back.cancelled_at, back.cancelled_late, back.goes_first) == (None, False, False)
    assert again(booking).calendar_version > version + 1
    assert messages_of(booking) == [
        (MessageKind.BOOKING_CANCELLED, MessageState.CANCELLED),
        (MessageKind.CONFIRMATION, MessageState.CANCELLED),
        CONFIRMED,
    ]


def test_after_half_an_hour_it_is_too_late(surgery):
    booking = book(first_slot(surgery))
    booking = cancel_booking(booking, now=NOW)
    assert may_undo(booking, NOW + 29 * MINUTE)
    assert not may_undo(booking, NOW + 30 * MINUTE)
    sentence = refused(undo_cancel, booking, now=NOW + 30 * MINUTE).sentence
    assert sentence == "That can be undone for 30 minutes only. Please book again."


def test_if_the_place_has_gone_she_is_at_the_head_of_the_queue():
    surgery = create_evening(places=(1,))
    booking = book(first_slot(surgery))
    first, second = wait(surgery, name="Basil"), wait(surgery, name="Zoë", now=NOW + MINUTE)
    cancel_booking(booking, now=NOW)
    assert again(first).state == BookingState.BOOKED
    back = undo_cancel(booking, now=NOW + MINUTE)
    assert (back.state, back.slot, back.goes_first) == (BookingState.WAITING, None, True)
    assert (number_in_queue(back, NOW), number_in_queue(again(second), NOW)) == (1, 2)
    assert (MessageKind.WAITING, MessageState.QUEUED) in messages_of(back)
    cancel_booking(first, now=NOW + 2 * MINUTE)
    back = again(back)
    assert (back.state, back.goes_first) == (BookingState.BOOKED, False)
    assert again(second).state == BookingState.WAITING


def test_undoing_again_or_without_a_cancel_changes_nothing(surgery):
    booking = book(first_slot(surgery))
    before = everything()
    assert undo_cancel(booking, now=NOW) == booking
    assert everything() == before
    cancel_booking(booking, now=NOW)
    undo_cancel(booking, now=NOW)
    before = everything()
    undo_cancel(booking, now=NOW)
    assert everything() == before


def test_a_party_comes_back_as_it_went(with_party):
    amina, basil, zoe = party_of(with_party)
    cancel_booking(basil, now=NOW)
    cancel_booking(amina, which={amina.pk, zoe.pk}, now=NOW + MINUTE)
    assert undo_cancel(zoe, now=NOW + 2 * MINUTE) == zoe
    assert states_of(with_party) == ["booked", "cancelled", "booked"]


def test_a_party_whose_places_are_partly_gone_waits_whole(with_party):
    surgery = with_party.surgery
    waiting = wait(surgery, name="Stan")
    cancel_booking(with_party, which=[one.pk for one in party_of(with_party)], now=NOW)
    assert again(waiting).state == BookingState.BOOKED
    undo_cancel(with_party, now=NOW)
    assert states_of(with_party) == ["waiting", "waiting", "waiting"]
    assert number_in_queue(again(with_party), NOW) == 1


def test_whoever_left_the_waiting_list_waits_again_where_she_stood():
    surgery = create_evening(places=(1,))
    factories.create_booking(surgery=surgery)
    first, _second = wait(surgery), wait(surgery, name="Basil", now=NOW + MINUTE)
    cancel_booking(first, now=NOW + 2 * MINUTE)
    back = undo_cancel(first, now=NOW + 3 * MINUTE)
    assert (back.state, back.waiting_since) == (BookingState.WAITING, NOW)
    assert number_in_queue(back, NOW) == 1


def test_her_place_is_hers_again_even_when_its_time_has_just_passed(surgery):
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=surgery.starts_at - MINUTE)
    back = undo_cancel(booking, now=surgery.starts_at + MINUTE)
    assert back.state == BookingState.BOOKED


def test_so_late_that_nobody_waits_she_is_promised_no_turn():
    surgery = create_evening(places=(1,))
    moment = surgery.starts_at - HOUR
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=moment)
    book(first_slot(surgery), name="Basil", now=moment)
    back = undo_cancel(booking, now=moment)
    assert back.state == BookingState.WAITING
    assert MessageKind.WAITING not in [kind for kind, _state in messages_of(back)]


def test_nothing_is_undone_when_the_evening_is_off(surgery):
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=NOW)
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    refused(undo_cancel, booking, now=NOW)


# Next time instead ---------------------------------------------------------------------


@pytest.fixture
def december(surgery):
    return create_evening(series=surgery.series, on=MONTH_LATER)


def test_next_time_takes_a_place_there_and_frees_the_one_here(surgery, december):
    booking = book(first_slot(surgery))
    moved = next_time_instead(booking, on=MONTH_LATER, now=NOW)
    assert (moved.surgery, moved.slot, moved.state) == (
        december,
        first_slot(december),
        BookingState.BOOKED,
    )
    assert (moved.moved_from, moved.booked_at) == (booking, NOW)
    left = again(booking)
    assert (left.state, left.place, left.cancelled_late) == (BookingState.CANCELLED, None, False)
    assert (free(surgery), free(december)) == (3, 2)


def test_next_time_is_told_in_one_message(surgery, december):
    booking = book(first_slot(surgery))
    moved = next_time_instead(booking, on=MONTH_LATER, now=NOW)
    assert messages_of(moved) == [(MessageKind.NEXT_TIME, MessageState.QUEUED)]
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.CANCELLED)]


def test_next_time_keeps_who_sent_her_and_what_she_said(surgery, december):
    choir = factories.create_network(series=surgery.series, name="Ladywood Choir")
    link = factories.create_link(network=choir, code="abcd2345")
    booking = book(first_slot(surgery), said="Ladywood Choir", code="abcd2345", level=2)
    booking = again(booking)
    moved = again(next_time_instead(booking, on=MONTH_LATER, now=NOW))
    for name in (
        *("attendee", "goal", "level", "said", "said_network", "followed_link"),
        *("followed_network", "credited_network", "credited_connector", "brings_supporter"),
    ):
        assert getattr(moved, name) == getattr(booking, name), name
    assert (moved.credited_network, moved.followed_link) == (choir, link)


def test_next_time_takes_the_whole_party(surgery, december):
    booking = book(first_slot(surgery), others=["Basil"], supporter=True)
    moved = next_time_instead(party_of(booking)[1], on=MONTH_LATER, now=NOW)
    assert moved.attendee.name == "Basil"
    party = party_of(moved)
    assert [one.attendee.name for one in party] == ["Amina O’Neill", "Basil"]
    assert {(one.slot, one.party) for one in party} == {(first_slot(december), party[0].pk)}
    assert [one.brings_supporter for one in party] == [True, False]
    assert [one.moved_from for one in party] == party_of(booking)


def test_next_time_twice_is_once(surgery, december):
    booking = book(first_slot(surgery))
    moved = next_time_instead(booking, on=MONTH_LATER, now=NOW)
    before = everything()
    assert next_time_instead(booking, on=MONTH_LATER, now=NOW) == moved
    assert everything() == before


def test_next_time_with_no_room_for_all_is_refused_and_nobody_moves(surgery, december):
    booking = book(first_slot(surgery), others=["Basil"])
    factories.create_booking(slot=first_slot(december))
    refusal = refused(next_time_instead, booking, on=MONTH_LATER, now=NOW)
    assert refusal.sentence == "There is no place left on Wednesday 9 December for all of you."
    alone = book(last_slot(surgery))
    for _place in range(2):
        factories.create_booking(surgery=december)
    refusal = refused(next_time_instead, alone, on=MONTH_LATER, now=NOW)
    assert refusal.sentence == "The last place on Wednesday 9 December has just been taken."


@pytest.mark.parametrize("state", [SurgeryState.DRAFT, SurgeryState.CANCELLED])
def test_next_time_is_never_an_evening_that_does_not_take_place(surgery, state):
    create_evening(series=surgery.series, on=MONTH_LATER, state=state)
    booking = book(first_slot(surgery))
    sentence = refused(next_time_instead, booking, on=MONTH_LATER, now=NOW).sentence
    assert sentence == "That evening is not to be had. Choose another one."


def test_next_time_is_an_evening_of_her_own_series(surgery):
    create_evening(on=MONTH_LATER)
    refused(next_time_instead, book(first_slot(surgery)), on=MONTH_LATER, now=NOW)
    refused(next_time_instead, book(last_slot(surgery)), on=WEDNESDAY, now=NOW)


def test_the_place_left_for_next_time_goes_to_whoever_waits(december):
    surgery = create_evening(series=december.series, on=WEEK_LATER, places=(1,))
    booking, waiting = book(first_slot(surgery)), wait(surgery, name="Basil")
    next_time_instead(booking, on=MONTH_LATER, now=NOW)
    assert again(waiting).state == BookingState.BOOKED


def test_whoever_waits_may_come_next_time_instead(december):
    surgery = create_evening(series=december.series, on=WEEK_LATER, places=(1,))
    factories.create_booking(surgery=surgery)
    moved = next_time_instead(wait(surgery), on=MONTH_LATER, now=NOW)
    assert moved.state == BookingState.BOOKED


def test_whoever_has_just_cancelled_may_still_come_next_time(surgery, december):
    booking = book(first_slot(surgery), others=["Basil"])
    cancel_booking(booking, now=NOW)
    moved = next_time_instead(booking, on=MONTH_LATER, now=NOW + HOUR)
    assert moved.attendee.name == "Amina O’Neill"
    assert (moved.party, again(booking).cancelled_at) == (None, NOW)
    assert states_of(booking) == ["cancelled", "booked"]
    assert (MessageKind.BOOKING_CANCELLED, MessageState.CANCELLED) in messages_of(booking)
    refused(undo_cancel, booking, now=NOW + MINUTE)


def test_an_evening_called_off_can_be_left_for_the_next(surgery, december):
    booking = book(first_slot(surgery), now=NOW)
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    moved = next_time_instead(booking, on=MONTH_LATER, now=surgery.starts_at - HOUR)
    assert moved.state == BookingState.BOOKED
    assert again(booking).cancelled_late is False


def test_moving_on_late_is_marked_late_and_taken(surgery, december):
    booking = book(first_slot(surgery))
    next_time_instead(booking, on=MONTH_LATER, now=surgery.starts_at - HOUR)
    assert again(booking).cancelled_late is True


def test_nobody_moves_on_from_an_evening_that_is_over(surgery, december):
    booking = book(first_slot(surgery))
    refused(next_time_instead, booking, on=MONTH_LATER, now=surgery.ends_at)
    Booking.objects.update(outcome=Outcome.CAME)
    refused(next_time_instead, booking, on=MONTH_LATER, now=surgery.starts_at)


def test_in_the_last_two_hours_nobody_is_moved_to_an_evening(december):
    december.state = SurgeryState.CANCELLED
    december.save()
    soon = create_evening(series=december.series, on=WEEK_LATER, places=(1,))
    booking = factories.create_booking(surgery=december, state=BookingState.DISPLACED)
    moment = soon.starts_at - 2 * HOUR
    refused(next_time_instead, booking, on=soon.on, now=moment)
    assert next_time_instead(booking, on=soon.on, now=moment - MINUTE).surgery == soon


def test_she_can_go_back_to_the_evening_she_left(surgery, december):
    booking = book(first_slot(surgery))
    moved = next_time_instead(booking, on=MONTH_LATER, now=NOW)
    back = next_time_instead(moved, on=WEDNESDAY, now=NOW)
    assert (back.slot, back.moved_from, free(december)) == (first_slot(surgery), moved, 3)


def offer(booking, now=NOW):
    return next_time_for(party_of(booking), now)


def test_the_offer_is_the_nearest_time_of_the_next_evening_with_room_for_all(surgery):
    booking = book(first_slot(surgery), others=["Basil"])
    Booking.objects.update(slot=last_slot(surgery))
    assert offer(booking) is None
    create_evening(series=surgery.series, on=MONTH_LATER, places=(1, 1))
    assert offer(booking) is None
    january = datetime.date(2027, 1, 13)
    later = create_evening(series=surgery.series, on=january, places=(2, 2))
    create_evening(series=surgery.series, on=datetime.date(2027, 2, 10), places=(2, 2))
    create_evening(on=MONTH_LATER, places=(2, 2))
    assert offer(booking) == last_slot(later)
    assert next_time_instead(booking, on=january, now=NOW).slot == last_slot(later)


def test_the_offer_is_never_an_earlier_a_cancelled_or_an_imminent_evening(surgery, december):
    booking = book(first_slot(december), now=at(december.on, 9))
    assert offer(booking) is None
    booking = book(first_slot(surgery))
    assert offer(booking, december.starts_at - 2 * HOUR) is None
    assert offer(booking, december.starts_at - 3 * HOUR) == first_slot(december)
    Surgery.objects.filter(pk=december.pk).update(state=SurgeryState.CANCELLED)
    assert offer(booking) is None


@pytest.mark.parametrize("evenings", [1, 3])
def test_the_offer_is_one_statement(surgery, evenings, django_assert_num_queries):
    for number in range(evenings):
        day = MONTH_LATER + datetime.timedelta(days=number)
        create_evening(series=surgery.series, on=day, places=(0, 0))
    booking = book(first_slot(surgery))
    with django_assert_num_queries(1):
        next_time_for([booking], NOW)
