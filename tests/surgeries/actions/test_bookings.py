import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surgeries.actions.answers import cancel_booking
from surgeries.actions.bookings import send_links_again
from surgeries.models import Attendee, Booking, Message, Slot
from surgeries.states import BookingState, MessageKind, MessageState, SurgeryState
from tests import factories
from tests.factories import LONDON, NOW, WEDNESDAY, at
from tests.surgeries.actions.booker import (
    HOUR,
    MINUTE,
    again,
    book,
    first_slot,
    last_slot,
    messages_of,
    party_of,
    refused,
    rows,
    wait,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(1, 2))


@pytest.fixture
def full():
    """One place, and Zoë has it."""
    surgery = factories.create_surgery(places=(1,))
    factories.create_booking(surgery=surgery)
    return surgery


# Booking -------------------------------------------------------------------------------


def test_a_booking_takes_the_lowest_free_place(surgery):
    late = last_slot(surgery)
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
    slot = last_slot(surgery)
    book(slot, request_key=key)
    refusal = refused(book, slot, request_key=key, name="Basil")
    assert refusal.sentence == (
        "Amina O’Neill is booked. Press the button once more to book for somebody else too."
    )
    assert rows() == (1, 1, 1)


def test_a_full_time_is_refused_and_leaves_no_trace(surgery):
    book(first_slot(surgery))
    refusal = refused(book, first_slot(surgery), name="Basil")
    assert refusal.sentence == "Somebody has just taken the last place at 5:30pm."
    assert refusal.field == "slot"


def test_the_same_person_twice_is_one_person_with_two_bookings(surgery):
    slot = last_slot(surgery)
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
    slot = last_slot(surgery)
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


# Parties -------------------------------------------------------------------------------


def test_a_party_takes_one_place_each_at_one_time_and_is_told_once():
    surgery = factories.create_surgery(places=(3, 1))
    booking = book(first_slot(surgery), others=["Basil", "Zoë D’Arcy"], supporter=True)
    party = party_of(booking)
    assert [one.attendee.name for one in party] == ["Amina O’Neill", "Basil", "Zoë D’Arcy"]
    assert {one.attendee.contact for one in party} == {"amina@example.org"}
    assert [one.place.number for one in party] == [1, 2, 3]
    assert {(one.state, one.slot, one.party) for one in party} == {
        (BookingState.BOOKED, first_slot(surgery), booking.pk)
    }
    assert [one.party_number for one in party] == [1, 2, 3]
    assert [one.brings_supporter for one in party] == [True, False, False]
    assert [messages_of(one) for one in party] == [
        [(MessageKind.CONFIRMATION, MessageState.QUEUED)],
        [],
        [],
    ]


def test_each_of_a_party_has_a_link_of_her_own():
    party = party_of(book(first_slot(factories.create_surgery(places=(3,))), others=["Basil"]))
    assert [Booking.objects.by_secret(one.secret).get() for one in party] == party


def test_a_party_is_credited_whole():
    surgery = factories.create_surgery(places=(2,))
    choir = factories.create_network(series=surgery.series, name="Ladywood Choir")
    booking = book(first_slot(surgery), others=["Basil"], said="Ladywood Choir")
    assert {one.credited_network for one in party_of(booking)} == {choir}


def test_a_supporter_takes_no_place(surgery):
    booking = book(first_slot(surgery), supporter=True)
    assert (booking.brings_supporter, booking.party) == (True, None)
    assert rows() == (1, 1, 1)


def test_too_few_places_say_how_many_are_left(surgery):
    refusal = refused(book, last_slot(surgery), others=["Basil", "Zoë"])
    assert (refusal.sentence, refusal.field) == (
        "There are 2 places left at 6:15pm, and you are 3. Choose another time.",
        "slot",
    )
    sentence = refused(book, first_slot(surgery), others=["Basil"]).sentence
    assert sentence == "There is 1 place left at 5:30pm, and you are 2. Choose another time."


@pytest.mark.parametrize(
    ("others", "field"),
    [(["amina  O’NEILL"], "other_1"), (["Basil", "BASIL"], "other_2")],
)
@pytest.mark.parametrize("contact", ["amina@example.org", None])
def test_the_same_name_twice_is_refused_kindly(others, field, contact):
    surgery = factories.create_surgery(places=(3,))
    refusal = refused(book, first_slot(surgery), others=others, contact=contact)
    assert (refusal.sentence, refusal.field) == (
        f"{others[-1]} stands here twice. Write each person’s name once.",
        field,
    )


def test_a_form_with_more_names_than_a_party_is_refused_whole():
    """T-BIZ-05: counted over the whole request, however often a line is repeated."""
    surgery = factories.create_surgery(places=(9,))
    refusal = refused(book, first_slot(surgery), others=["Basil", "Zoë", "Joyce"])
    assert refusal.sentence == "That is more than 3 people. Book again for the others."


def test_the_time_is_looked_at_when_the_form_is_sent_and_not_when_it_was_opened(surgery):
    """T-BIZ-05: a form that lay open is measured by the clock of the moment it is sent."""
    slot = first_slot(surgery)
    moment = at(WEDNESDAY, 17, 29)
    assert book(slot, now=moment).state == BookingState.BOOKED
    late = last_slot(surgery)
    assert refused(book, late, name="Basil", now=at(WEDNESDAY, 18, 15)).sentence == (
        "That time has passed. Choose another one."
    )


def test_a_time_that_moved_while_the_form_lay_open_is_the_time_it_is_now(surgery):
    """T-BIZ-05."""
    as_it_was = first_slot(surgery)
    Slot.objects.filter(pk=as_it_was.pk).update(starts_at=at(WEDNESDAY, 16))
    assert refused(book, as_it_was, now=at(WEDNESDAY, 16, 30)).field == "slot"
    assert book(as_it_was, now=at(WEDNESDAY, 13)).slot.starts_at == at(WEDNESDAY, 16)


# By phone, for somebody ----------------------------------------------------------------


def test_an_organiser_books_somebody_in_without_any_contact(surgery):
    olu = factories.create_user()
    booking = again(book(first_slot(surgery), contact=None, goal="", by=olu))
    assert (booking.booked_by, booking.attendee.contact, booking.goal) == (olu, None, "")
    assert rows() == (1, 1, 0)


def test_an_organiser_books_before_anybody_else_may(surgery):
    early = NOW - datetime.timedelta(days=90)
    assert refused(book, first_slot(surgery), now=early).sentence.startswith("Booking opens on")
    olu = factories.create_user()
    assert book(first_slot(surgery), now=early, by=olu).state == BookingState.BOOKED


@pytest.mark.parametrize("state", [SurgeryState.DRAFT, SurgeryState.CLOSED, SurgeryState.CANCELLED])
def test_an_organiser_books_nobody_into_what_does_not_take_place(state):
    surgery = factories.create_surgery(state=state)
    refused(book, first_slot(surgery), by=factories.create_user())


# Waiting -------------------------------------------------------------------------------


def test_whoever_waits_holds_no_place_and_is_told_so(full):
    booking = wait(full)
    assert (booking.state, booking.slot, booking.place) == (BookingState.WAITING, None, None)
    assert booking.waiting_since == NOW
    assert list(booking.accepts.all()) == [first_slot(full)]
    assert messages_of(booking) == [(MessageKind.WAITING, MessageState.QUEUED)]


def test_a_party_waits_together(full):
    party = party_of(wait(full, others=["Basil"], supporter=True))
    assert [one.state for one in party] == [BookingState.WAITING, BookingState.WAITING]
    assert [list(one.accepts.all()) for one in party] == [[first_slot(full)]] * 2
    assert [len(messages_of(one)) for one in party] == [1, 0]


def test_a_place_that_has_come_free_meanwhile_is_hers_at_once(surgery):
    booking = wait(surgery, accepts=[last_slot(surgery)])
    assert (booking.state, booking.slot) == (BookingState.BOOKED, last_slot(surgery))
    assert messages_of(booking) == [(MessageKind.CONFIRMATION, MessageState.QUEUED)]


def test_the_same_form_on_the_waiting_list_twice_is_one_booking(full):
    key = uuid.uuid4()
    first = wait(full, request_key=key)
    assert wait(full, request_key=key) == first
    assert book(first_slot(full), request_key=key) == first
    assert rows() == (2, 2, 1)


def test_nobody_waits_for_no_time(full):
    refusal = refused(wait, full, accepts=[])
    assert (refusal.sentence, refusal.field) == (
        "Choose at least one time that would suit you.",
        "accepts",
    )


def test_nobody_waits_twice_under_one_name(full):
    assert refused(wait, full, others=["Amina O’Neill"]).field == "other_1"


@pytest.mark.parametrize("by_phone", [False, True])
def test_in_the_last_two_hours_nobody_waits_but_may_come_along(full, by_phone):
    moment = full.starts_at - 2 * HOUR
    by = factories.create_user() if by_phone else None
    assert refused(wait, full, now=moment, by=by).sentence == (
        "It starts soon, so no place can be kept. Come along: expect a cup of tea first."
    )
    assert wait(full, now=moment - MINUTE, by=by).state == BookingState.WAITING


def test_in_the_last_two_hours_nobody_is_quicker_than_those_who_wait(full):
    """A place that comes free so late is for the organiser to give by phone (R32)."""
    wait(full)
    cancel_booking(Booking.objects.get(state=BookingState.BOOKED), now=full.starts_at - HOUR)
    late = {"name": "Basil", "now": full.starts_at - HOUR}
    assert refused(book, first_slot(full), **late).sentence.startswith("It starts soon")
    olu = factories.create_user()
    assert book(first_slot(full), **late, by=olu).state == BookingState.BOOKED


def test_with_nobody_waiting_the_last_places_are_booked_until_the_end(surgery):
    assert book(first_slot(surgery), now=surgery.starts_at - MINUTE).state == BookingState.BOOKED


def test_waiting_for_what_is_off_is_refused():
    surgery = factories.create_surgery(state=SurgeryState.CANCELLED)
    assert refused(wait, surgery).sentence == "This surgery is cancelled."


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
