"""Helpers get a reminder of their own, when the attendees get their last one (R20, R21)."""

import datetime
from datetime import timedelta

import pytest

from surgeries.actions.derived import owe_helper_reminders
from surgeries.actions.helpers import confirm_helping, give_night_off, withdraw_helping
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Message, ReminderTime
from surgeries.states import HelpingState, MessageKind, MessageState, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DUE = at(WEDNESDAY - DAY, 17, 30)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu))


@pytest.fixture
def helping(surgery):
    return factories.create_helping(surgery=surgery, answered_at=NOW)


def queued():
    reminders = Message.objects.filter(kind=MessageKind.HELPING_REMINDER)
    return reminders.filter(state=MessageState.QUEUED)


def test_it_is_owed_at_its_minute_and_once(helping):
    assert owe_helper_reminders(now=DUE - HOUR / 60) == 0
    assert owe_helper_reminders(now=DUE) == 1
    assert owe_helper_reminders(now=DUE + HOUR) == 0
    assert queued().get().expires_at == helping.surgery.starts_at


def test_an_evening_that_begins_late_is_told_before_the_quiet_hours(olu):
    late = factories.create_surgery(
        series=factories.create_series(organiser=olu), starts_at=at(WEDNESDAY, 21)
    )
    factories.create_helping(surgery=late, answered_at=NOW)
    assert owe_helper_reminders(now=at(WEDNESDAY - DAY, 19, 59)) == 0
    assert owe_helper_reminders(now=at(WEDNESDAY - DAY, 20)) == 1


def test_one_found_at_night_leaves_in_the_morning(helping):
    owe_helper_reminders(now=at(WEDNESDAY - DAY, 23))
    assert queued().get().next_at == at(WEDNESDAY, 9)


def test_a_series_may_say_when(helping):
    ReminderTime.objects.create(
        series=helping.surgery.series,
        kind=MessageKind.REMINDER_LAST,
        on=True,
        days_before=2,
        at=datetime.time(12),
    )
    assert owe_helper_reminders(now=at(WEDNESDAY - 2 * DAY, 11, 59)) == 0
    assert owe_helper_reminders(now=at(WEDNESDAY - 2 * DAY, 12)) == 1


@pytest.mark.parametrize("state", [HelpingState.OFFERED, HelpingState.WITHDRAWN])
def test_whoever_is_not_coming_is_not_reminded(surgery, state):
    factories.create_helping(surgery=surgery, state=state)
    assert owe_helper_reminders(now=DUE) == 0


@pytest.mark.parametrize("state", [SurgeryState.CANCELLED, SurgeryState.DRAFT])
def test_an_evening_that_is_off_is_not_reminded_of(surgery, helping, state):
    surgery.state = state
    surgery.save()
    assert owe_helper_reminders(now=DUE) == 0


def test_not_after_the_start_nor_without_an_address(surgery, helping):
    assert owe_helper_reminders(now=surgery.starts_at) == 0
    helping.helper.email = ""
    helping.helper.save()
    assert owe_helper_reminders(now=DUE) == 0


def test_not_so_soon_after_the_organisers_yes(surgery, olu):
    offer = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    confirm_helping(offer, by=olu, now=DUE - 11 * HOUR)
    assert owe_helper_reminders(now=DUE) == 0


@pytest.mark.parametrize("how", ["withdraws", "night off", "cancelled"])
def test_a_reminder_in_the_queue_does_not_leave_once_she_is_not_expected(
    helping, surgery, olu, how
):
    owe_helper_reminders(now=DUE)
    if how == "withdraws":
        withdraw_helping(helping, now=DUE)
    elif how == "night off":
        give_night_off(helping, by=olu, now=DUE)
    else:
        cancel_surgery(surgery, by=olu, now=DUE)
    assert not queued().exists()
    taken = with_person(Message.objects.filter(kind=MessageKind.HELPING_REMINDER)).get()
    assert not is_still_wanted(taken)


def test_a_reminder_of_an_older_schedule_never_leaves_and_the_new_one_has_its_own(
    helping, surgery, olu
):
    owe_helper_reminders(now=DUE)
    old = with_person(Message.objects.all()).get()
    assert is_still_wanted(old)
    move_surgery(
        surgery,
        place=surgery.venue.name,
        on=WEDNESDAY + 7 * DAY,
        starts=datetime.time(17, 30),
        ends=datetime.time(19),
        by=olu,
        now=DUE + HOUR,
    )
    assert not queued().exists()
    assert not is_still_wanted(with_person(Message.objects.filter(pk=old.pk)).get())
    assert owe_helper_reminders(now=DUE + 7 * DAY) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_reminding_costs_the_same_for_one_and_for_three(surgery, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.create_helping(surgery=surgery, answered_at=NOW)
    with django_assert_num_queries(6):
        assert owe_helper_reminders(now=DUE) == rows
