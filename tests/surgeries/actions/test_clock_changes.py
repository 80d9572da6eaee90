"""Every change of the clocks until 2030: evenings begin at times there are, once (P11)."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from surgeries.actions.derived import owe_reminders
from surgeries.actions.schedule import copy_surgery, create_surgery, move_surgery
from surgeries.models import Message, ReminderTime, Surgery
from surgeries.refusals import Refused
from surgeries.states import MessageKind
from tests import factories
from tests.factories import at
from tests.surgeries.rules.test_reminders import LONDON, NEW_YORK, clock_changes

pytestmark = pytest.mark.django_db

DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
SKIPPED = "The clocks go forward that night and skip this time. Choose a later one."
TWICE = "The clocks go back that night, so this time comes twice. Choose another one."


def wrong_times(zone):
    """(day, a time of it that is skipped or comes twice, what is said) at each change."""
    for moment in clock_changes(zone):
        before, after = moment.astimezone(zone), (moment + HOUR).astimezone(zone)
        local = before.replace(tzinfo=None)
        skips = after.utcoffset() > before.utcoffset()
        local += datetime.timedelta(minutes=90 if skips else 30)
        yield local.date(), local.time(), SKIPPED if skips else TWICE


WRONG = [
    pytest.param(zone, day, clock, said, id=f"{zone}-{day}")
    for zone in (LONDON, NEW_YORK)
    for day, clock, said in wrong_times(zone)
]


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


def evening(zone, day, clock, olu):
    """A surgery two weeks before that day, at the same time, and an instant before it."""
    series = factories.create_series(organiser=olu, time_zone=str(zone))
    on = day - 14 * DAY
    starts_at = datetime.datetime.combine(on, clock, zone)
    return factories.create_surgery(series=series, on=on, starts_at=starts_at), starts_at - 7 * DAY


def as_it_is(surgery):
    return Surgery.objects.values("on", "starts_at", "ends_at", "schedule_version").get(
        pk=surgery.pk
    )


def test_there_are_ten_changes_in_each_zone():
    assert [sum(param.values[0] == zone for param in WRONG) for zone in (LONDON, NEW_YORK)] == [
        10,
        10,
    ]


@pytest.mark.parametrize(("zone", "day", "clock", "said"), WRONG)
def test_no_evening_begins_or_ends_at_such_a_time(zone, day, clock, said, olu):
    surgery, now = evening(zone, day, clock, olu)
    before = as_it_is(surgery)
    midnight = datetime.time(0, 15)
    place, common = surgery.venue.name, {"by": olu, "now": now}
    tries = [
        (
            "starts",
            lambda: create_surgery(surgery.series, place=place, on=day, starts=clock, **common),
        ),
        (
            "ends",
            lambda: create_surgery(
                surgery.series, place=place, on=day, starts=midnight, ends=clock, **common
            ),
        ),
        (
            "starts",
            lambda: move_surgery(surgery, place=place, on=day, starts=clock, ends=None, **common),
        ),
        ("starts", lambda: copy_surgery(surgery, on=day, **common)),
    ]
    for field, attempt in tries:
        with pytest.raises(Refused) as refusal:
            attempt()
        assert (refusal.value.sentence, refusal.value.field) == (said, field)
    assert Surgery.objects.count() == 1
    assert as_it_is(surgery) == before
    assert not Message.objects.exists()


@pytest.mark.parametrize(("zone", "day", "clock", "_said"), WRONG)
def test_an_evening_across_the_change_begins_when_it_says(zone, day, clock, _said, olu):
    """Negative control: the same night two hours later is an evening like any other."""
    surgery, now = evening(zone, day, clock, olu)
    later = datetime.time(clock.hour + 2, 30)

    surgery = create_surgery(
        surgery.series, place=surgery.venue.name, on=day, starts=later, by=olu, now=now
    )

    assert surgery.starts_local.replace(tzinfo=None) == datetime.datetime.combine(day, later)
    assert [slot.starts_local.time() for slot in surgery.slots.order_by("starts_at")] == [
        later,
        datetime.time(later.hour + 1, 15),
    ]


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK], ids=str)
def test_reminders_with_times_of_their_own_are_owed_at_them_across_every_change(zone, olu):
    """Owed at the minute of the wall clock that the series has set, and not one before."""
    half_past_ten = datetime.time(10, 30)
    series = factories.create_series(organiser=olu, time_zone=str(zone))
    for kind, days in ((MessageKind.REMINDER_FIRST, 4), (MessageKind.REMINDER_LAST, 2)):
        ReminderTime.objects.create(series=series, kind=kind, days_before=days, at=half_past_ten)
    for _zone, day, _clock, _said in (param.values for param in WRONG if param.values[0] == zone):
        surgery = factories.create_surgery(series=series, on=day + 3 * DAY)
        booked_at = surgery.starts_at - 10 * DAY
        booking = factories.create_booking(surgery=surgery, booked_at=booked_at)
        for kind, on in (
            (MessageKind.REMINDER_FIRST, day - DAY),
            (MessageKind.REMINDER_LAST, day + DAY),
        ):
            due = at(on, 10, 30, zone).astimezone(datetime.UTC)
            assert owe_reminders(now=due - HOUR / 60) == 0
            assert owe_reminders(now=due) == 1
            assert booking.messages.get(owed_at=due).kind == kind


def test_lord_howe_changes_by_half_an_hour_and_is_told_so(olu):
    """A zone unlike the others: 02:00 to 02:29 is skipped there on 4 October 2026."""
    zone = ZoneInfo("Australia/Lord_Howe")
    clock = datetime.time(2, 15)
    surgery, now = evening(zone, datetime.date(2026, 10, 4), clock, olu)

    with pytest.raises(Refused, match="skip this time"):
        copy_surgery(surgery, on=datetime.date(2026, 10, 4), by=olu, now=now)
