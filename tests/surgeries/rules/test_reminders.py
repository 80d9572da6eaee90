"""When a message is due, on every day of the year (R20, R21, R28, P11)."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surgeries.rules.reminders import (
    TIMETABLE,
    Hours,
    When,
    by_day,
    day_of,
    earliest,
    in_the_quiet_hours,
    is_nearly_here,
    is_worth_it,
    out_of_order,
    reminder_due,
    reminders_due,
)
from surgeries.states import MessageKind

UTC = datetime.UTC
LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
ZONES = st.sampled_from([LONDON, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Tokyo")])
MINUTES_OF_FIVE_YEARS = 5 * 365 * 24 * 60
INSTANTS = st.integers(0, MINUTES_OF_FIVE_YEARS).map(
    lambda minutes: datetime.datetime(2026, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=minutes)
)
DAYS = st.sampled_from([1, 3])
NINE, EIGHT_PM = datetime.time(9), datetime.time(20)
BY_LONDON = Hours(LONDON)


def clock_changes(zone, first=2026, last=2030):
    """The last instant before each change of the zone's clocks."""
    hour = datetime.timedelta(hours=1)
    moment = datetime.datetime(first, 1, 1, tzinfo=UTC)
    while moment.year <= last:
        if (moment + hour).astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset():
            yield moment
        moment += hour


DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)


def london(*parts):
    return datetime.datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK], ids=str)
@pytest.mark.parametrize("days", [1, 3])
def test_a_reminder_keeps_the_wall_clock_across_every_change_until_2030(zone, days):
    changes = list(clock_changes(zone))
    assert len(changes) == 10
    for change in changes:
        for hours in range(-24, 97, 3):
            arrives_at = change + datetime.timedelta(hours=hours)
            local = arrives_at.astimezone(zone)
            due = reminder_due(arrives_at, When(days), Hours(zone)).astimezone(zone)
            if NINE <= local.time() <= EIGHT_PM:
                assert due.time() == local.time()
                assert (local.date() - due.date()).days == days
            else:
                assert due.time() == EIGHT_PM


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK], ids=str)
@pytest.mark.parametrize("own", [None, datetime.time(6, 30), datetime.time(10, 15)])
@pytest.mark.parametrize("days", [1, 2, 5])
def test_times_and_quiet_hours_of_a_series_hold_across_every_change(zone, own, days):
    """P11, with a time of its own and with none, where people may be written to 06:30 to 18:00."""
    hours = Hours(zone, datetime.time(6, 30), datetime.time(18))
    for change in clock_changes(zone):
        for later in range(-24, 24 * (days + 1), 5):
            arrives = (change + later * HOUR).astimezone(zone)
            due = reminder_due(arrives, When(days, own), hours)
            on, clock = arrives.date() - days * DAY, own or arrives.time()
            if clock < hours.opens:
                on, clock = on - DAY, hours.closes
            expected = datetime.datetime.combine(on, min(clock, hours.closes), zone)
            assert due == expected
            assert (due.date(), due.time()) == (expected.date(), expected.time())
            leaves_at = by_day(arrives.astimezone(UTC), hours).astimezone(zone)
            assert leaves_at >= arrives
            assert hours.opens <= leaves_at.time() <= datetime.time(18, 15)


@given(INSTANTS, DAYS, ZONES)
@example(datetime.datetime(2026, 10, 25, 10, 0, tzinfo=UTC), 1, LONDON)
def test_a_reminder_is_always_due_by_day_and_well_before(arrives_at, days, zone):
    due = reminder_due(arrives_at, When(days), Hours(zone))

    assert NINE <= due.astimezone(zone).time() <= EIGHT_PM
    assert due.astimezone(UTC).astimezone(zone).time() == due.time()  # it exists
    before = arrives_at - due
    day = datetime.timedelta(days=1)
    assert (days - 1) * day + datetime.timedelta(hours=12) < before
    assert before < (days + 1) * day


@pytest.mark.parametrize(
    ("arrives_at", "days", "due"),
    [
        (london(2026, 11, 11, 17, 30), 1, london(2026, 11, 10, 17, 30)),
        (london(2026, 11, 11, 17, 30), 3, london(2026, 11, 8, 17, 30)),
        (london(2026, 11, 11, 7, 30), 1, london(2026, 11, 9, 20, 0)),
        (london(2026, 11, 11, 21, 15), 1, london(2026, 11, 10, 20, 0)),
        # The clocks go back on 25 October 2026: 24 hours before would be 11:00.
        (london(2026, 10, 25, 10, 0), 1, london(2026, 10, 24, 10, 0)),
        (london(2027, 3, 28, 10, 0), 1, london(2027, 3, 27, 10, 0)),
    ],
)
def test_worked_values(arrives_at, days, due):
    assert reminder_due(arrives_at, When(days), BY_LONDON) == due


@pytest.mark.parametrize(
    ("told_at", "worth_it"),
    [
        (None, True),
        (london(2026, 11, 1, 12, 0), True),
        (london(2026, 11, 10, 5, 30), True),
        (london(2026, 11, 10, 5, 31), False),
        (london(2026, 11, 10, 18, 0), False),
    ],
)
def test_no_reminder_echoes_what_was_just_said(told_at, worth_it):
    assert is_worth_it(london(2026, 11, 10, 17, 30), told_at) is worth_it


@pytest.mark.parametrize(
    ("now", "leaves_at"),
    [
        (london(2026, 11, 2, 8, 59), london(2026, 11, 2, 9, 0)),
        (london(2026, 11, 2, 9, 0), london(2026, 11, 2, 9, 0)),
        (london(2026, 11, 2, 20, 0), london(2026, 11, 2, 20, 0)),
        (london(2026, 11, 2, 20, 16), london(2026, 11, 3, 9, 0)),
        (london(2026, 10, 24, 23, 0), london(2026, 10, 25, 9, 0)),
    ],
)
def test_the_quiet_hours_end_at_nine(now, leaves_at):
    assert by_day(now, BY_LONDON) == leaves_at


@given(INSTANTS, ZONES)
def test_nothing_that_waits_for_the_day_leaves_at_night(now, zone):
    leaves_at = by_day(now, Hours(zone))

    assert now <= leaves_at <= now + datetime.timedelta(hours=14)
    assert NINE <= leaves_at.astimezone(zone).time() <= datetime.time(20, 15)


NIGHT = london(2026, 11, 2, 23, 0)


@pytest.mark.parametrize(
    ("kind", "starts_at", "leaves_at"),
    [
        (MessageKind.CONFIRMATION, london(2026, 11, 11, 17, 30), NIGHT),
        (MessageKind.BOOKING_CANCELLED, london(2026, 11, 11, 17, 30), NIGHT),
        (MessageKind.TEAM_INVITATION, None, NIGHT),
        (MessageKind.SURGERY_MOVED, london(2026, 11, 11, 17, 30), london(2026, 11, 3, 9, 0)),
        (MessageKind.PLACE_FOUND, london(2026, 11, 11, 17, 30), london(2026, 11, 3, 9, 0)),
        (MessageKind.PLACE_FOUND, london(2026, 11, 3, 11, 0), NIGHT),
        (MessageKind.DISPLACED, london(2026, 11, 11, 17, 30), london(2026, 11, 3, 9, 0)),
        (MessageKind.BOOKING_CHANGED, london(2026, 11, 11, 17, 30), NIGHT),
        (MessageKind.HELPING_CANCELLED, london(2026, 11, 3, 11, 1), london(2026, 11, 3, 9, 0)),
        (MessageKind.HELPING_CANCELLED, london(2026, 11, 3, 11, 0), NIGHT),
        (MessageKind.REMINDER_LAST, london(2026, 11, 3, 10, 0), london(2026, 11, 3, 9, 0)),
        (MessageKind.DAILY_DIGEST, None, london(2026, 11, 3, 9, 0)),
    ],
)
def test_only_answers_and_urgent_news_leave_at_night(kind, starts_at, leaves_at):
    assert earliest(kind, NIGHT, BY_LONDON, starts_at) == leaves_at


ARRIVES = london(2026, 11, 11, 17, 30)
EARLY, FIRST, LAST = TIMETABLE


def dues(booked_at, **changed):
    """{kind: when it is due} of somebody who arrives on Wednesday 11 November at 5:30pm."""
    found = reminders_due(
        arrives_at=ARRIVES,
        starts_at=ARRIVES,
        booked_at=booked_at,
        timetable=TIMETABLE | changed,
        hours=BY_LONDON,
    )
    return {due.kind: due.at for due in found}


def test_the_early_reminder_is_for_those_who_booked_more_than_two_weeks_ahead():
    """R20."""
    usual = {FIRST: ARRIVES - 3 * DAY, LAST: ARRIVES - DAY}
    assert dues(ARRIVES - 14 * DAY) == usual
    assert dues(ARRIVES - 14 * DAY - HOUR) == {EARLY: ARRIVES - 7 * DAY} | usual


def test_a_series_may_say_when_and_whether():
    own = {FIRST: When(5, datetime.time(10)), LAST: When(1, on=False)}
    assert dues(ARRIVES - 10 * DAY, **own) == {FIRST: london(2026, 11, 6, 10, 0)}


def test_each_reminder_is_of_use_until_soon_before_the_next():
    found = reminders_due(
        arrives_at=ARRIVES + HOUR,
        starts_at=ARRIVES,
        booked_at=None,
        timetable=TIMETABLE,
        hours=BY_LONDON,
    )
    assert [due.until for due in found] == [ARRIVES - DAY - 11 * HOUR, ARRIVES]


def test_two_reminders_close_together_have_half_the_time_between_each():
    """So whatever a series sets, the former of the two is owed for a while."""
    own = {FIRST: When(2, datetime.time(23)), LAST: When(1, datetime.time(3))}
    found = reminders_due(
        arrives_at=ARRIVES,
        starts_at=ARRIVES,
        booked_at=None,
        timetable=TIMETABLE | own,
        hours=Hours(LONDON, datetime.time(0), datetime.time(23, 59)),
    )
    assert [due.at for due in found] == [london(2026, 11, 9, 23), london(2026, 11, 10, 3)]
    assert found[0].until == london(2026, 11, 10, 1)


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ((7, 3, 1), None),
        ((3, 3, 1), EARLY),
        ((2, 3, 1), EARLY),
        ((7, 1, 1), FIRST),
        ((7, 1, 2), FIRST),
        ((None, 3, 1), None),
        ((2, None, 1), None),
        ((1, None, 1), EARLY),
        ((None, None, 5), None),
    ],
)
def test_the_early_reminder_leaves_before_the_first_and_that_before_the_last(days, fault):
    """One that is off (None) is not asked."""
    timetable = {
        kind: When(days or 1, on=days is not None)
        for kind, days in zip(TIMETABLE, days, strict=True)
    }
    assert out_of_order(timetable) == fault


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (None, None),
        (datetime.time(8, 59), FIRST),
        (NINE, None),
        (EIGHT_PM, None),
        (datetime.time(20, 1), FIRST),
    ],
)
def test_a_time_of_its_own_is_not_in_the_quiet_hours(at, fault):
    assert in_the_quiet_hours(TIMETABLE | {FIRST: When(3, at)}, BY_LONDON) == fault


@given(
    INSTANTS,
    st.lists(st.integers(1, 28), min_size=3, max_size=3, unique=True),
    st.lists(st.none() | st.times(), min_size=3, max_size=3),
    st.integers(0, 22),
    st.integers(1, 12),
    ZONES,
)
def test_in_order_they_leave_in_order_and_none_is_lost(arrives, days, times, opens, open_for, zone):
    """Whatever a series may set: each is of use for a while, and before the next one leaves."""
    hours = Hours(zone, datetime.time(opens), datetime.time(min(23, opens + open_for), 59))
    timetable = {
        kind: When(days, at)
        for kind, days, at in zip(TIMETABLE, sorted(days, reverse=True), times, strict=True)
    }
    found = reminders_due(
        arrives_at=arrives,
        starts_at=arrives,
        booked_at=arrives - 60 * DAY,
        timetable=timetable,
        hours=hours,
    )
    assert [due.kind for due in found] == list(TIMETABLE)
    ends = [due.at for due in found[1:]] + [arrives]
    for due, end in zip(found, ends, strict=True):
        assert (
            due.at < due.until <= end or due.at == end
        )  # moved out of the quiet hours to one time


@given(INSTANTS, st.integers(1, 28), st.times(), st.integers(0, 22), st.integers(1, 12))
def test_whatever_a_series_sets_its_quiet_hours_hold(arrives_at, days, own, opens, open_for):
    hours = Hours(LONDON, datetime.time(opens), datetime.time(min(23, opens + open_for), 59))

    due = reminder_due(arrives_at, When(days, own), hours).astimezone(LONDON)

    # A clock that skips an hour at night moves what would fall into it by that hour.
    assert hours.opens <= due.time() or due.utcoffset() != (due - 3 * HOUR).utcoffset()
    assert due.time() <= hours.closes or due.utcoffset() != (due - 3 * HOUR).utcoffset()
    assert due < arrives_at


def test_the_last_two_hours_are_nearly_here():
    assert not is_nearly_here(ARRIVES, ARRIVES - 2 * HOUR - HOUR / 60)
    assert is_nearly_here(ARRIVES, ARRIVES - 2 * HOUR)


@pytest.mark.parametrize(
    ("date", "hours"),
    [
        (datetime.date(2026, 10, 25), 25),
        (datetime.date(2027, 3, 28), 23),
        (datetime.date(2026, 11, 2), 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(date, hours):
    from_, to = day_of(date, LONDON)

    assert to.astimezone(UTC) - from_.astimezone(UTC) == datetime.timedelta(hours=hours)
