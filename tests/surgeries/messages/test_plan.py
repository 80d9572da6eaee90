"""Who will get what when: what the page promises is what the clock brings, and nothing else."""

import datetime
import random

import pytest

from surgeries.actions.derived import owe_helper_reminders, owe_reminders
from surgeries.messages.plan import (
    LOOKS_AHEAD,
    bookings_to_remind,
    messages_to_come,
    plan_of_booking,
)
from surgeries.models import Message, ReminderTime
from surgeries.rules.reminders import TIMETABLE
from surgeries.states import BookingState, Channel, MessageKind, MessageState, WhyNot
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

EARLY, FIRST, LAST = TIMETABLE
MINUTE, HOUR, DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
ARRIVES = at(WEDNESDAY, 17, 30)


@pytest.fixture
def series():
    return factories.create_series()


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(5, 5))


def planned_for(booking, now=NOW):
    """[(kind, when, why not)] of one booking."""
    (one,) = bookings_to_remind(now).filter(pk=booking.pk)
    return [(planned.kind, planned.at, planned.why_not) for planned in plan_of_booking(one)]


# Why not ---------------------------------------------------------------------------------


def test_who_booked_early_gets_both_reminders(surgery):
    booking = factories.create_booking(surgery=surgery)

    assert planned_for(booking) == [
        (FIRST, ARRIVES - 3 * DAY, None),
        (LAST, ARRIVES - DAY, None),
    ]


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"contact": None}, WhyNot.NO_ADDRESS),
        ({"contact": "+447400123457"}, WhyNot.ONLY_A_PHONE),
        ({"no_messages_from": NOW}, WhyNot.WANTS_A_RING),
    ],
)
def test_whom_no_message_reaches_gets_none(surgery, person, why):
    attendee = factories.create_attendee(series=surgery.series, **person)
    booking = factories.create_booking(surgery=surgery, attendee=attendee)

    assert [why_not for _kind, _at, why_not in planned_for(booking)] == [why, why]


def test_a_text_reaches_whoever_has_a_mobile_where_texts_are_sent(surgery, settings):
    settings.TEXTS_BY = "somebody"
    surgery.series.sends_texts = True
    surgery.series.save()
    attendee = factories.create_attendee(series=surgery.series, contact="+447400123457")
    factories.create_booking(surgery=surgery, attendee=attendee)

    ((_day, (planned,)), _other) = messages_to_come(surgery.series, NOW)
    assert (planned.channel, planned.why_not) == (Channel.TEXT, None)


def test_a_reminder_right_after_booking_is_left_out(surgery):
    booking = factories.create_booking(surgery=surgery, booked_at=ARRIVES - 20 * HOUR)

    now = ARRIVES - 19 * HOUR
    assert planned_for(booking, now)[-1] == (LAST, ARRIVES - DAY, WhyNot.BOOKED_TOO_LATE)
    # It would still be of use, so it stands there with its reason; the first one would not.
    ((day, rows),) = messages_to_come(surgery.series, now)
    assert (day, [row.kind for row in rows]) == (now.date(), [LAST])


def test_a_reminder_right_after_news_of_the_time_is_left_out(surgery):
    booking = factories.create_booking(surgery=surgery)
    factories.create_message(
        booking=booking, kind=MessageKind.BOOKING_CHANGED, owed_at=ARRIVES - 25 * HOUR
    )

    assert planned_for(booking)[-1] == (LAST, ARRIVES - DAY, WhyNot.JUST_TOLD)


def test_what_is_owed_already_is_not_planned_again(surgery):
    booking = factories.create_booking(surgery=surgery)
    owe_reminders(now=ARRIVES - 3 * DAY)

    assert planned_for(booking, ARRIVES - 3 * DAY) == [(LAST, ARRIVES - DAY, None)]


def test_a_party_is_reminded_once(surgery):
    first, second = (factories.create_booking(surgery=surgery) for _ in range(2))
    for number, booking in enumerate((first, second), 1):
        booking.party, booking.party_number = first.pk, number
        booking.save()

    assert list(bookings_to_remind(NOW)) == [first]
    owe_reminders(now=ARRIVES - 3 * DAY)

    # The first of them cannot come: what she was told is not told again.
    first.state, first.place = BookingState.CANCELLED, None
    first.save()
    assert planned_for(second) == [(LAST, ARRIVES - DAY, None)]


# The page --------------------------------------------------------------------------------


def test_it_stands_by_day_in_the_order_of_the_clock(surgery):
    late, early = surgery.slots.order_by("-starts_at")
    second = factories.create_booking(slot=late)
    first = factories.create_booking(slot=early)

    days = messages_to_come(surgery.series, NOW)

    assert [day for day, _rows in days] == [WEDNESDAY - 3 * DAY, WEDNESDAY - DAY]
    assert [[row.to for row in rows] for _day, rows in days] == [[first, second]] * 2


def test_it_looks_four_weeks_ahead(series):
    for days in (30, 33):
        on = (NOW + LOOKS_AHEAD).date() + (days - 28) * DAY
        factories.create_booking(surgery=factories.create_surgery(series=series, on=on))

    rows = [row for _day, rows in messages_to_come(series, NOW) for row in rows]

    assert {row.kind for row in rows} == {EARLY, FIRST}
    assert max(row.at for row in rows) <= NOW + LOOKS_AHEAD


def test_what_is_owed_and_waits_stands_there_while_it_is_wanted(surgery):
    booking = factories.create_booking(surgery=surgery)
    waiting = factories.create_message(
        booking=booking, kind=MessageKind.SURGERY_MOVED, next_at=NOW + HOUR
    )
    common = {"booking": booking, "next_at": NOW + HOUR}
    factories.create_message(state=MessageState.SENT, sent_at=NOW, **common)
    factories.create_message(schedule_version=0, **common)  # of an older schedule

    rows = [row for _day, rows in messages_to_come(surgery.series, NOW) for row in rows]

    assert [row.kind for row in rows] == [MessageKind.SURGERY_MOVED, FIRST, LAST]
    assert rows[0].at == waiting.next_at


def test_a_helper_is_reminded_with_the_last_reminder(surgery):
    helping = factories.create_helping(surgery=surgery, answered_at=NOW)
    ReminderTime.objects.create(
        series=surgery.series, kind=LAST, days_before=2, at=datetime.time(10)
    )

    ((day, (row,)),) = messages_to_come(surgery.series, NOW)

    assert (row.kind, row.to) == (MessageKind.HELPING_REMINDER, helping)
    assert (day, row.at) == (WEDNESDAY - 2 * DAY, at(WEDNESDAY - 2 * DAY, 10))


# The clock keeps what the page promises --------------------------------------------------

CHANGES = [  # a Saturday before the clocks change, noon
    ("Europe/London", datetime.date(2026, 10, 24)),
    ("Europe/London", datetime.date(2027, 3, 27)),
    ("Australia/Lord_Howe", datetime.date(2027, 4, 3)),
]


def random_world(dice, zone, day):
    """A series with times of its own and people of every sort around a change of the clocks."""
    series = factories.create_series(time_zone=zone, sends_texts=dice.random() < 0.5)
    opens = dice.choice([0, 6, 9, 11])
    series.writes_from = datetime.time(opens)
    series.writes_until = datetime.time(min(23, opens + dice.choice([2, 11, 14])), 59)
    series.save()
    days = sorted(dice.sample(range(1, 12), 3), reverse=True)
    for kind, days_before in zip(TIMETABLE, days, strict=True):
        if dice.random() < 0.7:
            ReminderTime.objects.create(
                series=series,
                kind=kind,
                on=dice.random() < 0.8,
                days_before=days_before,
                at=dice.choice([None, datetime.time(dice.randrange(24), dice.choice([0, 30]))]),
            )
    begins = at(day, 12, zone=series.zone) - 6 * DAY
    for days_later in dice.sample(range(-4, 12), 4):
        on = day + days_later * DAY
        surgery = factories.create_surgery(
            series=series,
            on=on,
            starts_at=at(on, dice.choice([0, 3, 7, 17, 22]), 30, series.zone),
            places=(3, 3),
        )
        for _ in range(3):
            contact = dice.choice([None, "+447400123457", "a@example.org", "b@example.org"])
            attendee = factories.create_attendee(
                series=series, name=f"Zoë {dice.random()}", contact=contact
            )
            booking = factories.create_booking(
                surgery=surgery,
                attendee=attendee,
                booked_at=begins - dice.randrange(-2 * 24, 30 * 24) * HOUR,
            )
            if dice.random() < 0.3:
                factories.create_message(
                    booking=booking,
                    kind=MessageKind.BOOKING_CHANGED,
                    owed_at=begins + dice.randrange(-48, 5) * HOUR,
                    state=MessageState.SENT,
                    sent_at=begins,
                )
        factories.create_helping(surgery=surgery, answered_at=begins - 20 * DAY)
    return series, begins


def promised(series, begins, until):
    """{(kind, whom): from which minute on} of the page, for those who will get it."""
    return {
        (row.kind, row.to.pk): max(row.at, begins)
        for _day, rows in messages_to_come(series, begins)
        for row in rows
        if row.why_not is None and row.at <= until
    }


def owed_by_the_clock(begins, until, minutes):
    """{(kind, whom): when it was owed}, asked every four hours and at all of `minutes`."""
    ticks = {begins + hours * HOUR for hours in range(0, 14 * 24 + 1, 4)} | set(minutes)
    found = {}
    for now in sorted(tick for tick in ticks if begins <= tick <= until):
        if owe_reminders(now=now) + owe_helper_reminders(now=now):
            for message in Message.objects.filter(owed_at=now).exclude(state=MessageState.SENT):
                found[message.kind, message.booking_id or message.helping_id] = now
    return found


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_what_the_page_promises_is_owed_at_its_minute_and_nothing_else(zone, day, settings):
    """P11, R20, R21, R25: two weeks of a clock, across a change of the clocks."""
    settings.TEXTS_BY = "somebody"
    series, begins = random_world(random.Random(f"{zone} {day}"), zone, day)
    begins, until = begins.astimezone(datetime.UTC), begins.astimezone(datetime.UTC) + 14 * DAY
    promises = promised(series, begins, until)
    before = [moment - MINUTE for moment in promises.values()]

    found = owed_by_the_clock(begins, until, [*promises.values(), *before])

    assert len(promises) > 5
    assert found == promises


def test_a_page_that_read_the_clock_wrongly_would_be_caught(settings):
    """Negative control: one that took the changed clock for the other is an hour out."""
    series, begins = random_world(random.Random(0), "Europe/London", datetime.date(2026, 10, 24))
    begins = begins.astimezone(datetime.UTC)
    until = begins + 8 * DAY
    promises = promised(series, begins, until)
    wrong = {what: moment + HOUR for what, moment in promises.items()}

    found = owed_by_the_clock(begins, until, promises.values())
    assert (found == promises, found == wrong) == (True, False)
