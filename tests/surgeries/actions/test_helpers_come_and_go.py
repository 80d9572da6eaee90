"""Other hours, a night off, and taking a no back: places follow, bookings stand (R8, R40, R41)."""

from datetime import time, timedelta

import pytest

from surgeries.actions import helpers as actions
from surgeries.actions.places import without_a_chair
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.models import Helper, Message
from surgeries.refusals import Refused
from surgeries.states import (
    BookingState,
    HelpingState,
    HelpingStyle,
    MessageKind,
    MessageState,
    Withdrawal,
)
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    """Olu and nobody else: a place at each of two times."""
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(1, 1))


@pytest.fixture
def helping(surgery, olu):
    """Hana is coming, so there are two places at each time."""
    helping = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    actions.confirm_helping(helping, by=olu, now=NOW)
    return fresh(helping)


def fresh(helping):
    helping.refresh_from_db()
    return helping


def chairs(surgery):
    return [slot.places.count() for slot in surgery.slots.order_by("starts_at")]


def queued():
    messages = Message.objects.filter(state=MessageState.QUEUED)
    return sorted(messages.values_list("kind", flat=True))


# Hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comes", "leaves", "kept", "places"),
    [
        (None, time(18), (None, time(18)), [2, 2]),
        (time(18), None, (time(18), None), [2, 2]),
        (time(18, 15), time(18, 30), (time(18, 15), time(18, 30)), [2, 2]),
        (time(18, 20), None, (time(18, 20), None), [1, 1]),
    ],
)
def test_places_are_where_she_is(helping, surgery, comes, leaves, kept, places):
    actions.change_hours(helping, comes=comes, leaves=leaves, now=NOW + HOUR)
    assert (fresh(helping).helps_from, helping.helps_until) == kept
    assert chairs(surgery) == places
    assert Helper.objects.get().last_active_at == NOW + HOUR


def test_the_whole_evening_is_kept_as_no_hours_at_all(helping, surgery):
    actions.change_hours(helping, comes=time(18), leaves=None, now=NOW)
    actions.change_hours(helping, comes=time(17, 30), leaves=time(19), now=NOW)
    assert (fresh(helping).helps_from, helping.helps_until) == (None, None)
    assert chairs(surgery) == [2, 2]


def test_two_who_leave_early_make_places_at_the_start_only(helping, surgery, olu):
    surgery.organiser_helps = False
    surgery.save()
    other = factories.create_helping(surgery=surgery, helps_until=time(18, 15))
    actions.change_hours(helping, comes=None, leaves=time(18, 15), now=NOW)
    assert chairs(surgery) == [4, 0]
    actions.withdraw_helping(other, now=NOW)
    assert chairs(surgery) == [2, 0]


def test_bookings_stand_when_her_hours_shrink_and_the_organiser_is_told_how_many(helping, surgery):
    bookings = [factories.create_booking(surgery=surgery) for _ in range(4)]
    before = [(b.pk, b.slot_id, b.place_id, b.state) for b in bookings]
    actions.change_hours(helping, comes=time(18, 30), leaves=None, now=NOW)
    for booking in bookings:
        booking.refresh_from_db()
    assert [(b.pk, b.slot_id, b.place_id, b.state) for b in bookings] == before
    assert without_a_chair(surgery) == 2


def test_who_waits_gets_the_place_that_longer_hours_make(helping, surgery):
    actions.change_hours(helping, comes=time(18, 30), leaves=None, now=NOW)
    for _ in range(2):
        factories.create_booking(surgery=surgery)
    waits = factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    waits.accepts.set(surgery.slots.all())
    actions.change_hours(helping, comes=None, leaves=None, now=NOW)
    waits.refresh_from_db()
    assert waits.state == BookingState.BOOKED
    assert MessageKind.PLACE_FOUND in queued()


def test_hours_of_an_offer_make_no_places(surgery):
    offer = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    actions.change_hours(offer, comes=time(18), leaves=None, now=NOW)
    assert fresh(offer).helps_from == time(18)
    assert chairs(surgery) == [1, 1]


@pytest.mark.parametrize(
    ("comes", "leaves", "field", "sentence"),
    [
        (time(19), None, "comes", "It ends at 7pm. Choose an earlier time."),
        (None, time(17, 30), "leaves", "It starts at 5:30pm. Choose a later time."),
        (time(18), time(18), "leaves", "That is before the arrival. Choose a later time."),
    ],
)
def test_hours_outside_the_evening_are_refused_and_leave_no_trace(
    helping, surgery, comes, leaves, field, sentence
):
    version = helping.calendar_version
    with pytest.raises(Refused) as refused:
        actions.change_hours(helping, comes=comes, leaves=leaves, now=NOW)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)
    assert (fresh(helping).helps_from, helping.helps_until) == (None, None)
    assert (helping.calendar_version, chairs(surgery)) == (version, [2, 2])


def test_who_is_not_coming_has_no_hours(helping, surgery):
    actions.withdraw_helping(helping, now=NOW)
    with pytest.raises(Refused, match="not down"):
        actions.change_hours(helping, comes=time(18), leaves=None, now=NOW)
    assert fresh(helping).helps_from is None


def test_the_organisers_change_is_news_to_her_and_her_own_is_not(helping, olu):
    Message.objects.all().delete()
    actions.change_hours(helping, comes=time(18), leaves=None, now=NOW)
    assert queued() == []
    actions.change_hours(helping, comes=None, leaves=time(18), by=olu, now=NOW)
    assert queued() == [MessageKind.HELPING_MOVED]
    actions.change_hours(helping, comes=None, leaves=time(18), by=olu, now=NOW)
    actions.change_hours(helping, comes=None, leaves=None, by=olu, now=NOW)
    assert queued() == [MessageKind.HELPING_MOVED]


def test_when_the_evening_moves_away_from_her_hours_she_is_there_for_all_of_it(
    helping, surgery, olu
):
    actions.change_hours(helping, comes=time(18, 30), leaves=None, now=NOW)
    move_surgery(
        surgery,
        place=surgery.venue.name,
        on=surgery.on,
        starts=time(14),
        ends=time(15, 30),
        by=olu,
        now=NOW,
    )
    assert chairs(surgery) == [2, 2]


# Calendar files -------------------------------------------------------------------------


def test_every_change_of_her_evening_outdates_the_calendar_file_before_it(helping, olu):
    versions = [helping.calendar_version]
    for change in (
        lambda: actions.change_hours(helping, comes=time(18), leaves=None, now=NOW),
        lambda: actions.give_night_off(helping, by=olu, now=NOW),
        lambda: actions.confirm_helping(helping, by=olu, now=NOW),
        lambda: actions.withdraw_helping(helping, now=NOW),
        lambda: actions.offer_again(helping, now=NOW),
        lambda: actions.confirm_helping(helping, by=olu, now=NOW),
    ):
        change()
        versions.append(fresh(helping).calendar_version)
    assert versions == [1, 2, 3, 4, 5, 6, 7]


def test_what_changes_nothing_outdates_nothing(helping, olu):
    actions.confirm_helping(helping, by=olu, now=NOW)
    actions.change_hours(helping, comes=None, leaves=None, now=NOW)
    assert fresh(helping).calendar_version == 1


# A night off ----------------------------------------------------------------------------


def test_a_night_off_takes_her_free_places_and_tells_her(helping, surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    actions.give_night_off(helping, by=olu, now=NOW)
    assert (fresh(helping).state, helping.withdrawal) == (
        HelpingState.WITHDRAWN,
        Withdrawal.NIGHT_OFF,
    )
    assert chairs(surgery) == [1, 1]
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED
    assert queued() == [MessageKind.NIGHT_OFF]


def test_two_taps_are_one_night_off(helping, olu):
    for _ in range(2):
        actions.give_night_off(helping, by=olu, now=NOW)
    assert queued() == [MessageKind.NIGHT_OFF]


def test_a_night_off_is_taken_back_by_saying_yes_again(helping, surgery, olu):
    actions.give_night_off(helping, by=olu, now=NOW)
    actions.confirm_helping(helping, by=olu, now=NOW + HOUR)
    assert (fresh(helping).state, helping.withdrawal) == (HelpingState.CONFIRMED, "")
    assert chairs(surgery) == [2, 2]
    assert queued() == [MessageKind.OFFER_ACCEPTED]


def test_the_news_of_a_night_off_waits_for_the_morning(helping, olu):
    late = at(WEDNESDAY - timedelta(days=3), 22)
    actions.give_night_off(helping, by=olu, now=late)
    message = Message.objects.get(kind=MessageKind.NIGHT_OFF)
    assert message.next_at == at(WEDNESDAY - timedelta(days=2), 9)
    assert message.expires_at == helping.surgery.ends_at


def test_a_night_off_is_still_told_when_the_evening_is_called_off(helping, surgery, olu):
    actions.give_night_off(helping, by=olu, now=at(WEDNESDAY - timedelta(days=3), 22))
    cancel_surgery(surgery, by=olu, now=at(WEDNESDAY - timedelta(days=2), 7))
    assert queued() == [MessageKind.NIGHT_OFF]


def test_an_offer_that_is_not_needed_is_answered_kindly(surgery, olu):
    offer = actions.offer_help(
        surgery, name="Hana", email="hana@example.org", style="just_once", now=NOW
    )
    actions.give_night_off(offer, by=olu, now=NOW)
    assert (fresh(offer).state, offer.withdrawal) == (HelpingState.WITHDRAWN, Withdrawal.NIGHT_OFF)
    assert queued() == [MessageKind.NIGHT_OFF]


def test_what_the_organiser_noted_by_mistake_she_takes_back(helping, surgery, olu):
    actions.withdraw_helping(helping, by=olu, now=NOW)
    assert fresh(helping).withdrawal == Withdrawal.PASSED_ON
    actions.confirm_helping(helping, by=olu, now=NOW)
    assert (fresh(helping).state, chairs(surgery)) == (HelpingState.CONFIRMED, [2, 2])


@pytest.mark.parametrize("first", ["night off", "noted", "nothing"])
def test_her_own_no_stands_whatever_was_said_before(helping, surgery, olu, first):
    if first == "night off":
        actions.give_night_off(helping, by=olu, now=NOW)
    elif first == "noted":
        actions.withdraw_helping(helping, by=olu, now=NOW)
    actions.withdraw_helping(helping, now=NOW)
    with pytest.raises(Refused, match="Hana cannot come after all"):
        actions.confirm_helping(helping, by=olu, now=NOW)
    assert (fresh(helping).state, helping.withdrawal) == (
        HelpingState.WITHDRAWN,
        Withdrawal.HERSELF,
    )
    assert chairs(surgery) == [1, 1]


def test_nothing_changes_at_an_evening_that_is_over_or_off(helping, surgery, olu):
    for act in (
        lambda now: actions.change_hours(helping, comes=time(18), leaves=None, now=now),
        lambda now: actions.give_night_off(helping, by=olu, now=now),
    ):
        with pytest.raises(Refused, match="over"):
            act(surgery.ends_at)
    cancel_surgery(surgery, by=olu, now=NOW)
    with pytest.raises(Refused, match="cancelled"):
        actions.give_night_off(helping, by=olu, now=NOW)
    assert fresh(helping).state == HelpingState.CONFIRMED


# About herself --------------------------------------------------------------------------


def test_the_code_is_agreed_once(helping):
    assert not helping.is_ready
    actions.agree_code(helping.helper, now=NOW)
    actions.agree_code(helping.helper, now=NOW + HOUR)
    helper = Helper.objects.get()
    assert (helper.code_agreed_at, helper.last_active_at) == (NOW, NOW + HOUR)
    helping.helper = helper
    assert helping.is_ready


@pytest.mark.parametrize("state", [HelpingState.OFFERED, HelpingState.WITHDRAWN])
def test_whoever_is_not_coming_is_not_ready(surgery, state):
    hana = factories.create_helper(series=surgery.series, code_agreed_at=NOW)
    helping = factories.create_helping(surgery=surgery, helper=hana, state=state)
    assert not helping.is_ready


def test_she_says_what_she_can_help_with(helping):
    actions.describe_helper(
        helping.helper,
        goals=["news", "safe"],
        languages="  English, Türkçe ",
        can_help_with=" photos ",
        now=NOW + HOUR,
    )
    helper = Helper.objects.get()
    assert (helper.goals, helper.languages, helper.can_help_with, helper.last_active_at) == (
        ["news", "safe"],
        "English, Türkçe",
        "photos",
        NOW + HOUR,
    )
    assert helper.get_goals_display() == ["Get our news out each month", "Stay safe online"]


def test_whoever_sits_beside_somebody_first_makes_no_places_at_any_hour(surgery, olu):
    helping = factories.create_helping(surgery=surgery, style=HelpingStyle.SIT_BESIDE)
    actions.change_hours(helping, comes=time(18), leaves=None, now=NOW)
    assert chairs(surgery) == [1, 1]
