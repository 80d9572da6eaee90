"""The calls to make: to whom, why, and what may come of them."""

from datetime import timedelta

import pytest

from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.models import Booking, Series, Surgery
from surgeries.states import BookingState, MessageKind, MessageState, Outcome, RingOutcome
from surgeries.turnout.ringing import Why, calls_to_make, desk_of, places_to_give
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

START = at(WEDNESDAY, 17, 30)
SOON, LATE = START - timedelta(hours=48), START - timedelta(hours=2)
COMING, CANNOT, TOLD, NO_ANSWER = (
    RingOutcome.COMING,
    RingOutcome.CANNOT,
    RingOutcome.TOLD,
    RingOutcome.NO_ANSWER,
)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(5, 4), places_wanted=9)


def book(surgery, contact, **fields):
    name = fields.pop("name", f"Joyce {contact}")
    attendee = factories.create_attendee(series=surgery.series, name=name, contact=contact)
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


def wait(surgery, contact, **fields):
    booking = book(surgery, contact, state=BookingState.WAITING, **fields)
    booking.accepts.set(surgery.slots.all())
    return booking


def come_before(booking, outcome=Outcome.CAME, days=28):
    before = factories.create_surgery(
        series=booking.surgery.series, on=WEDNESDAY - timedelta(days=days), places=(9,)
    )
    factories.create_booking(surgery=before, attendee=booking.attendee, outcome=outcome)


def call_to(booking, now=SOON):
    (call,) = [c for c in calls_to_make(booking.surgery.series, now) if c.booking == booking]
    return call


@pytest.mark.parametrize(
    ("contact", "why"), [("+447400123456", Why.PHONE_ONLY), (None, Why.NO_CONTACT)]
)
def test_whom_no_message_reaches_is_asked_whether_she_comes(surgery, contact, why):
    call = call_to(book(surgery, contact))
    assert (call.why, call.asks) == ((why, Why.FIRST_TIME), True)
    assert call.outcomes == (COMING, CANNOT, NO_ANSWER)


def test_who_asked_to_be_rung_is_rung_for_that(surgery):
    booking = book(surgery, "joyce@example.org")
    come_before(booking)
    booking.attendee.no_messages_from = NOW
    booking.attendee.save()
    assert call_to(booking).why == (Why.ASKED,)


def test_who_missed_one_is_asked_kindly_by_the_month(surgery):
    booking = book(surgery, "joyce@example.org")
    come_before(booking, days=30)
    come_before(booking, Outcome.DID_NOT_COME, days=28)
    call = call_to(booking)
    assert (call.why, call.booking.missed_on) == ((Why.MISSED,), WEDNESDAY - timedelta(days=28))


def test_a_message_that_did_not_get_through_is_named(surgery):
    booking = book(surgery, "joyce@example.org")
    factories.create_message(booking=booking, state=MessageState.FAILED)
    factories.create_message(booking=booking, kind=MessageKind.DISPLACED, state=MessageState.REVIEW)
    call = call_to(booking, NOW)
    assert (call.why, call.lost) == ((Why.UNREACHED,), "No chair after all")
    assert call.outcomes == (COMING, CANNOT, TOLD, NO_ANSWER)
    assert call.write_in_vain


def test_somebody_with_a_number_is_rung_although_a_text_did_not_arrive(surgery, settings):
    settings.TEXTS_BY = "http"
    Series.objects.filter(pk=surgery.series_id).update(sends_texts=True)
    booking = book(surgery, "+447400123456")
    factories.create_message(booking=booking, state=MessageState.FAILED, channel="text")
    call = call_to(booking, NOW)
    assert (call.why, call.write_in_vain) == ((Why.UNREACHED,), False)
    assert call.outcomes == (COMING, CANNOT, NO_ANSWER)


def test_of_an_evening_that_is_off_there_is_only_telling(surgery, olu):
    booking = book(surgery, "+447400123456")
    cancel_surgery(surgery, by=olu, now=NOW)
    call = call_to(booking, NOW)
    assert call.why == (Why.CANCELLED, Why.PHONE_ONLY)
    assert (call.outcomes, call.some_may_cancel) == ((TOLD, NO_ANSWER), ())


def test_of_an_evening_that_moved_she_is_told_and_asked(surgery, olu):
    booking = book(surgery, "+447400123456")
    waits = wait(surgery, "+447400123457")
    surgery.places.filter(booking=None).delete()
    Surgery.objects.update(places_wanted=1)
    move_surgery(
        surgery,
        place="Library",
        on=surgery.on,
        starts=surgery.starts_local.time(),
        ends=None,
        places_wanted=1,
        by=olu,
        now=NOW,
    )
    assert call_to(booking, NOW).why == (Why.MOVED, Why.PHONE_ONLY)
    assert call_to(booking, NOW).outcomes == (COMING, CANNOT, TOLD, NO_ANSWER)
    assert call_to(waits, NOW).why == (Why.MOVED, Why.PHONE_ONLY)
    assert call_to(waits, NOW).outcomes == (CANNOT, TOLD, NO_ANSWER)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": BookingState.DISPLACED}, Why.DISPLACED),
        ({"waiting_since": NOW}, Why.HAS_A_PLACE),
        ({}, Why.NEW_TIME),
    ],
)
def test_each_news_is_said_for_what_it_is(surgery, fields, why):
    booking = book(surgery, "+447400123456", untold_from=NOW, **fields)
    call = call_to(booking, NOW)
    assert call.why[0] == why
    assert call.outcomes == (COMING, CANNOT, TOLD, NO_ANSWER)


def test_after_she_was_told_only_the_question_is_left(surgery):
    booking = book(
        surgery, "+447400123456", untold_from=NOW, rung_at=NOW, ring_outcome=RingOutcome.TOLD
    )
    call = call_to(booking)
    assert call.why == (Why.PHONE_ONLY, Why.FIRST_TIME)
    assert call.outcomes == (COMING, CANNOT, NO_ANSWER)


def test_no_answer_says_when_by_the_clock_of_the_series(surgery):
    rung_at = at(WEDNESDAY - timedelta(days=1), 17)
    booking = book(
        surgery, "+447400123456", untold_from=NOW, rung_at=rung_at, ring_outcome=NO_ANSWER
    )
    call = call_to(booking)
    assert (call.no_answer_at, call.no_answer_at.hour) == (rung_at, 17)
    assert call.why[0] == Why.NEW_TIME
    assert call_to(book(surgery, "+447400123457")).no_answer_at is None


def test_who_comes_with_her_is_named_and_may_cancel_alone(surgery):
    lead = book(surgery, "+447400123456")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    other = book(surgery, "+447400123457", party=lead.pk, party_number=2)
    book(surgery, "+447400123458", party=lead.pk, party_number=3, state=BookingState.CANCELLED)
    (call,) = calls_to_make(surgery.series, SOON)
    assert (call.booking, call.others) == (lead, (other,))
    assert call.some_may_cancel


def test_other_series_are_not_rung_here(surgery):
    book(factories.create_surgery(series=factories.create_series()), "+447400123456")
    assert calls_to_make(surgery.series, SOON) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_calls_cost_the_same_however_many(surgery, rows, django_assert_num_queries):
    for number in range(rows):
        lead = book(surgery, f"+4474001234{number:02}")
        Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
        book(surgery, f"+4474001235{number:02}", party=lead.pk, party_number=2)
    with django_assert_num_queries(2):
        assert len(calls_to_make(surgery.series, SOON)) == rows


# The last two hours ----------------------------------------------------------------------


def keep(surgery, places):
    surgery.places.filter(number__gt=places).delete()


def names(evenings):
    return [call.booking.attendee.name for evening in evenings for call in evening.calls]


def test_in_the_last_two_hours_who_waits_is_rung_in_turn(surgery, series):
    """R32, R33: who was promised first, first-timers next, then by time."""
    came = wait(surgery, "came@example.org", name="Came", waiting_since=NOW - timedelta(days=3))
    come_before(came)
    wait(surgery, "second@example.org", name="Second", waiting_since=NOW)
    wait(surgery, "first@example.org", name="First", waiting_since=NOW - timedelta(days=1))
    book(surgery, "zoe@example.org", name="Displaced", state=BookingState.DISPLACED)
    assert places_to_give(series, LATE - timedelta(seconds=1)) == []
    evenings = places_to_give(series, LATE)
    assert names(evenings) == ["Displaced", "First", "Second", "Came"]
    (evening,) = evenings
    assert (evening.surgery, evening.places) == (surgery, 9)
    call = evening.calls[1]
    assert call.outcomes == (RingOutcome.GIVEN, CANNOT, NO_ANSWER)
    assert (call.why, call.asks) == ((Why.PLACE_IS_FREE, Why.FIRST_TIME), False)
    assert evening.calls[3].why == (Why.PLACE_IS_FREE,)


def test_who_did_not_answer_comes_last(surgery, series):
    wait(surgery, "first@example.org", name="First", ring_outcome=NO_ANSWER, rung_at=LATE)
    wait(surgery, "second@example.org", name="Second", waiting_since=NOW + timedelta(hours=1))
    assert names(places_to_give(series, LATE)) == ["Second", "First"]


def test_a_party_that_fits_nowhere_is_not_rung(surgery, series):
    keep(surgery, 1)
    lead = wait(surgery, "lead@example.org", name="Lead")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    wait(surgery, "basil@example.org", party=lead.pk, party_number=2)
    wait(surgery, "alone@example.org", name="Alone", waiting_since=NOW + timedelta(hours=1))
    assert names(places_to_give(series, LATE)) == ["Alone"]


def test_a_time_that_has_passed_is_not_given(surgery, series):
    wait(surgery, "carol@example.org")
    first, second = surgery.slots.order_by("starts_at")
    (evening,) = places_to_give(series, first.starts_at)
    assert evening.places == 4
    assert places_to_give(series, second.starts_at) == []


def test_without_a_free_place_or_anybody_who_waits_there_is_nothing_to_give(surgery, series):
    assert places_to_give(series, LATE) == []
    wait(surgery, "carol@example.org")
    keep(surgery, 0)
    assert places_to_give(series, LATE) == []


def test_who_is_rung_about_a_place_stands_only_there(surgery, series):
    carol = wait(surgery, "+447400123456")
    giving, calls = desk_of(series, LATE)
    assert [call.booking for call in giving[0].calls] == [carol]
    assert calls == []
    keep(surgery, 0)
    giving, calls = desk_of(series, LATE)
    assert giving == []
    assert [(call.booking, call.why[0]) for call in calls] == [(carol, Why.COME_ALONG)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_places_to_give_cost_the_same_however_many_wait(
    surgery, series, rows, django_assert_num_queries
):
    for number in range(rows):
        wait(surgery, f"{number}@example.org")
    with django_assert_num_queries(4):
        assert len(places_to_give(series, LATE)[0].calls) == rows
