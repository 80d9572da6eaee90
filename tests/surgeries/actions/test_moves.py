"""A surgery that moves, shrinks, ends otherwise or is cancelled: who hears what, and how often."""

import datetime
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surgeries.actions.notices import foresee
from surgeries.actions.outbox import owe
from surgeries.actions.places import short_of_chairs
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.models import Booking, Message, Slot, Surgery, Venue
from surgeries.refusals import Refused
from surgeries.states import (
    BookingState,
    Channel,
    HelpingState,
    MessageKind,
    MessageState,
    SurgeryState,
)
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

THURSDAY = WEDNESDAY + timedelta(days=1)
NIGHT = at(datetime.date(2026, 11, 2), 22)
MOVED, CANCELLED = MessageKind.SURGERY_MOVED, MessageKind.SURGERY_CANCELLED


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    series = factories.create_series(organiser=olu)
    return factories.create_surgery(series=series, places=(3, 3), places_wanted=6)


def book(surgery, contact, **fields):
    name = fields.pop("name", f"Joyce {contact}")
    attendee = factories.create_attendee(series=surgery.series, name=name, contact=contact)
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


def wait(surgery, contact, **fields):
    booking = book(surgery, contact, state=BookingState.WAITING, **fields)
    booking.accepts.set(surgery.slots.all())
    return booking


def party(surgery, contact):
    lead = book(surgery, contact)
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    return lead, book(surgery, contact, name="Basil", party=lead.pk, party_number=2)


def change(surgery, **changes):
    """What the form of a surgery sends when only `changes` were typed."""
    surgery = Surgery.objects.select_related("series", "venue").get(pk=surgery.pk)
    as_it_is = {
        "place": surgery.venue.name,
        "on": surgery.on,
        "starts": surgery.starts_local.time(),
        "ends": surgery.ends_local.time(),
        "organiser_helps": surgery.organiser_helps,
        "places_wanted": surgery.places_wanted,
    }
    return as_it_is | changes


def move(surgery, olu, *, now=NOW, **changes):
    return move_surgery(surgery, **change(surgery, **changes), by=olu, now=now)


def waiting(**filters):
    """(kind, whom it is for) of what is still to leave."""
    rows = Message.objects.filter(state=MessageState.QUEUED, **filters)
    return sorted((row.kind, str(row.booking_id or row.helping_id)) for row in rows)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in WRITTEN]


WRITTEN = (Surgery, Slot, Venue, Booking, Message)


# Moving ----------------------------------------------------------------------------------


def test_each_party_each_waiting_one_and_each_helper_hears_once(surgery, olu):
    lead, _other = party(surgery, "joyce@example.org")
    carol = wait(surgery, "carol@example.org")
    surgery.places.filter(booking=None).delete()
    Surgery.objects.update(places_wanted=2)
    displaced = book(surgery, "zoe@example.org", state=BookingState.DISPLACED)
    coming = factories.create_helping(surgery=surgery)
    offered = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    factories.create_helping(surgery=surgery, state=HelpingState.WITHDRAWN)
    book(surgery, "gone@example.org", state=BookingState.CANCELLED)
    book(surgery, "walked@example.org", walked_in=True, outcome="came")
    moved = move(surgery, olu, on=THURSDAY)
    bookings = [(MOVED, str(one.pk)) for one in (lead, carol, displaced)]
    helpings = [(MessageKind.HELPING_MOVED, str(one.pk)) for one in (coming, offered)]
    assert waiting() == sorted(bookings + helpings)
    news = moved.change.news
    assert (news.emails, news.texts, news.to_ring) == (5, 0, ())


def test_each_change_is_news_once_and_calls_off_what_was_not_sent_of_the_one_before(surgery, olu):
    booking = book(surgery, "joyce@example.org")
    helping = factories.create_helping(surgery=surgery)
    owe(MessageKind.CONFIRMATION, booking, now=NOW)
    move(surgery, olu, on=THURSDAY)
    move(surgery, olu, place="Library")
    move(surgery, olu, place="Library")
    both = [(MessageKind.HELPING_MOVED, str(helping.pk)), (MOVED, str(booking.pk))]
    assert waiting() == sorted(both)
    assert set(
        Message.objects.filter(state="queued").values_list("schedule_version", flat=True)
    ) == {3}
    assert Message.objects.filter(state=MessageState.CANCELLED).count() == 3


def test_moving_back_is_news_again(surgery, olu):
    booking = book(surgery, "joyce@example.org")
    for day in (THURSDAY, WEDNESDAY):
        move(surgery, olu, on=day)
        Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    keys = Message.objects.values_list("key", flat=True)
    assert sorted(keys) == [f"surgery_moved:booking:{booking.pk}:v{n}:email" for n in (2, 3)]


def test_somebody_with_a_phone_that_takes_texts_hears_by_text(surgery, olu, settings):
    settings.TEXTS_BY = "mailbox"
    type(surgery.series).objects.update(sends_texts=True)
    book(surgery, "+447400123456")
    landline = book(surgery, "+441214960000")
    nobody = book(surgery, None)
    helper = factories.create_helper(series=surgery.series, email="")
    helping = factories.create_helping(surgery=surgery, helper=helper)
    news = move(surgery, olu, on=THURSDAY).change.news
    assert (news.emails, news.texts) == (0, 1)
    assert set(news.to_ring) == {landline, nobody, helping}
    assert [m.channel for m in Message.objects.all()] == [Channel.TEXT]
    assert set(Booking.objects.ring_list(NOW)) == {landline, nobody}


def test_what_was_answered_about_the_old_time_is_asked_anew(surgery, olu):
    booking = book(surgery, "joyce@example.org", confirmed_at=NOW, sets_off_at=datetime.time(17))
    move(surgery, olu, places_wanted=5)
    booking.refresh_from_db()
    assert (booking.confirmed_at, booking.sets_off_at) == (NOW, datetime.time(17))
    move(surgery, olu, on=THURSDAY)
    booking.refresh_from_db()
    assert (booking.confirmed_at, booking.sets_off_at) == (None, None)


def test_whoever_gets_a_place_by_the_move_reads_of_both_in_one_message(surgery, olu):
    Surgery.objects.update(places_wanted=1)
    surgery.places.exclude(number=1).delete()
    book(surgery, "joyce@example.org")
    carol = wait(surgery, "carol@example.org")
    moved = move(surgery, olu, on=THURSDAY, places_wanted=2)
    carol.refresh_from_db()
    assert (carol.state, moved.change.got_places) == (BookingState.BOOKED, 1)
    assert waiting(booking=carol) == [(MOVED, str(carol.pk))]


def test_more_places_go_to_who_waits_without_a_word_to_the_others(surgery, olu):
    Surgery.objects.update(places_wanted=1)
    surgery.places.exclude(number=1).delete()
    book(surgery, "joyce@example.org")
    carol = wait(surgery, "carol@example.org")
    changed = move(surgery, olu, places_wanted=3)
    assert (changed.moved, changed.change.got_places, bool(changed.change.news)) == (
        False,
        1,
        False,
    )
    assert waiting() == [(MessageKind.PLACE_FOUND, str(carol.pk))]


def test_fewer_places_take_none_away_and_are_counted(surgery, olu):
    for number in range(4):
        book(surgery, f"{number}@example.org")
    changed = move(surgery, olu, places_wanted=3).change
    assert (changed.people, changed.chairs, changed.matters) == (4, 3, True)
    assert surgery.bookings.filter(state=BookingState.BOOKED).count() == 4
    assert waiting() == []
    surgery.refresh_from_db()
    (short,) = short_of_chairs([surgery])
    assert (short.people, short.chairs) == (4, 3)


def test_once_it_has_begun_its_places_can_still_change_but_not_into_the_past(surgery, olu):
    late = surgery.starts_at + timedelta(minutes=10)
    assert move(surgery, olu, now=late, places_wanted=9).places.count() == 9
    with pytest.raises(Refused, match="has passed"):
        move(surgery, olu, now=late, starts=datetime.time(17, 15))


def test_moving_costs_the_same_for_one_party_as_for_many(surgery, olu):
    def statements(day, people):
        surgery = factories.create_surgery(
            series=factories.create_series(),
            on=day,
            places=(people, people),
            places_wanted=2 * people,
        )
        for _ in range(people):
            factories.create_booking(surgery=surgery)
            factories.create_helping(surgery=surgery)
            wait(surgery, f"w{Message.objects.count()}{Booking.objects.count()}@example.org")
        with CaptureQueriesContext(connection) as queries:
            move(surgery, olu, on=day + timedelta(days=1), places_wanted=people)
        return len(queries)

    assert statements(WEDNESDAY, 1) == statements(WEDNESDAY, 30)


# Another end -----------------------------------------------------------------------------


def test_another_end_is_news_to_helpers_alone(surgery, olu):
    """R6: attendees never see an end."""
    book(surgery, "joyce@example.org")
    owe(MessageKind.CONFIRMATION, Booking.objects.get(), now=NOW)
    helping = factories.create_helping(surgery=surgery)
    changed = move(surgery, olu, ends=datetime.time(19, 10))
    assert (changed.moved, changed.schedule_version) == (False, 1)
    assert waiting() == sorted(
        [
            (MessageKind.CONFIRMATION, str(Booking.objects.get().pk)),
            (MessageKind.HELPING_MOVED, str(helping.pk)),
        ]
    )
    helping.refresh_from_db()
    assert helping.calendar_version == 1


def test_each_other_end_is_news_once(surgery, olu):
    factories.create_helping(surgery=surgery)
    for minutes, until in enumerate((datetime.time(19, 10), datetime.time(19))):
        now = NOW + timedelta(minutes=minutes)
        move(surgery, olu, ends=until, now=now)
        move(surgery, olu, ends=until, now=now)
    assert Message.objects.count() == 2


def test_whoever_had_a_time_that_goes_is_told_the_one_she_has_now(surgery, olu):
    first, second = surgery.slots.order_by("starts_at")
    book(surgery, "early@example.org", slot=first)
    late = book(surgery, "late@example.org", slot=second)
    phone = book(surgery, "+447400123456", slot=second)
    gone = book(surgery, "gone@example.org", slot=second, state=BookingState.CANCELLED)
    changed = move(surgery, olu, ends=datetime.time(18, 15))
    assert changed.change.arrive_otherwise == 2
    assert waiting() == [(MessageKind.BOOKING_CHANGED, str(late.pk))]
    assert changed.change.news.to_ring == (phone,)
    assert list(Booking.objects.ring_list(NOW)) == [phone]
    versions = [Booking.objects.get(pk=one.pk).calendar_version for one in (late, phone, gone)]
    assert versions == [1, 1, 0]


# Quiet hours -----------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["move", "cancel"])
@pytest.mark.parametrize(
    ("starts_in", "leaves_in"),
    [(timedelta(days=3), timedelta(hours=11)), (timedelta(hours=12), None)],
)
def test_the_news_waits_for_the_morning_unless_it_starts_within_twelve_hours(
    olu, act, starts_in, leaves_in
):
    """R28; 22:00 to 09:00 is eleven hours."""
    starts_at = NIGHT + starts_in
    surgery = factories.create_surgery(
        series=factories.create_series(organiser=olu), on=starts_at.date(), starts_at=starts_at
    )
    book(surgery, "joyce@example.org")
    factories.create_helping(surgery=surgery)
    if act == "move":
        changed = move(surgery, olu, on=surgery.on + timedelta(days=14), now=NIGHT)
    else:
        changed = cancel_surgery(surgery, by=olu, now=NIGHT)
    at_once = NIGHT + (leaves_in or timedelta(0))
    assert set(Message.objects.values_list("next_at", flat=True)) == {at_once}
    assert changed.change.news.leaves_at == at_once


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_who_has_not_heard_of_the_first_change_still_gets_ready_for_the_first_start(olu, act):
    """Two changes in one night: what was not sent is called off, its haste is not."""
    starts_at = NIGHT + timedelta(hours=11)
    surgery = factories.create_surgery(
        series=factories.create_series(organiser=olu), on=starts_at.date(), starts_at=starts_at
    )
    book(surgery, "joyce@example.org")
    move(surgery, olu, on=surgery.on + timedelta(days=14), now=NIGHT)
    if act == "move":
        move(surgery, olu, on=surgery.on + timedelta(days=21), now=NIGHT)
    else:
        cancel_surgery(surgery, by=olu, now=NIGHT)
    (message,) = Message.objects.filter(state=MessageState.QUEUED)
    assert (message.next_at, message.covers_from) == (NIGHT, starts_at)


def test_who_has_heard_of_it_sleeps_through_the_second_change(olu):
    starts_at = NIGHT + timedelta(hours=11)
    surgery = factories.create_surgery(
        series=factories.create_series(organiser=olu), on=starts_at.date(), starts_at=starts_at
    )
    book(surgery, "joyce@example.org")
    move(surgery, olu, on=surgery.on + timedelta(days=14), now=NIGHT)
    Message.objects.update(state=MessageState.SENT, sent_at=NIGHT)
    cancel_surgery(surgery, by=olu, now=NIGHT)
    (message,) = Message.objects.filter(state=MessageState.QUEUED)
    assert message.next_at == NIGHT + timedelta(hours=11)


# Cancelling ------------------------------------------------------------------------------


def test_cancelling_tells_each_once_and_lists_who_is_rung(surgery, olu):
    lead, _other = party(surgery, "joyce@example.org")
    carol = wait(surgery, "carol@example.org")
    phone = book(surgery, "+447400123456")
    helping = factories.create_helping(surgery=surgery)
    owe(MessageKind.CONFIRMATION, lead, now=NOW)
    news = cancel_surgery(surgery, by=olu, now=NOW).change.news
    bookings = [(CANCELLED, str(one.pk)) for one in (lead, carol)]
    assert waiting() == sorted([*bookings, (MessageKind.HELPING_CANCELLED, str(helping.pk))])
    assert (news.emails, news.texts, news.to_ring) == (3, 0, (phone,))
    assert list(Booking.objects.ring_list(NOW)) == [phone]
    with pytest.raises(Refused, match="cancelled already"):
        cancel_surgery(surgery, by=olu, now=NOW)
    assert len(waiting()) == 3


# Foreseen --------------------------------------------------------------------------------


def test_what_is_foreseen_is_what_happens_and_nothing_of_it_is_kept(
    surgery, olu, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level("INFO")
    second = surgery.slots.latest("starts_at")
    book(surgery, "joyce@example.org", slot=second)
    phone = book(surgery, "+447400123456")
    wait(surgery, "carol@example.org")
    factories.create_helping(surgery=surgery)
    typed = change(
        surgery, on=THURSDAY, place="Library", ends=datetime.time(18, 15), places_wanted=3
    )
    before = everything()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        foreseen = foresee(move_surgery, surgery, **typed, by=olu, now=NOW)
    assert everything() == before
    assert (callbacks, caplog.text) == ([], "")
    done = move_surgery(surgery, **typed, by=olu, now=NOW)
    assert foreseen.change == done.change
    expected = (True, 1, 1, 3, 3, (phone,))
    news = done.change
    assert expected == (
        done.moved,
        news.arrive_otherwise,
        news.got_places,
        news.people,
        news.chairs,
        news.news.to_ring,
    )


def test_what_would_be_refused_is_refused_beforehand(surgery, olu):
    before = everything()
    with pytest.raises(Refused) as refused:
        foresee(
            move_surgery, surgery, **change(surgery, on=datetime.date(2026, 11, 1)), by=olu, now=NOW
        )
    assert refused.value.field == "on"
    assert everything() == before


def test_a_change_that_nobody_notices_does_not_matter(surgery, olu):
    assert not foresee(move_surgery, surgery, **change(surgery), by=olu, now=NOW).change.matters
    Surgery.objects.update(state=SurgeryState.DRAFT)
    empty = foresee(move_surgery, surgery, **change(surgery, on=THURSDAY), by=olu, now=NOW)
    assert (empty.moved, empty.change.matters) == (True, False)
