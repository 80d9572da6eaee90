import uuid
from datetime import timedelta

import pytest

from surgeries.actions.answers import say_coming
from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.changes import displace_booking
from surgeries.actions.outbox import owe
from surgeries.actions.people import mark_read, put_right, record_rung, take_back_rung
from surgeries.actions.schedule import cancel_surgery
from surgeries.models import Attendee, Booking, Message, Place, Reply
from surgeries.refusals import Refused
from surgeries.states import (
    BookingState,
    MessageKind,
    MessageState,
    Outcome,
    Receipt,
    ReplyMeaning,
    RingOutcome,
)
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(9,))


def book(surgery, contact, **fields):
    attendee = factories.create_attendee(
        series=surgery.series, name=f"Joyce {contact}", contact=contact
    )
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


SOON = at(WEDNESDAY, 17, 30) - timedelta(hours=48)


def fresh(booking):
    return Booking.objects.select_related("attendee", "surgery").get(pk=booking.pk)


def owed(booking):
    """(kind, state) of what was owed to her, oldest first."""
    rows = Message.objects.filter(booking=booking).order_by("owed_at", "key")
    return list(rows.values_list("kind", "state"))


def ring_list(now=SOON):
    return list(Booking.objects.ring_list(now))


def come_before(booking, outcome=Outcome.CAME):
    day = WEDNESDAY - timedelta(days=28 + Booking.objects.count())
    before = factories.create_surgery(series=booking.surgery.series, on=day, places=(9,))
    factories.create_booking(surgery=before, attendee=booking.attendee, outcome=outcome)


def test_people_whom_no_message_reaches_are_rung_in_the_last_48_hours(surgery):
    """R26."""
    phone, nothing, email = (book(surgery, c) for c in ("+447400123456", None, "joyce@example.org"))
    come_before(email)
    assert ring_list(SOON - timedelta(minutes=1)) == []
    assert set(ring_list()) == {phone, nothing}


def test_first_timers_and_who_missed_one_are_rung_unless_they_answered(surgery):
    """R26, R37: a miss raises care and blocks nothing."""
    first, regular, missed = (book(surgery, f"{n}@example.org") for n in range(3))
    come_before(regular)
    come_before(missed)
    come_before(missed, Outcome.DID_NOT_COME)
    assert set(ring_list()) == {first, missed}
    Booking.objects.filter(pk=first.pk).update(confirmed_at=NOW)
    assert ring_list() == [missed]


def test_somebody_who_asked_to_be_rung_is_rung(surgery):
    booking = book(surgery, "joyce@example.org")
    come_before(booking)
    assert ring_list() == []
    Attendee.objects.filter(pk=booking.attendee_id).update(no_messages_from=NOW)
    assert ring_list() == [booking]


def test_a_party_is_rung_once(surgery):
    lead = book(surgery, "joyce@example.org")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    other = book(surgery, "basil@example.org", party=lead.pk, party_number=2)
    assert ring_list() == [lead]
    lead.state, lead.place = BookingState.CANCELLED, None
    lead.save()
    assert ring_list() == [other]


def test_people_whose_message_did_not_arrive_are_rung(surgery):
    failed, doubt, sent = (book(surgery, f"{n}@example.org") for n in range(3))
    factories.create_message(booking=failed, state=MessageState.FAILED)
    factories.create_message(booking=doubt, state=MessageState.REVIEW)
    factories.create_message(booking=sent, state=MessageState.SENT, sent_at=NOW)
    assert set(ring_list(NOW)) == {failed, doubt}


def test_somebody_whose_mail_came_back_is_rung(surgery):
    bounced = book(surgery, "joyce@example.org")
    factories.create_message(
        booking=bounced, state=MessageState.SENT, sent_at=NOW, receipt=Receipt.UNDELIVERED
    )
    assert ring_list(NOW) == [bounced]


def test_a_later_message_that_got_through_settles_an_earlier_one_that_did_not(surgery):
    booking = book(surgery, "joyce@example.org")
    factories.create_message(booking=booking, state=MessageState.FAILED, owed_at=NOW)
    assert ring_list(NOW) == [booking]
    later = factories.create_message(booking=booking, owed_at=NOW + timedelta(minutes=1))
    assert ring_list(NOW) == [booking]
    Message.objects.filter(pk=later.pk).update(state=MessageState.SENT, sent_at=NOW)
    assert ring_list(NOW) == []
    Message.objects.filter(pk=later.pk).update(receipt=Receipt.UNDELIVERED)
    assert ring_list(NOW) == [booking]


def test_a_message_past_its_use_wants_nobody(surgery):
    booking = book(surgery, "joyce@example.org")
    message = factories.create_message(
        booking=booking, state=MessageState.FAILED, expires_at=NOW + timedelta(hours=1)
    )
    assert list(Message.objects.unsettled(NOW)) == [message]
    assert list(Message.objects.unsettled(message.expires_at)) == []
    assert ring_list(message.expires_at) == []


def test_a_reminder_that_failed_wants_nobody_once_she_has_answered(surgery):
    booking = book(surgery, "joyce@example.org")
    for kind in (MessageKind.REMINDER_LAST, MessageKind.CONFIRMATION):
        factories.create_message(booking=booking, kind=kind, state=MessageState.FAILED)
    Booking.objects.filter(pk=booking.pk).update(confirmed_at=NOW)
    kinds = Message.objects.unsettled(NOW).values_list("kind", flat=True)
    assert list(kinds) == [MessageKind.CONFIRMATION]


def test_nobody_is_rung_about_what_has_begun_or_was_called_off(surgery):
    book(surgery, "+447400123456", state=BookingState.CANCELLED)
    book(surgery, "+447400123457")
    assert len(ring_list()) == 1
    assert ring_list(surgery.starts_at) == []


# What came of a call ---------------------------------------------------------------------


def test_is_coming_is_i_will_be_there_for_the_whole_party(surgery, olu):
    lead = book(surgery, "+447400123456")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    other = book(surgery, "+447400123457", party=lead.pk, party_number=2)
    assert ring_list() == [lead]
    record_rung(fresh(lead), outcome=RingOutcome.COMING, by=olu, now=SOON)
    assert (fresh(lead).confirmed_at, fresh(other).confirmed_at) == (SOON, SOON)
    assert (fresh(lead).rung_at, fresh(lead).ring_outcome) == (SOON, RingOutcome.COMING)
    assert ring_list() == []
    assert list(Booking.objects.rung_since(SOON)) == [lead]
    take_back_rung(fresh(lead), by=olu, now=SOON)
    assert (fresh(lead).confirmed_at, fresh(other).confirmed_at) == (None, None)
    assert ring_list() == [lead]
    assert list(Booking.objects.rung_since(SOON)) == []
    assert Message.objects.count() == 0


def test_taking_back_a_call_keeps_the_answer_she_gave_before_it(surgery, olu):
    booking = book(surgery, "joyce@example.org")
    say_coming(booking, now=NOW)
    record_rung(fresh(booking), outcome=RingOutcome.COMING, by=olu, now=SOON)
    take_back_rung(fresh(booking), by=olu, now=SOON)
    assert fresh(booking).confirmed_at == NOW


def test_cannot_come_frees_the_place_for_who_waits_and_tells_both(surgery, olu):
    surgery = factories.create_surgery(
        series=surgery.series, on=WEDNESDAY + timedelta(days=7), places=(1,), places_wanted=1
    )
    joyce = book(surgery, "joyce@example.org")
    carol = book(surgery, "carol@example.org", state=BookingState.WAITING)
    carol.accepts.set(surgery.slots.all())
    record_rung(fresh(joyce), outcome=RingOutcome.CANNOT, by=olu, now=NOW)
    assert fresh(joyce).state == BookingState.CANCELLED
    assert fresh(carol).state == BookingState.BOOKED
    assert owed(joyce) == [(MessageKind.BOOKING_CANCELLED, MessageState.QUEUED)]
    assert owed(carol) == [(MessageKind.PLACE_FOUND, MessageState.QUEUED)]


def test_cannot_come_is_undone_for_30_minutes(surgery, olu):
    booking = book(surgery, "+447400123456")
    for late in (timedelta(minutes=29), timedelta(minutes=30)):
        record_rung(fresh(booking), outcome=RingOutcome.CANNOT, by=olu, now=SOON)
        assert fresh(booking).place is None
        if late < timedelta(minutes=30):
            take_back_rung(fresh(booking), by=olu, now=SOON + late)
            assert (fresh(booking).state, fresh(booking).rung_at) == (BookingState.BOOKED, None)
    with pytest.raises(Refused):
        take_back_rung(fresh(booking), by=olu, now=SOON + timedelta(minutes=30))
    assert fresh(booking).state == BookingState.CANCELLED
    assert fresh(booking).ring_outcome == RingOutcome.CANNOT


def test_of_a_party_only_those_named_cannot_come(surgery, olu):
    lead = book(surgery, "+447400123456")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    other = book(surgery, "+447400123457", party=lead.pk, party_number=2)
    record_rung(fresh(lead), outcome=RingOutcome.CANNOT, which=(other.pk,), by=olu, now=SOON)
    assert (fresh(lead).state, fresh(other).state) == ("booked", "cancelled")
    take_back_rung(fresh(lead), by=olu, now=SOON)
    assert fresh(other).state == BookingState.BOOKED
    record_rung(fresh(lead), outcome=RingOutcome.CANNOT, by=olu, now=SOON)
    assert (fresh(lead).state, fresh(other).state) == ("cancelled", "cancelled")


def test_after_no_answer_she_stays_on_the_list_behind_the_others(surgery, olu):
    first, second = book(surgery, "+447400123451"), book(surgery, "+447400123452")
    assert ring_list() == [first, second]
    record_rung(fresh(first), outcome=RingOutcome.NO_ANSWER, by=olu, now=SOON)
    assert ring_list() == [second, first]
    assert list(Booking.objects.rung_since(SOON)) == []
    take_back_rung(fresh(first), by=olu, now=SOON)
    assert ring_list() == [first, second]


def test_of_those_who_did_not_answer_whoever_was_rung_longest_ago_comes_first(surgery, olu):
    first, second = book(surgery, "+447400123451"), book(surgery, "+447400123452")
    for minutes, booking in enumerate((second, first)):
        now = SOON + timedelta(minutes=minutes)
        record_rung(fresh(booking), outcome=RingOutcome.NO_ANSWER, by=olu, now=now)
    assert ring_list() == [second, first]


def test_has_been_told_settles_the_news_but_not_the_question_whether_she_comes(surgery, olu):
    booking = book(surgery, "+447400123456", untold_from=NOW)
    assert ring_list(NOW) == [booking]
    record_rung(fresh(booking), outcome=RingOutcome.TOLD, by=olu, now=NOW)
    assert ring_list(NOW) == []
    assert ring_list(SOON) == [booking]
    record_rung(fresh(booking), outcome=RingOutcome.TOLD, by=olu, now=SOON)
    assert ring_list(SOON) == []


def test_a_call_settles_a_message_that_did_not_arrive(surgery, olu):
    booking = book(surgery, "joyce@example.org")
    message = factories.create_message(booking=booking, state=MessageState.FAILED, owed_at=NOW)
    record_rung(fresh(booking), outcome=RingOutcome.NO_ANSWER, by=olu, now=NOW)
    assert list(Message.objects.unsettled(NOW)) == [message]
    record_rung(fresh(booking), outcome=RingOutcome.TOLD, by=olu, now=NOW)
    assert list(Message.objects.unsettled(NOW)) == []
    assert ring_list(NOW) == []


def test_she_is_rung_again_when_the_surgery_is_cancelled_afterwards(surgery, olu):
    booking = book(surgery, "+447400123456")
    record_rung(fresh(booking), outcome=RingOutcome.COMING, by=olu, now=SOON)
    cancel_surgery(surgery, by=olu, now=SOON + timedelta(hours=1))
    assert ring_list() == [booking]
    told_at = SOON + timedelta(hours=2)
    record_rung(fresh(booking), outcome=RingOutcome.TOLD, by=olu, now=told_at)
    assert ring_list() == []


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ({"state": "cancelled"}, "That evening is cancelled. When you have told them, say so."),
        ({"ends_at": SOON}, "That evening is over."),
    ],
)
@pytest.mark.parametrize("outcome", ["coming", "cannot", "given"])
def test_what_nobody_expects_is_refused_in_words_for_the_team(
    surgery, olu, outcome, spoil, sentence
):
    booking = book(surgery, "+447400123456")
    spoil = spoil | ({"starts_at": SOON - timedelta(hours=1)} if "ends_at" in spoil else {})
    type(surgery).objects.filter(pk=surgery.pk).update(**spoil)
    with pytest.raises(Refused) as refused:
        record_rung(fresh(booking), outcome=outcome, by=olu, now=SOON)
    assert refused.value.sentence == sentence
    assert (fresh(booking).state, fresh(booking).rung_at) == (BookingState.BOOKED, None)


def test_who_cancelled_or_came_meanwhile_is_not_answered_for(surgery, olu):
    gone = book(surgery, "+447400123456", state=BookingState.CANCELLED)
    came = book(surgery, "+447400123457", outcome=Outcome.CAME)
    for booking, words in ((gone, "is cancelled by now"), (came, "on the register already")):
        with pytest.raises(Refused, match=words):
            record_rung(fresh(booking), outcome=RingOutcome.COMING, by=olu, now=SOON)
        assert fresh(booking).rung_at is None


# News that no message could tell ---------------------------------------------------------


def test_whoever_gets_a_place_and_has_only_a_phone_is_rung_at_once(surgery, olu):
    surgery = factories.create_surgery(
        series=surgery.series, on=WEDNESDAY + timedelta(days=7), places=(1,), places_wanted=1
    )
    joyce = book(surgery, "joyce@example.org")
    waits = {"accepts": list(surgery.slots.all()), "goal": "news", "by": olu, "now": NOW}
    carol = join_waiting_list(
        surgery, name="Carol", contact="+447400123499", request_key=uuid.uuid4(), **waits
    )
    assert ring_list(NOW) == []
    record_rung(fresh(joyce), outcome=RingOutcome.CANNOT, by=olu, now=NOW)
    assert fresh(carol).state == BookingState.BOOKED
    assert ring_list(NOW) == [carol]


def test_whoever_books_by_phone_has_been_told_and_is_not_rung_before_the_day(surgery, olu):
    book_slot(
        surgery.slots.get(),
        name="Winston",
        contact="+447400123498",
        request_key=uuid.uuid4(),
        by=olu,
        now=NOW,
    )
    assert ring_list(NOW) == []


@pytest.mark.parametrize("places", [(1,), (1, 1)])
def test_whoever_has_no_chair_and_only_a_phone_is_rung_at_once(surgery, olu, places):
    """Whether she waits now or has another time."""
    surgery = factories.create_surgery(
        series=surgery.series,
        on=WEDNESDAY + timedelta(days=7),
        places=(2, *places[1:]),
        places_wanted=1,
    )
    early = surgery.slots.earliest("starts_at")
    book(surgery, "carol@example.org", slot=early)
    booking = book(surgery, "+447400123456", slot=early)
    after = displace_booking(booking, by=olu, now=NOW)
    assert after.state == ("booked" if len(places) == 2 else "displaced")
    assert ring_list(NOW) == [booking]


def test_whoever_waits_with_only_a_phone_is_rung_in_the_last_two_hours(surgery, olu):
    by_phone = book(surgery, "+447400123456", state=BookingState.WAITING)
    book(surgery, "carol@example.org", state=BookingState.WAITING)
    late = surgery.starts_at - timedelta(hours=2)
    assert ring_list(late - timedelta(seconds=1)) == []
    assert ring_list(late) == [by_phone]
    record_rung(fresh(by_phone), outcome=RingOutcome.TOLD, by=olu, now=late)
    assert ring_list(late) == []


# The last two hours ----------------------------------------------------------------------


def test_a_place_is_given_on_the_phone_and_is_a_yes(surgery, olu):
    """R32."""
    carol = book(surgery, "carol@example.org", state=BookingState.WAITING)
    late = surgery.starts_at - timedelta(hours=1)
    record_rung(fresh(carol), outcome=RingOutcome.GIVEN, by=olu, now=late)
    assert (fresh(carol).state, fresh(carol).confirmed_at) == (BookingState.BOOKED, late)
    assert owed(carol) == [(MessageKind.PLACE_FOUND, MessageState.QUEUED)]
    with pytest.raises(Refused, match="told of the place"):
        take_back_rung(fresh(carol), by=olu, now=late)
    assert fresh(carol).state == BookingState.BOOKED


def test_a_place_that_is_gone_cannot_be_given_and_no_call_is_kept(surgery, olu):
    carol = book(surgery, "carol@example.org", state=BookingState.WAITING)
    Place.objects.all().delete()
    with pytest.raises(Refused, match="There is no free place"):
        record_rung(fresh(carol), outcome=RingOutcome.GIVEN, by=olu, now=SOON)
    assert (fresh(carol).state, fresh(carol).rung_at) == (BookingState.WAITING, None)
    assert owed(carol) == []


# What they wrote -------------------------------------------------------------------------


def test_a_text_is_read_once(surgery, olu):
    reply = Reply.objects.create(
        provider_ref="a",
        series=surgery.series,
        text="Which bus?",
        meaning=ReplyMeaning.UNCLEAR,
        received_at=NOW,
    )
    mark_read(reply, by=olu, now=NOW)
    mark_read(reply, by=olu, now=SOON)
    assert Reply.objects.get().read_at == NOW
    assert list(Reply.objects.unread()) == []


# Where they are reached ------------------------------------------------------------------


def test_a_wrong_address_is_put_right_with_its_history_and_its_link_ends(surgery, olu):
    booking = book(surgery, "amnia@example.org")
    come_before(booking)
    owe(MessageKind.CONFIRMATION, booking, now=NOW)
    Message.objects.update(state=MessageState.FAILED, last_error="550 5.1.1 Nobody here")
    old_link = booking.secret
    put_right(booking.attendee, contact="amina@example.org", by=olu, now=NOW)
    booking = fresh(booking)
    assert booking.attendee.contact == "amina@example.org"
    assert booking.attendee.bookings.count() == 2
    assert not Booking.objects.by_secret(old_link).exists()
    assert Booking.objects.by_secret(booking.secret).get() == booking
    kinds = Message.objects.filter(booking=booking).values_list("kind", "state")
    assert sorted(kinds) == [("confirmation", "failed"), ("confirmation", "queued")]


def test_those_who_come_with_her_and_share_it_are_reached_there_too(surgery, olu):
    lead = book(surgery, "amnia@example.org")
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    basil = factories.create_attendee(
        series=surgery.series, name="Basil", contact="amnia@example.org"
    )
    other = factories.create_booking(surgery=surgery, attendee=basil, party=lead.pk, party_number=2)
    alone = book(surgery, "+447400123456")
    put_right(lead.attendee, contact="+447400123499", by=olu, now=NOW)
    contacts = [fresh(one).attendee.contact for one in (lead, other, alone)]
    assert contacts == ["+447400123499", "+447400123499", "+447400123456"]
    assert Message.objects.count() == 0


def test_a_waiting_person_reads_at_the_right_address_that_she_waits(surgery, olu):
    carol = book(surgery, "carlo@example.org", state=BookingState.WAITING)
    put_right(carol.attendee, contact="carol@example.org", by=olu, now=NOW)
    assert owed(carol) == [(MessageKind.WAITING, MessageState.QUEUED)]


def test_the_news_that_an_evening_is_off_goes_to_the_right_address(surgery, olu):
    booking = book(surgery, "amnia@example.org")
    cancel_surgery(surgery, by=olu, now=NOW)
    Message.objects.update(state=MessageState.FAILED)
    put_right(booking.attendee, contact="amina@example.org", by=olu, now=NOW)
    assert owed(booking) == [(MessageKind.SURGERY_CANCELLED, MessageState.QUEUED)]


def test_the_contact_of_somebody_of_the_same_name_is_refused(surgery, olu):
    booking = book(surgery, "amnia@example.org")
    factories.create_attendee(
        series=surgery.series, name=booking.attendee.name.upper(), contact="amina@example.org"
    )
    with pytest.raises(Refused) as refused:
        put_right(booking.attendee, contact="amina@example.org", by=olu, now=NOW)
    assert refused.value.field == "contact"
    assert fresh(booking).attendee.contact == "amnia@example.org"
    assert (fresh(booking).link_version, owed(booking)) == (1, [])


def test_the_same_contact_again_changes_nothing(surgery, olu):
    booking = book(surgery, "amina@example.org")
    put_right(booking.attendee, contact="amina@example.org", by=olu, now=NOW)
    assert (fresh(booking).link_version, owed(booking)) == (1, [])
