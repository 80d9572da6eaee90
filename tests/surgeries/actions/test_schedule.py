import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from surgeries.actions.places import deal_places
from surgeries.actions.schedule import (
    cancel_surgery,
    close_surgery,
    copy_surgery,
    create_surgery,
    describe_venue,
    move_surgery,
    next_date_after,
    publish_surgery,
)
from surgeries.models import Booking, Message, Place, Slot, Surgery, Venue
from surgeries.refusals import Refused
from surgeries.states import BookingState, HelpingState, HelpingStyle, MessageKind, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

MONDAY = NOW.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def chairs(surgery):
    """How many places each arrival time has, earliest first."""
    return [slot.places.count() for slot in surgery.slots.order_by("starts_at")]


def numbers(surgery):
    return sorted(surgery.places.values_list("number", flat=True))


def create(series, olu, **changes):
    return create_surgery(
        series,
        **{"place": "Canal Street Hall", "on": WEDNESDAY, "by": olu, "now": NOW} | changes,
    )


def move(surgery, olu, **changes):
    as_it_was = {
        "place": surgery.venue.name,
        "on": surgery.on,
        "starts": surgery.starts_local.time(),
        "ends": surgery.ends_local.time(),
        "by": olu,
        "now": NOW,
    }
    return move_surgery(surgery, **as_it_was | changes)


def owed():
    return sorted(Message.objects.values_list("kind", flat=True))


# Starting one ---------------------------------------------------------------------------


def test_a_place_and_a_date_suffice(series, olu):
    surgery = create(series, olu)
    assert (surgery.state, surgery.venue.name) == (SurgeryState.DRAFT, "Canal Street Hall")
    assert (surgery.starts_at, surgery.ends_at) == (at(WEDNESDAY, 17, 30), at(WEDNESDAY, 19))
    assert [slot.starts_at for slot in surgery.slots.all()] == [
        at(WEDNESDAY, 17, 30),
        at(WEDNESDAY, 18, 15),
    ]
    assert chairs(surgery) == [1, 1]


def test_published_at_once_it_can_be_booked(series, olu):
    surgery = create(series, olu, publish=True)
    assert (surgery.state, surgery.published_at) == (SurgeryState.PUBLISHED, NOW)
    assert surgery.takes_bookings(NOW)


def test_booking_opens_28_days_ahead(series, olu):
    surgery = create(series, olu, on=datetime.date(2026, 12, 1), publish=True)
    assert not surgery.takes_bookings(NOW)
    assert surgery.takes_bookings(NOW + datetime.timedelta(days=1))


def test_a_place_known_by_another_capitalisation_is_the_same_place(series, olu):
    first = create(series, olu)
    second = create(series, olu, place=" canal  street hall ", on=datetime.date(2026, 12, 9))
    assert first.venue == second.venue
    assert Venue.objects.count() == 1


def test_the_same_place_name_in_another_series_is_another_venue(series, olu):
    factories.create_venue(series=factories.create_series(), name="Canal Street Hall")
    create(series, olu)
    assert Venue.objects.filter(name="Canal Street Hall").count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"on": datetime.date(2026, 11, 1)},
            "on",
            "That time has passed. Choose a day from today on.",
        ),
        ({"place": " \x00"}, "place", "Enter the place, like “Canal Street Hall”."),
        (
            {"starts": datetime.time(18), "ends": datetime.time(17)},
            "ends",
            "The end comes before the start. Choose a later end.",
        ),
    ],
)
def test_a_refused_surgery_leaves_no_trace(series, olu, changes, field, sentence):
    with pytest.raises(Refused) as refused:
        create(series, olu, **changes)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)
    assert (Surgery.objects.count(), Venue.objects.count(), Slot.objects.count()) == (0, 0, 0)


def test_a_date_that_is_taken_says_so(series, olu):
    create(series, olu)
    with pytest.raises(Refused) as refused:
        create(series, olu, place="Library")
    assert refused.value.field == "on"
    assert refused.value.sentence == (
        "You have a surgery on Wednesday 11 November already. Choose another date."
    )
    assert (Surgery.objects.count(), Venue.objects.count()) == (1, 1)


def test_a_cancelled_surgery_leaves_its_date_free(series, olu):
    cancel_surgery(create(series, olu), by=olu, now=NOW)
    create(series, olu)
    assert Surgery.objects.count() == 2


def test_two_surgeries_on_one_date_are_stopped_by_the_database(series, olu):
    create(series, olu)
    with pytest.raises(IntegrityError, match="one_surgery_per_series_and_date"):
        factories.create_surgery(series=series)


# Publishing -----------------------------------------------------------------------------


def test_publishing_twice_is_refused(series, olu):
    surgery = create(series, olu, publish=True)
    with pytest.raises(Refused, match="published already"):
        publish_surgery(surgery, by=olu, now=NOW)


def test_a_draft_whose_time_has_passed_cannot_be_published(series, olu):
    surgery = create(series, olu)
    with pytest.raises(Refused, match="has passed"):
        publish_surgery(surgery, by=olu, now=surgery.starts_at)
    surgery.refresh_from_db()
    assert surgery.state == SurgeryState.DRAFT


# Dealing places -------------------------------------------------------------------------


def test_each_confirmed_helper_brings_two_places(series, olu):
    surgery = create(series, olu)
    factories.create_helping(surgery=surgery)
    factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    factories.create_helping(surgery=surgery, style=HelpingStyle.SIT_BESIDE)
    deal_places(surgery)
    assert chairs(surgery) == [2, 2]


def test_an_organiser_who_does_not_help_adds_no_places(series, olu):
    surgery = create(series, olu, organiser_helps=False)
    assert chairs(surgery) == [0, 0]


def test_her_own_number_wins(series, olu):
    surgery = create(series, olu, places_wanted=5)
    assert chairs(surgery) == [3, 2]


def test_a_helper_who_withdraws_takes_only_free_places_along(series, olu):
    surgery = create(series, olu, publish=True, places_wanted=6)
    first, second = surgery.slots.order_by("starts_at")
    bookings = [factories.create_booking(slot=first) for _ in range(3)]
    surgery.places_wanted = 2
    deal_places(surgery)
    assert chairs(surgery) == [3, 0]
    assert {booking.place_id for booking in bookings} == set(
        Place.objects.values_list("pk", flat=True)
    )
    surgery.places_wanted = 4
    deal_places(surgery)
    assert chairs(surgery) == [3, 1]
    assert numbers(surgery) == sorted(numbers(surgery))
    assert second.places.count() == 1


def test_dealing_again_changes_nothing(series, olu):
    surgery = create(series, olu, places_wanted=5)
    before = list(Place.objects.order_by("pk").values_list("pk", "slot"))
    deal_places(surgery)
    assert list(Place.objects.order_by("pk").values_list("pk", "slot")) == before


# Moving ---------------------------------------------------------------------------------


def test_moving_tells_everybody_and_bookings_keep_their_arrival_time(series, olu):
    surgery = create(series, olu, publish=True)
    slot = surgery.slots.order_by("starts_at")[1]
    booking = factories.create_booking(slot=slot)
    factories.create_helping(surgery=surgery)
    thursday = WEDNESDAY + datetime.timedelta(days=1)
    moved = move(surgery, olu, on=thursday, starts=datetime.time(18, 15), ends=None)
    assert (moved.moved, moved.schedule_version, moved.on) == (True, 2, thursday)
    booking.refresh_from_db()
    assert booking.slot == slot
    assert booking.slot.starts_at == at(thursday, 19)
    assert owed() == [MessageKind.HELPING_MOVED, MessageKind.SURGERY_MOVED]


def test_moving_by_exactly_one_arrival_time_works_both_ways(series, olu):
    surgery = create(series, olu, publish=True)
    later = move(surgery, olu, starts=datetime.time(18, 15), ends=datetime.time(19, 45))
    earlier = move(later, olu, starts=datetime.time(17, 30), ends=datetime.time(19))
    assert [slot.starts_at for slot in earlier.slots.all()] == [
        at(WEDNESDAY, 17, 30),
        at(WEDNESDAY, 18, 15),
    ]


def test_people_whose_arrival_time_goes_take_the_last_one(series, olu):
    surgery = create(series, olu, publish=True)
    first, second = surgery.slots.order_by("starts_at")
    booking = factories.create_booking(slot=second)
    move(surgery, olu, ends=datetime.time(18, 15))
    booking.refresh_from_db()
    assert (booking.slot, booking.place.slot) == (first, first)
    assert chairs(surgery) == [2]


def test_a_longer_evening_has_more_arrival_times(series, olu):
    surgery = create(series, olu, places_wanted=6)
    move(surgery, olu, ends=datetime.time(19, 30), places_wanted=6)
    assert chairs(surgery) == [2, 2, 2]


def test_changing_only_the_number_of_places_is_no_news(series, olu):
    surgery = create(series, olu, publish=True)
    factories.create_booking(surgery=surgery)
    changed = move(surgery, olu, places_wanted=5)
    assert (changed.moved, changed.schedule_version) == (False, 1)
    assert chairs(changed) == [3, 2]
    assert owed() == []


def test_whoever_cancelled_walked_in_or_has_no_email_is_not_written_to(series, olu):
    surgery = create(series, olu, publish=True, places_wanted=4)
    phone = factories.create_attendee(series=series, contact="+447400123456")
    factories.create_booking(surgery=surgery, attendee=phone)
    factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    factories.create_booking(surgery=surgery, walked_in=True, outcome="came")
    factories.create_helping(surgery=surgery, state=HelpingState.WITHDRAWN)
    move(surgery, olu, place="Library")
    cancel_surgery(surgery, by=olu, now=NOW)
    assert owed() == []


@pytest.mark.parametrize("state", [SurgeryState.CANCELLED, SurgeryState.CLOSED])
def test_what_is_over_cannot_be_moved_or_cancelled(series, olu, state):
    surgery = factories.create_surgery(series=series, state=state)
    with pytest.raises(Refused):
        move(surgery, olu, place="Library")
    with pytest.raises(Refused):
        cancel_surgery(surgery, by=olu, now=NOW)
    assert not Venue.objects.filter(name="Library").exists()


def test_whoever_was_rung_about_the_old_time_is_rung_again(series, olu):
    surgery = create(series, olu, publish=True)
    winston = factories.create_attendee(series=series, contact="+447400123457")
    booking = factories.create_booking(
        surgery=surgery, attendee=winston, booked_at=at(MONDAY, 7), rung_at=at(MONDAY, 8)
    )
    assert list(Booking.objects.ring_list(NOW)) == []
    move(surgery, olu, place="Library")
    assert list(Booking.objects.ring_list(NOW)) == [booking]


def test_moving_to_a_taken_past_or_far_date_changes_nothing(series, olu):
    surgery = create(series, olu, publish=True)
    factories.create_booking(surgery=surgery)
    create(series, olu, on=datetime.date(2026, 12, 9))
    taken, past, far = (
        datetime.date(*day) for day in ((2026, 12, 9), (2026, 11, 1), (9999, 12, 31))
    )
    for day in (taken, past, far):
        with pytest.raises(Refused) as refused:
            move(surgery, olu, on=day)
        assert refused.value.field == "on"
    surgery.refresh_from_db()
    assert (surgery.on, surgery.schedule_version) == (WEDNESDAY, 1)
    assert owed() == []


# Copying --------------------------------------------------------------------------------


def test_a_date_just_called_off_is_not_offered_again(series, olu):
    surgery = create(series, olu, publish=True)
    december = copy_surgery(surgery, by=olu, now=NOW)
    cancel_surgery(december, by=olu, now=NOW)
    assert next_date_after(surgery, now=NOW) == datetime.date(2027, 1, 13)


def test_a_copy_is_on_the_same_nth_weekday_at_the_same_place_and_times(series, olu):
    first = create(
        series,
        olu,
        on=datetime.date(2026, 11, 11),
        starts=datetime.time(16),
        ends=datetime.time(18),
        places_wanted=7,
        organiser_helps=False,
    )
    copy = copy_surgery(first, by=olu, now=NOW)
    assert (copy.on, copy.state, copy.venue) == (
        datetime.date(2026, 12, 9),
        SurgeryState.PUBLISHED,
        first.venue,
    )
    assert (copy.starts_at, copy.ends_at) == (at(copy.on, 16), at(copy.on, 18))
    assert (copy.places_wanted, copy.organiser_helps) == (7, False)


def test_a_copy_keeps_the_wall_clock_across_the_clock_change(series, olu):
    october = factories.create_surgery(series=series, on=datetime.date(2026, 10, 14))
    copy = copy_surgery(october, by=olu, now=NOW)
    assert copy.on == datetime.date(2026, 11, 11)
    assert copy.starts_at == at(copy.on, 17, 30)


def test_copying_twice_goes_on_to_the_month_after(series, olu):
    first = create(series, olu)
    copy_surgery(first, by=olu, now=NOW)
    assert copy_surgery(first, by=olu, now=NOW).on == datetime.date(2027, 1, 13)


def test_a_surgery_of_long_ago_is_copied_into_the_future(series, olu):
    july = factories.create_surgery(series=series, on=datetime.date(2026, 7, 8))
    assert copy_surgery(july, by=olu, now=NOW).on == datetime.date(2026, 11, 11)


def test_a_surgery_without_a_place_cannot_be_copied(series, olu):
    imported = factories.create_surgery(series=series)
    Surgery.objects.update(venue=None)
    imported.refresh_from_db()
    with pytest.raises(Refused, match="do not know where"):
        copy_surgery(imported, by=olu, now=NOW)


# Cancelling -----------------------------------------------------------------------------


def test_cancelling_tells_everybody_and_calls_off_what_was_owed(series, olu):
    surgery = create(series, olu, publish=True)
    booking = factories.create_booking(surgery=surgery)
    factories.create_helping(surgery=surgery)
    factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    reminder = factories.create_message(
        booking=booking, kind=MessageKind.REMINDER_LAST, owed_at=NOW
    )
    cancelled = cancel_surgery(surgery, by=olu, now=NOW)
    assert (cancelled.state, cancelled.cancelled_at) == (SurgeryState.CANCELLED, NOW)
    reminder.refresh_from_db()
    assert reminder.state == "cancelled"
    assert owed() == [
        MessageKind.HELPING_CANCELLED,
        MessageKind.HELPING_CANCELLED,
        MessageKind.REMINDER_LAST,
        MessageKind.SURGERY_CANCELLED,
    ]


def test_cancelling_costs_the_same_for_one_booking_as_for_many(series, olu):
    def statements(day, bookings):
        surgery = factories.create_surgery(series=series, on=day, places=(bookings, 0))
        for _ in range(bookings):
            factories.create_booking(surgery=surgery)
            factories.create_helping(surgery=surgery)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            cancel_surgery(surgery, by=olu, now=NOW)
        return len(queries)

    assert statements(WEDNESDAY, 1) == statements(datetime.date(2026, 12, 9), 100)


def test_a_cancelled_surgery_that_is_rolled_back_owes_nothing(series, olu):
    surgery = create(series, olu, publish=True)
    factories.create_booking(surgery=surgery)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        cancel_surgery(surgery, by=olu, now=NOW)
        1 / 0  # noqa: B018
    surgery.refresh_from_db()
    assert (surgery.state, owed()) == (SurgeryState.PUBLISHED, [])


# Closing --------------------------------------------------------------------------------


def test_closing_leaves_what_nobody_recorded(series, olu):
    surgery = create(series, olu, publish=True)
    booking = factories.create_booking(surgery=surgery)
    closed = close_surgery(surgery, by=olu, now=surgery.ends_at)
    booking.refresh_from_db()
    assert (closed.state, closed.closed_at) == (SurgeryState.CLOSED, surgery.ends_at)
    assert booking.outcome == "not_recorded"


def test_a_surgery_that_has_not_started_cannot_be_closed(series, olu):
    surgery = create(series, olu, publish=True)
    with pytest.raises(Refused, match="not started"):
        close_surgery(surgery, by=olu, now=NOW)
    surgery.refresh_from_db()
    assert surgery.state == SurgeryState.PUBLISHED


def test_closing_twice_is_refused(series, olu):
    surgery = create(series, olu, publish=True)
    close_surgery(surgery, by=olu, now=surgery.ends_at)
    with pytest.raises(Refused, match="closed already"):
        close_surgery(surgery, by=olu, now=surgery.ends_at)


# The venue's card -----------------------------------------------------------------------


def test_what_was_not_stated_stays_unknown(series, olu):
    venue = factories.create_venue(series=series)
    describe_venue(venue, wifi=True, step_free=False, quiet_corner=None, by=olu, now=NOW)
    venue.refresh_from_db()
    assert (venue.wifi, venue.step_free, venue.quiet_corner) == (True, False, None)


# Clashes --------------------------------------------------------------------------------


def test_a_published_surgery_in_the_same_town_a_day_apart_clashes(series, olu):
    surgery = create(series, olu, publish=True)
    other = factories.create_surgery(
        series=factories.create_series(town="BIRMINGHAM"), on=datetime.date(2026, 11, 12)
    )
    factories.create_surgery(series=factories.create_series(), on=datetime.date(2026, 11, 13))
    factories.create_surgery(series=factories.create_series(town="Leeds"))
    factories.create_surgery(series=factories.create_series(), state=SurgeryState.DRAFT)
    assert Surgery.objects.clashing_with(surgery) == [other]


def test_coordinates_say_more_than_the_name_of_a_town(series, olu):
    here = factories.create_venue(series=series, latitude=52.4862, longitude=-1.8904)
    surgery = factories.create_surgery(series=series, venue=here)

    def elsewhere(town, latitude, longitude):
        series = factories.create_series(town=town)
        venue = factories.create_venue(series=series, latitude=latitude, longitude=longitude)
        return factories.create_surgery(series=series, venue=venue)

    dudley = elsewhere("Dudley", 52.5123, -2.0811)
    elsewhere("Birmingham", 53.8008, -1.5491)
    assert Surgery.objects.clashing_with(surgery) == [dudley]
