import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surgeries.actions.answers import cancel_booking
from surgeries.actions.attendees import known_attendee, make_easier
from surgeries.actions.bookings import book_slot, send_links_again
from surgeries.actions.changes import change_booking, correct_contact
from surgeries.models import Attendee, Booking, Message, Place
from surgeries.refusals import Refused
from surgeries.states import BookingState, MessageKind, MessageState, Outcome, SurgeryState
from tests import factories
from tests.factories import LONDON, NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(1, 2))


def first_slot(surgery):
    return surgery.slots.order_by("starts_at")[0]


def book(slot, **answers):
    asked = {
        "name": "Amina O’Neill",
        "contact": "amina@example.org",
        "goal": "news",
        "request_key": uuid.uuid4(),
        "now": NOW,
    }
    return book_slot(slot, **(asked | answers))


def rows():
    return (Booking.objects.count(), Attendee.objects.count(), Message.objects.count())


def messages_of(booking):
    return [(m.kind, m.state) for m in booking.messages.order_by("owed_at", "kind")]


def refused(action, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        action(*args, **kwargs)
    return refusal.value


# Booking -------------------------------------------------------------------------------


def test_a_booking_takes_the_lowest_free_place(surgery):
    late = surgery.slots.order_by("starts_at")[1]
    numbers = [book(late, name=name).place.number for name in ("Amina", "Basil")]
    assert numbers == [2, 3]


def test_a_booking_keeps_what_she_said(surgery):
    booking = book(first_slot(surgery), group="Highgate Tenants", level=2, said=" Sharon ")
    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.goal, booking.level, booking.said) == ("news", 2, "Sharon")
    assert (booking.state, booking.booked_at, booking.booked_by) == ("booked", NOW, None)
    person = booking.attendee
    assert (person.name, person.contact) == ("Amina O’Neill", "amina@example.org")
    assert (person.group, person.created_at) == ("Highgate Tenants", NOW)


def test_her_secret_opens_her_booking_and_is_not_stored(surgery):
    booking = book(first_slot(surgery))
    assert Booking.objects.by_secret(booking.secret).get() == booking
    stored = Booking.objects.filter(pk=booking.pk).values().get()
    assert booking.secret not in map(str, stored.values())


def test_a_confirmation_is_owed_in_the_same_transaction(surgery):
    booking = book(first_slot(surgery))
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.QUEUED)]


def test_a_phone_number_alone_is_a_booking_that_owes_no_message(surgery):
    booking = book(first_slot(surgery), contact="+447400123456")
    assert (booking.state, messages_of(booking)) == (BookingState.BOOKED, [])
    assert list(Booking.objects.ring_list(surgery.starts_at - HOUR)) == [booking]


def test_the_same_form_sent_twice_is_one_booking(surgery):
    key = uuid.uuid4()
    first = book(first_slot(surgery), request_key=key)
    assert book(first_slot(surgery), request_key=key) == first
    assert rows() == (1, 1, 1)


def test_the_same_form_sent_to_another_surgery_is_another_booking(surgery):
    elsewhere = factories.create_surgery(places=(1, 2))
    key = uuid.uuid4()
    first = book(first_slot(surgery), request_key=key)
    assert book(first_slot(elsewhere), request_key=key).surgery == elsewhere
    assert book(first_slot(surgery), request_key=key) == first


def test_the_same_form_with_another_name_asks_to_press_again(surgery):
    key = uuid.uuid4()
    slot = surgery.slots.order_by("starts_at")[1]
    book(slot, request_key=key)
    refusal = refused(book, slot, request_key=key, name="Basil")
    assert refusal.sentence == (
        "Amina O’Neill is booked. Press the button once more to book for somebody else too."
    )
    assert rows() == (1, 1, 1)


def test_a_full_time_is_refused_and_leaves_no_trace(surgery):
    book(first_slot(surgery))
    before = rows()
    refusal = refused(book, first_slot(surgery), name="Basil")
    assert refusal.sentence == "Somebody has just taken the last place at 5:30pm."
    assert refusal.field == "slot"
    assert rows() == before


def test_the_same_person_twice_is_one_person_with_two_bookings(surgery):
    slot = surgery.slots.order_by("starts_at")[1]
    one, other = book(slot), book(slot, name="  amina  o’neill".strip())
    assert one != other
    assert Attendee.objects.get().bookings.count() == 2


@pytest.mark.parametrize(
    ("state", "now", "sentence"),
    [
        (SurgeryState.CANCELLED, NOW, "This surgery is cancelled."),
        (SurgeryState.CLOSED, at(WEDNESDAY, 21), "This surgery is over."),
        (SurgeryState.PUBLISHED, at(WEDNESDAY, 21), "This surgery is over."),
        (
            SurgeryState.PUBLISHED,
            at(WEDNESDAY, 17, 40),
            "That time has passed. Choose another one.",
        ),
        (
            SurgeryState.PUBLISHED,
            datetime.datetime(2026, 10, 13, 23, 59, tzinfo=LONDON),
            "Booking opens on Wednesday 14 October.",
        ),
    ],
)
def test_booking_is_refused_outside_its_time(state, now, sentence):
    surgery = factories.create_surgery(state=state)
    assert refused(book, first_slot(surgery), now=now).sentence == sentence
    assert rows() == (0, 0, 0)


def test_booking_opens_28_days_ahead_at_midnight(surgery):
    opens = datetime.datetime(2026, 10, 14, 0, 0, tzinfo=LONDON)
    assert book(first_slot(surgery), now=opens).state == BookingState.BOOKED


def test_said_followed_and_credited_network_are_stored_apart(surgery):
    choir = factories.create_network(series=surgery.series, name="Ladywood Choir")
    tenants = factories.create_network(series=surgery.series, name="Highgate Tenants")
    factories.create_link(network=tenants, code="abcd2345")
    booking = book(first_slot(surgery), said="ladywood choir", code="abcd2345")
    assert (booking.said, booking.said_network) == ("ladywood choir", choir)
    assert (booking.followed_link.code, booking.followed_network) == ("abcd2345", tenants)
    assert booking.credited_network == choir
    assert booking.attendee.first_network == choir


def test_the_first_network_is_written_once(surgery):
    slot = surgery.slots.order_by("starts_at")[1]
    choir = factories.create_network(series=surgery.series, name="Ladywood Choir")
    factories.create_network(series=surgery.series, name="Highgate Tenants")
    book(slot, said="Ladywood Choir")
    second = book(slot, said="Highgate Tenants")
    assert second.credited_network.name == "Highgate Tenants"
    assert Attendee.objects.get().first_network == choir


@pytest.mark.parametrize("rows_before", [1, 100])
def test_a_booking_is_seven_statements_however_many_there_are(rows_before):
    surgery = factories.create_surgery(places=(rows_before + 1, 1))
    for _ in range(rows_before):
        factories.create_booking(slot=first_slot(surgery))
        factories.create_network(series=surgery.series)
    slot = surgery.slots.select_related("surgery__series", "surgery__venue").earliest("starts_at")
    with CaptureQueriesContext(connection) as asked:
        book(slot, said="Ladywood Choir")
    said = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) == 7


# People --------------------------------------------------------------------------------


def test_two_people_without_a_contact_are_two_people(surgery):
    about = {"name": "Amina", "contact": None, "group": "", "network": None, "now": NOW}
    one = known_attendee(surgery.series, **about)
    assert known_attendee(surgery.series, **about).pk != one.pk


def test_a_known_person_is_recognised_in_one_statement(surgery, django_assert_num_queries):
    about = {"name": "Amina", "contact": "amina@example.org", "network": None}
    one = known_attendee(surgery.series, **about, group="Choir", now=NOW)
    with django_assert_num_queries(1):
        again = known_attendee(surgery.series, **about, group="", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (again.pk, person.pk) == (one.pk, one.pk)
    assert (person.group, person.last_active_at) == ("Choir", NOW + HOUR)


def test_whoever_types_a_known_name_and_contact_reads_and_changes_nothing_of_hers(surgery):
    slot = surgery.slots.order_by("starts_at")[1]
    hers = book(slot, group="Choir")
    make_easier(hers, needs="A chair", news=False, news_wording="", now=NOW)
    stans = book(slot, name="AMINA O’NEILL", group="Evil", now=NOW + HOUR)
    assert Booking.objects.get(pk=stans.pk).attendee.name == "AMINA O’NEILL"
    make_easier(stans, needs="Evil", news=True, news_wording="Yes", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.group, person.access_needs, person.news_agreed_at) == ("Choir", "A chair", None)


def test_a_known_person_may_still_tell_what_she_has_not_told(surgery):
    slot = surgery.slots.order_by("starts_at")[1]
    book(slot)
    again = Booking.objects.get(pk=book(slot, group="Choir").pk)
    make_easier(again, needs="A chair", news=False, news_wording="", now=NOW)
    person = Attendee.objects.get()
    assert (person.group, person.access_needs) == ("Choir", "A chair")


def test_nobody_without_a_contact_inherits_a_group(surgery):
    about = {"name": "Amina", "contact": None, "network": None, "now": NOW}
    known_attendee(surgery.series, **about, group="Choir")
    other = known_attendee(surgery.series, **about, group="")
    assert Attendee.objects.get(pk=other.pk).group == ""


# Cancelling ----------------------------------------------------------------------------


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
    booking = book(first_slot(surgery))
    cancel_booking(booking, now=NOW)
    book(first_slot(surgery), name="Basil")
    cancel_booking(booking, now=NOW + HOUR)
    booking.refresh_from_db()
    assert booking.cancelled_at == NOW
    assert booking.messages.filter(kind=MessageKind.BOOKING_CANCELLED).count() == 1
    assert Place.objects.free().filter(slot=first_slot(surgery)).count() == 0


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


def test_nothing_is_cancelled_after_the_surgery(surgery):
    booking = book(first_slot(surgery))
    sentence = refused(cancel_booking, booking, now=surgery.ends_at).sentence
    assert sentence == "This surgery is over."
    booking.refresh_from_db()
    assert (booking.state, booking.place is None) == (BookingState.BOOKED, False)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [(Outcome.CAME, "You are here already"), (Outcome.DID_NOT_COME, "The register")],
)
def test_nobody_cancels_what_the_register_has_answered(surgery, outcome, sentence):
    booking = book(first_slot(surgery))
    Booking.objects.filter(pk=booking.pk).update(outcome=outcome)
    before = rows()
    assert sentence in refused(cancel_booking, booking, now=surgery.starts_at).sentence
    booking.refresh_from_db()
    assert (booking.state, rows()) == (BookingState.BOOKED, before)


def test_a_cancelled_surgery_needs_no_cancelling(surgery):
    booking = book(first_slot(surgery))
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    refused(cancel_booking, booking, now=NOW)
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED


# Changing ------------------------------------------------------------------------------


def change(booking, now=NOW + HOUR, **answers):
    stands = {
        "slot": booking.slot,
        "name": booking.attendee.name,
        "contact": booking.attendee.contact,
        "goal": booking.goal,
    }
    return change_booking(booking, **(stands | answers), now=now)


def test_another_time_takes_a_place_there_and_frees_the_old_one(surgery):
    booking = book(first_slot(surgery))
    late = surgery.slots.order_by("starts_at")[1]
    changed = change(booking, slot=late)
    assert (changed.slot, changed.place.slot) == (late, late)
    assert Place.objects.free().filter(slot=first_slot(surgery)).count() == 1
    assert (MessageKind.BOOKING_CHANGED, MessageState.QUEUED) in messages_of(booking)


def test_a_full_other_time_is_refused_and_the_old_one_stands(surgery):
    early = book(first_slot(surgery))
    late = book(surgery.slots.order_by("starts_at")[1], name="Basil")
    assert refused(change, late, slot=early.slot, goal="touch").field == "slot"
    late.refresh_from_db()
    assert (late.slot.starts_at, late.goal) == (surgery.slots.latest("starts_at").starts_at, "news")
    assert (MessageKind.BOOKING_CHANGED, MessageState.QUEUED) not in messages_of(late)


def test_another_goal_owes_no_message(surgery):
    booking = book(first_slot(surgery))
    assert change(booking, goal="touch").goal == "touch"
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.QUEUED)]


def test_changing_back_and_forth_tells_her_only_the_last_time(surgery):
    late = surgery.slots.order_by("starts_at")[1]
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
    slot = surgery.slots.order_by("starts_at")[1]
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
    slot = surgery.slots.order_by("starts_at")[1]
    known = book(slot)
    wrong = book(slot, contact="amnia@example.org")
    corrected = correct_contact(wrong, contact="amina@example.org", now=NOW + HOUR)
    assert corrected.attendee == known.attendee


# Easier --------------------------------------------------------------------------------


def test_what_would_help_is_kept_with_the_time_of_the_tick(surgery):
    booking = book(first_slot(surgery))
    make_easier(booking, needs="A quiet corner", news=False, news_wording="Yes", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.access_needs, person.access_needs_agreed_at) == ("A quiet corner", NOW + HOUR)
    assert (person.news_agreed_at, person.news_wording) == (None, "")


def test_news_are_agreed_to_with_their_wording(surgery):
    booking = book(first_slot(surgery))
    make_easier(booking, needs="", news=True, news_wording="Yes, tell me", now=NOW)
    person = Attendee.objects.get()
    assert (person.news_agreed_at, person.news_wording) == (NOW, "Yes, tell me")
    assert (person.access_needs, person.access_needs_agreed_at) == ("", None)


# The link again ------------------------------------------------------------------------


def links_owed():
    return Message.objects.filter(kind=MessageKind.LINK_AGAIN).count()


def test_the_link_is_owed_once_a_day_for_each_surgery_to_come(surgery):
    book(first_slot(surgery))
    soon = factories.create_surgery(
        series=surgery.series, on=WEDNESDAY + datetime.timedelta(days=7)
    )
    book(first_slot(soon))
    for hours in (1, 2):
        send_links_again(email="amina@example.org", now=NOW + hours * HOUR)
    assert links_owed() == 2
    send_links_again(email="amina@example.org", now=NOW + 24 * HOUR)
    assert links_owed() == 4


def test_no_link_is_owed_for_what_is_over_or_cancelled_or_somebody_elses(surgery):
    cancel_booking(book(first_slot(surgery)), now=NOW)
    past = factories.create_surgery(series=surgery.series, on=datetime.date(2026, 10, 14))
    amina = Attendee.objects.get()
    factories.create_booking(surgery=past, attendee=amina)
    factories.create_booking(surgery=surgery)
    send_links_again(email="amina@example.org", now=NOW)
    assert links_owed() == 0


def test_an_unknown_address_is_owed_nothing(surgery):
    send_links_again(email="stan@example.org", now=NOW)
    assert rows() == (0, 0, 0)
