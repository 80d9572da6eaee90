"""Each promise is broken by hand, past the constraints that guard it, and found by its name."""

import datetime
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection

from surgeries.actions.answers import cancel_booking, next_time_instead, undo_cancel
from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.changes import correct_contact, displace_booking, ring_instead
from surgeries.actions.derived import owe_reminders
from surgeries.actions.helpers import confirm_helping, offer_help, withdraw_helping
from surgeries.actions.register import walk_in
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.models import Booking, Message
from surgeries.rules.promises import PROMISES
from surgeries.states import HelpingStyle
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
DELETED_KEY = uuid.UUID(int=1)


# A life --------------------------------------------------------------------------------


def book(slot, name, *others, **answers):
    asked = {"contact": f"{name.lower()}@example.org", "request_key": uuid.uuid4(), "now": NOW}
    return book_slot(slot, name=name, others=others, **(asked | answers))


def wait_for(surgery, name, *others):
    return join_waiting_list(
        surgery,
        accepts=list(surgery.slots.all()),
        name=name,
        others=others,
        contact=f"{name.lower()}@example.org",
        request_key=uuid.uuid4(),
        now=NOW,
    )


def move(surgery, days, *, now):
    surgery.refresh_from_db()
    return move_surgery(
        surgery,
        place="Canal Street Hall",
        on=surgery.on + days * DAY,
        starts=datetime.time(17, 30),
        ends=datetime.time(19, 0),
        places_wanted=surgery.places_wanted,
        by=None,
        now=now,
    )


def an_evening(series, on):
    """Two chairs at each of two times, and the times."""
    surgery = factories.create_surgery(series=series, on=on, places=(2, 2), places_wanted=4)
    return surgery, *surgery.slots.select_related("surgery__series").order_by("starts_at")


@pytest.fixture
def world():
    """A little of everything that happens to bookings, all of it by the actions themselves."""
    olu = factories.create_user()
    series = factories.create_series(organiser=olu)
    surgery, early, late = an_evening(series, WEDNESDAY)
    following, then_early, _then_late = an_evening(series, WEDNESDAY + 7 * DAY)
    amina = book(early, "Amina", "Basil")
    chi, dora = book(late, "Chi"), book(late, "Dora", contact="+447400123456")
    waits = wait_for(surgery, "Emeka", "Femi")
    gita = book(then_early, "Gita")
    cancel_booking(chi, now=NOW + SECOND)
    undo_cancel(chi, now=NOW + 2 * SECOND)
    moved = next_time_instead(dora, on=following.on, now=NOW + 3 * SECOND)
    gone = book(late, "Hal", now=NOW + 4 * SECOND)
    cancel_booking(gone, now=NOW + 5 * SECOND)
    correct_contact(gita, contact="gita@example.com", now=NOW + 6 * SECOND)
    offer_help(following, name="Hana", email="h@example.org", style=HelpingStyle.REGULAR, now=NOW)
    helping = following.helpings.get()
    confirm_helping(helping, by=olu, now=NOW + 7 * SECOND)
    move(following, 1, now=NOW + HOUR)
    no_chair = displaced_at(series)
    off, off_early, _off_late = an_evening(series, WEDNESDAY + 17 * DAY)
    book(off_early, "Ida")
    cancel_surgery(off, by=olu, now=NOW + HOUR)
    factories.create_booking(surgery=surgery, imported=True)
    return SimpleNamespace(
        olu=olu,
        surgery=surgery,
        following=following,
        early=early,
        late=late,
        amina=amina,
        chi=chi,
        dora=dora,
        moved=moved,
        waits=waits,
        gita=gita,
        gone=gone,
        helping=helping,
        no_chair=no_chair,
    )


def displaced_at(series):
    """Somebody who was promised a chair that is not there any more."""
    surgery = factories.create_surgery(
        series=series, on=WEDNESDAY + 14 * DAY, places=(2,), places_wanted=2
    )
    slot = surgery.slots.select_related("surgery__series").get()
    book(slot, "Jo")
    last = book(slot, "Kim")
    surgery.places_wanted = 1
    surgery.save()
    return displace_booking(last, by=None, now=NOW + HOUR)


def names_of(broken):
    return [one.promise.name for one in broken]


def found(now=NOW + DAY):
    return names_of(broken_promises(now))


def test_a_life_breaks_no_promise(world):
    assert Booking.objects.filter(state="displaced").exists()
    assert Message.objects.filter(kind__in=("surgery_moved", "surgery_cancelled")).count() == 2
    assert found() == []


def test_what_is_found_are_keys_and_numbers_and_no_people(world):
    break_first_word(world)
    (broken,) = broken_promises(NOW + DAY)
    assert broken.rows == [{"booking": world.gita.pk}]


# Each promise, broken ------------------------------------------------------------------


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguarded(table, *columns):
    """Until the test is over, no constraint of `table` that names one of `columns` holds."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conname FROM pg_constraint JOIN pg_attribute"
            " ON attrelid = conrelid AND attnum = ANY(conkey)"
            " WHERE conrelid = %s::regclass AND contype <> 'p' AND attname = ANY(%s)",
            [table, list(columns)],
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def change(booking, **fields):
    """Write to a booking as nobody can who goes by the actions and the constraints."""
    unguarded("surgeries_booking", *(Booking._meta.get_field(name).column for name in fields))
    Booking.objects.filter(pk=booking.pk).update(**fields)


def sent(message, *starts, outcome="sent", **fields):
    """As if a worker had begun it at each of `starts`, and the other side had taken it."""
    fields = {"state": "sent", "sent_at": starts[-1], "attempts_made": len(starts)} | fields
    Message.objects.filter(pk=message.pk).update(**fields)
    for number, at in enumerate(starts, 1):
        message.attempts.create(
            number=number, worker="w", started_at=at, finished_at=at + SECOND, outcome=outcome
        )


def forget(booking, *kinds):
    Message.objects.filter(booking=booking, kind__in=kinds).delete()


def break_no_place_twice(world):
    basil = Booking.objects.get(party=world.amina.party, party_number=2)
    change(basil, place=world.amina.place)


def break_place_of_the_same_time(world):
    change(world.chi, slot=world.early)


def break_time_of_the_same_surgery(world):
    change(world.gone, slot=world.following.slots.first())


def break_booked_has_a_place(world):
    change(world.gita, place=None)


def break_nobody_else_has_one(world):
    change(world.gone, place=world.surgery.places.filter(slot=world.late).last())


def break_no_empty_chair(world):
    """A party leaves and nobody looks who waits."""
    for one in Booking.objects.filter(party=world.amina.party):
        change(one, state="cancelled", place=None, cancelled_at=NOW + SECOND)
        factories.create_message(booking=one, kind="booking_cancelled", owed_at=NOW + SECOND)


def break_one_form_one_booking(world):
    change(world.gita, request_key=Booking.objects.get(pk=world.chi.pk).request_key)


def break_who_waits_says_when(world):
    world.waits.accepts.clear()


def break_accepts_of_the_same_surgery(world):
    world.waits.accepts.add(world.following.slots.first())


def break_party_of_one_surgery(world):
    change(world.moved, party=world.amina.party, party_number=3)


def break_never_at_two_evenings(world):
    change(world.dora, state="booked", place=world.surgery.places.filter(slot=world.late).last())


def break_first_word(world):
    Message.objects.filter(booking=world.gita, kind="confirmation").delete()


def break_first_word_once(world):
    key = f"waiting:booking:{world.chi.pk}:v1:email"
    factories.create_message(booking=world.chi, kind="waiting", key=key)


def break_word_to_who_cancelled(world):
    Message.objects.filter(booking=world.gone, kind="booking_cancelled").update(state="cancelled")


def break_word_to_who_has_no_chair(world):
    Message.objects.filter(kind="displaced").delete()


def break_news_to_every_party(world):
    Message.objects.filter(booking=world.gita, kind="surgery_moved").delete()


def break_news_to_every_helper(world):
    Message.objects.filter(helping=world.helping, kind="helping_moved").delete()


def break_news_once(world):
    factories.create_message(booking=world.gita, kind="surgery_moved", schedule_version=2)


def break_reminded_once(world):
    """Each of a party is reminded, though one speaks for all."""
    for one in Booking.objects.filter(party=world.amina.party):
        factories.create_message(booking=one, kind="reminder_first")


def break_no_older_schedule(world):
    old = factories.create_message(
        booking=world.gita, kind="reminder_first", expires_at=NOW + 9 * DAY
    )
    sent(old, NOW + 2 * HOUR)


def break_nothing_after_its_use(world):
    message = world.chi.messages.get(kind="booking_cancelled")
    Message.objects.filter(pk=message.pk).update(expires_at=NOW + HOUR)
    sent(message, NOW + HOUR + SECOND)


def break_every_try_is_written(world):
    world.chi.messages.filter(kind="booking_cancelled").update(attempts_made=1)


def break_twice_only_in_doubt(world):
    sent(world.amina.messages.get(), NOW + HOUR, NOW + 2 * HOUR)


def break_nothing_held_for_long(world):
    world.amina.messages.update(
        state="claimed", lease_token=uuid.uuid4(), lease_until=NOW + DAY - HOUR - SECOND
    )


CONTROLS = {
    name.removeprefix("break_"): breaks
    for name, breaks in list(globals().items())
    if name.startswith("break_")
}


def test_every_promise_has_its_control():
    assert sorted(CONTROLS) == sorted(promise.name for promise in PROMISES)


@pytest.mark.parametrize("name", [promise.name for promise in PROMISES])
def test_a_broken_promise_is_named_and_no_other(name, world):
    CONTROLS[name](world)
    assert found() == [name]


# No false alarms -----------------------------------------------------------------------


def test_two_tries_of_which_one_is_in_doubt_break_nothing(world):
    sent(world.amina.messages.get(), NOW + HOUR, NOW + 2 * HOUR, uncertain=1)
    assert found() == []


def test_a_try_that_was_refused_before_the_first_byte_was_not_begun(world):
    old = factories.create_message(
        booking=world.gita, kind="reminder_first", expires_at=NOW + 9 * DAY
    )
    Message.objects.filter(pk=old.pk).update(attempts_made=1)
    late = NOW + 2 * HOUR
    old.attempts.create(number=1, started_at=late, finished_at=late, outcome="refused")
    assert found() == []


def test_in_the_last_two_hours_a_place_may_be_free_while_somebody_waits(world):
    break_no_empty_chair(world)
    assert found(world.surgery.starts_at - 2 * HOUR) == []
    assert found(world.surgery.starts_at - 2 * HOUR - 6 * 60 * SECOND) == ["no_empty_chair"]


def test_who_is_rung_for_a_while_and_then_written_to_again_is_no_alarm(world):
    """While she was rung her evening moved; then she gives an address again."""
    ring_instead(world.gita, number="+447400123457", now=NOW + 2 * HOUR)
    move(world.following, 1, now=NOW + 3 * HOUR)
    assert found() == []
    correct_contact(world.gita, contact="gita@example.org", now=NOW + 4 * HOUR)
    assert found() == []
    Message.objects.filter(owed_at=NOW + 4 * HOUR).delete()
    assert found() == ["news_to_every_party"]


def test_who_cannot_be_reached_is_no_alarm(world):
    book(world.late, "Lou", contact="", now=NOW + HOUR)
    cancel_booking(Booking.objects.get(attendee__name="Lou"), now=NOW + 2 * HOUR)
    assert found() == []


def test_two_days_after_the_evening_nobody_is_missed_any_more(world):
    break_first_word(world)
    over = Booking.objects.get(pk=world.gita.pk).surgery.starts_at
    assert found(over + 2 * DAY - SECOND) == ["first_word"]
    assert found(over + 2 * DAY) == []


def test_a_helper_who_withdrew_before_the_move_is_not_missed(world):
    withdraw_helping(world.helping, now=NOW + 2 * HOUR)
    move(world.following, 1, now=NOW + 3 * HOUR)
    assert found() == []


def test_reminders_on_the_tick_break_nothing(world):
    for days in range(20):
        owe_reminders(now=NOW + days * DAY)
    assert Message.objects.filter(kind="reminder_last").exists()
    assert found() == []


def test_a_walk_in_that_is_taken_back_owes_no_word(world):
    begun = world.surgery.starts_at
    wim = walk_in(
        world.surgery, name="Wim", said="", request_key=DELETED_KEY, by=world.olu, now=begun
    )
    Booking.objects.filter(pk=wim.pk).update(state="cancelled", cancelled_at=begun)
    assert found(begun) == []
