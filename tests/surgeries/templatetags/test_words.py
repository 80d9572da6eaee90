import datetime

import pytest

from surgeries.templatetags.words import (
    clock,
    day,
    day_and_year,
    day_near,
    day_time,
    days_ahead,
    phone,
    when_near,
)
from tests.factories import NOW

MONDAY = datetime.date(2026, 11, 9)


def in_days(number):
    return MONDAY + datetime.timedelta(days=number)


def test_days_are_said_as_people_say_them():
    assert day(in_days(2)) == "Wednesday 11 November"
    assert day_and_year(in_days(2)) == "Wednesday 11 November 2026"
    assert day_time(NOW) == "Monday 2 November, 9am"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(17, 30, "5:30pm"), (18, 0, "6pm"), (12, 5, "12:05pm"), (0, 15, "12:15am")],
)
def test_clock_times_are_said_as_people_say_them(hour, minute, said):
    assert clock(datetime.time(hour, minute)) == said


def test_the_coming_week_needs_no_date():
    assert [day_near(in_days(n), MONDAY) for n in (-1, 0, 6, 7)] == [
        "Sunday 8 November",
        "Monday",
        "Sunday",
        "Monday 16 November",
    ]


def test_days_ahead_are_counted_in_words():
    assert [days_ahead(in_days(n), MONDAY) for n in (-1, 0, 1, 2, 30)] == [
        "",
        "Today",
        "Tomorrow",
        "In 2 days",
        "In 30 days",
    ]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("+447400123456", "07400 123456"),
        ("+33123456789", "+33 1 23 45 67 89"),
        ("ask Sharon", "ask Sharon"),
    ],
)
def test_phone_numbers_are_written_as_at_home(kept, said):
    assert phone(kept) == said


def test_a_moment_just_past_is_said_without_its_day_when_that_is_today():
    assert when_near(NOW, NOW.date()) == "at 9am"
    assert when_near(NOW, MONDAY) == "on Monday 2 November, 9am"
