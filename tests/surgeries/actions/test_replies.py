"""Texts that people write to us: what is clear is done, the rest is for a person to read."""

import datetime
import threading

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from surgeries.actions.privacy import erase_what_is_due
from surgeries.actions.replies import receive_text
from surgeries.models import Attendee, Booking, Message, Reply
from surgeries.states import BookingState, MessageKind, Outcome, ReplyMeaning, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

WINSTON, STAN = "+447400123457", "+447400999999"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def series(settings):
    settings.TEXTS_BY = "http"
    return factories.create_series(sends_texts=True)


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(3, 3), places_wanted=6)


@pytest.fixture
def winston(series):
    return factories.create_attendee(series=series, name="Winston Clarke", contact=WINSTON)


@pytest.fixture
def booking(surgery, winston):
    return factories.create_booking(surgery=surgery, attendee=winston)


def wrote(text, *, number=WINSTON, ref="in-1", now=NOW):
    return receive_text(number, text, provider_ref=ref, now=now)


def owed():
    return list(Message.objects.values_list("kind", "channel", "state"))


# Can't come ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["can't come", "Can’t come, sorry", "NO", "cancel", "cannot"])
def test_a_text_cancels_the_one_booking_it_can_mean_and_she_is_thanked(text, booking, winston):
    reply = wrote(text)

    booking.refresh_from_db()
    assert (booking.state, booking.cancelled_at) == (BookingState.CANCELLED, NOW)
    assert owed() == [(MessageKind.BOOKING_CANCELLED, "text", "queued")]
    assert reply.meaning == ReplyMeaning.CANNOT
    assert (reply.series, reply.attendee, reply.booking) == (
        winston.series,
        winston,
        booking,
    )
    assert reply.text == text


def test_a_place_that_a_text_frees_goes_to_who_waits(surgery, booking):
    for _chair in range(5):
        factories.create_booking(surgery=surgery)
    waits = factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    waits.accepts.set(surgery.slots.all())

    wrote("can't come")

    waits.refresh_from_db()
    assert waits.state == BookingState.BOOKED


def test_on_the_last_day_it_is_taken_and_marked_late(booking):
    wrote("can't come", now=booking.surgery.starts_at - datetime.timedelta(hours=2))

    booking.refresh_from_db()
    assert (booking.state, booking.cancelled_late) == (BookingState.CANCELLED, True)


def test_who_waits_leaves_the_waiting_list_by_text(surgery, winston):
    waits = factories.create_booking(surgery=surgery, attendee=winston, state=BookingState.WAITING)

    assert wrote("no").meaning == ReplyMeaning.CANNOT

    waits.refresh_from_db()
    assert waits.state == BookingState.CANCELLED


def another_evening(series, winston, **fields):
    surgery = factories.create_surgery(series=series, on=WEDNESDAY + 14 * DAY)
    return factories.create_booking(surgery=surgery, attendee=winston, **fields)


def test_an_evening_that_is_over_or_off_is_not_meant(series, winston, booking):
    past = factories.create_surgery(series=series, on=WEDNESDAY - 14 * DAY)
    factories.create_booking(surgery=past, attendee=winston)
    off = another_evening(series, winston)
    off.surgery.state = SurgeryState.CANCELLED
    off.surgery.save()
    another_evening(series, winston, state=BookingState.CANCELLED)

    assert wrote("can't come").booking == booking


def _with_another_booking(series, surgery, winston, booking):
    another_evening(series, winston)


def _in_another_series(series, surgery, winston, booking):
    other = factories.create_series(name="Dudley")
    same = factories.create_attendee(series=other, name="Winston", contact=WINSTON)
    factories.create_booking(
        surgery=factories.create_surgery(series=other, on=WEDNESDAY + DAY), attendee=same
    )


def _somebody_else_with_his_phone(series, surgery, winston, booking):
    gloria = factories.create_attendee(series=series, name="Gloria Clarke", contact=WINSTON)
    factories.create_booking(surgery=surgery, attendee=gloria)


def _as_a_party(series, surgery, winston, booking):
    booking.party, booking.party_number = booking.pk, 1
    booking.save()
    gloria = factories.create_attendee(series=series, name="Gloria", contact=None)
    factories.create_booking(surgery=surgery, attendee=gloria, party=booking.pk, party_number=2)


def _who_has_come(series, surgery, winston, booking):
    booking.outcome = Outcome.CAME
    booking.save()


@pytest.mark.parametrize(
    "who",
    [
        _with_another_booking,
        _in_another_series,
        _somebody_else_with_his_phone,
        _as_a_party,
        _who_has_come,
    ],
)
def test_where_it_is_not_clear_whom_it_means_the_organiser_reads_it(
    who, series, surgery, winston, booking
):
    who(series, surgery, winston, booking)
    before = list(Booking.objects.order_by("pk").values())

    reply = wrote("can't come", now=NOW)

    assert list(Booking.objects.order_by("pk").values()) == before
    assert (reply.meaning, reply.text) == (ReplyMeaning.UNCLEAR, "can't come")
    assert list(Reply.objects.unread()) == [reply]
    assert owed() == []


def test_of_a_party_whose_others_have_cancelled_one_is_left(series, surgery, winston, booking):
    _as_a_party(series, surgery, winston, booking)
    other = Booking.objects.get(party_number=2)
    other.state, other.place = BookingState.CANCELLED, None
    other.save()

    assert wrote("can't come").booking == booking


def test_another_day_than_that_of_the_booking_is_for_a_person(booking):
    assert wrote("can't come tomorrow").meaning == ReplyMeaning.UNCLEAR
    assert wrote("can't come on Thursday", ref="in-2").meaning == ReplyMeaning.UNCLEAR
    assert wrote("can't come on Wednesday", ref="in-3").meaning == ReplyMeaning.CANNOT


def test_with_nothing_booked_the_organiser_reads_it(winston):
    reply = wrote("can't come")

    assert (reply.meaning, reply.series) == (ReplyMeaning.UNCLEAR, winston.series)


# Everything else -------------------------------------------------------------------------


def test_what_is_not_understood_goes_to_the_series_she_comes_to_next(series, winston, booking):
    later = factories.create_series(name="Dudley")
    later_winston = factories.create_attendee(
        series=later, contact=WINSTON, last_active_at=NOW + DAY
    )
    factories.create_booking(
        surgery=factories.create_surgery(series=later, on=WEDNESDAY + 7 * DAY),
        attendee=later_winston,
    )

    reply = wrote("  Is there\na ramp? " + "x" * 600)

    assert (reply.series, reply.attendee) == (series, winston)
    assert reply.meaning == ReplyMeaning.UNCLEAR
    assert reply.text.startswith("Is there a ramp? xxx")
    assert len(reply.text) == 500
    assert list(Reply.objects.unread()) == [reply]


def test_with_nothing_to_come_it_goes_where_she_was_last(series, winston):
    other = factories.create_series(name="Dudley")
    last = factories.create_attendee(series=other, contact=WINSTON, last_active_at=NOW + DAY)

    assert wrote("Thank you").attendee == last


def test_a_number_that_nobody_has_is_noted_without_its_words(booking):
    reply = wrote("can't come", number=STAN)

    assert (reply.text, reply.series, reply.attendee) == ("", None, None)
    assert reply.meaning == ReplyMeaning.UNCLEAR
    assert list(Reply.objects.unread()) == []


@pytest.mark.parametrize("number", ["447400123457", "07400 123457"])
def test_however_the_provider_writes_the_number_she_is_found(number, booking):
    assert wrote("no", number=number).booking == booking


# STOP and START --------------------------------------------------------------------------


def test_stop_goes_for_everybody_with_this_number_in_every_series(series, winston, booking):
    dudley = factories.create_series(name="Dudley")
    gloria = factories.create_attendee(series=dudley, name="Gloria", contact=WINSTON)
    amina = factories.create_attendee(series=series)

    reply = wrote("STOP")

    for person in (winston, gloria, amina):
        person.refresh_from_db()
    assert (winston.no_messages_from, gloria.no_messages_from) == (NOW, NOW)
    assert amina.no_messages_from is None
    assert (reply.meaning, reply.text, reply.series) == (ReplyMeaning.STOP, "", series)
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED
    soon = booking.surgery.starts_at - DAY
    assert [b for b in Booking.objects.ring_list(soon) if b.call_only] == [booking]


def test_a_second_stop_keeps_the_day_of_the_first(winston):
    wrote("STOP")
    wrote("STOP", ref="in-2", now=NOW + DAY)

    winston.refresh_from_db()
    assert winston.no_messages_from == NOW


def test_start_undoes_stop(winston):
    wrote("STOP")
    reply = wrote("START", ref="in-2")

    winston.refresh_from_db()
    assert winston.no_messages_from is None
    assert reply.meaning == ReplyMeaning.START


# Twice, and from strangers ---------------------------------------------------------------


def test_told_twice_it_is_done_once(booking):
    first = wrote("can't come")
    booking.refresh_from_db()
    again = wrote("something else", number=STAN)

    assert (again.pk, again.text) == (first.pk, "can't come")
    assert len(owed()) == 1


SNAPSHOT = (Attendee, Booking, Message)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in SNAPSHOT]


WORDS = st.sampled_from(["STOP", "START", "can't come", "no", "cancel", "STOPALL"])


@given(WORDS | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_no_text_from_a_strangers_number_changes_anything_of_anybody(text):
    """T-BIZ-08, peers.md trap 2."""
    series = factories.create_series(sends_texts=True)
    winston = factories.create_attendee(series=series, contact=WINSTON)
    factories.create_attendee(series=series, name="Stop", contact=None, no_messages_from=NOW)
    factories.create_booking(surgery=factories.create_surgery(series=series), attendee=winston)
    before = everything()

    reply = receive_text(STAN, text, provider_ref=f"in-{Reply.objects.count()}", now=NOW)

    assert everything() == before
    assert (reply.text, reply.series, reply.attendee, reply.booking) == ("", None, None, None)


@pytest.mark.parametrize("number", ["", "+", "Vodafone", "None", "amina@example.org"])
def test_a_sender_that_is_no_number_is_nobody(number, booking):
    factories.create_attendee(series=booking.surgery.series, name="None", contact=None)
    factories.create_attendee(series=booking.surgery.series)
    before = everything()

    wrote("STOP", number=number)
    wrote("can't come", number=number, ref="in-2")

    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_told_twice_at_once_it_is_done_once(booking):
    barrier, replies = threading.Barrier(2), []

    def tell():
        barrier.wait()
        replies.append(wrote("can't come").pk)
        connection.close()

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(replies) == 2
    assert len(set(replies)) == 1
    assert owed() == [(MessageKind.BOOKING_CANCELLED, "text", "queued")]


# How long we keep it ---------------------------------------------------------------------


def test_what_was_written_goes_after_three_months(winston):
    wrote("Is there a ramp?", now=NOW - relativedelta(months=3) - DAY)
    kept = wrote("Thank you", ref="in-2", now=NOW - relativedelta(months=3) + DAY)

    assert erase_what_is_due(NOW)["replies"] == 1

    assert list(Reply.objects.all()) == [kept]


def test_nothing_of_it_is_logged(booking, caplog):
    caplog.set_level("DEBUG")

    wrote("can't come, 07400 123457")
    wrote("can't come", ref="in-2")

    assert "cancelled" in caplog.text
    assert "7400123457" not in caplog.text
    assert "07400" not in caplog.text
