import datetime

import pytest

from surgeries.templatetags.words import (
    clock,
    day,
    day_and_year,
    day_near,
    day_time,
    days_ahead,
    days_back,
    days_on,
    masked,
    phone,
    place_in_queue,
    when_near,
)
from tests import factories
from tests.factories import NOW, at

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


@pytest.mark.django_db
def test_days_past_and_to_come_are_said_as_near_as_they_are():
    series = factories.create_series()
    noon = at(MONDAY, 12)
    past = [days_back(at(in_days(-n), 23), noon, series) for n in (0, 1, 6, 7)]
    assert past == ["today", "yesterday", "on Tuesday", "on Monday 2 November"]
    ahead = [days_on(at(in_days(n), 0, 30), noon, series) for n in (0, 1, 6, 7)]
    assert ahead == ["today", "tomorrow", "Sunday", "Monday 16 November"]


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


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("amina@example.org", "a…@example.org"),
        ("al@example.org", "…@example.org"),
        ("+447400123456", "07… 456"),
        ("+33123456789", "+3… 789"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_contact_is_shown_by_its_ends_only(contact, said):
    assert masked(contact) == said


def test_a_place_in_the_queue_is_said_in_words():
    assert [place_in_queue(number) for number in (1, 3, 10, 11)] == [
        "first",
        "third",
        "tenth",
        "number 11",
    ]


def test_a_moment_just_past_is_said_without_its_day_when_that_is_today():
    assert when_near(NOW, NOW.date()) == "at 9am"
    assert when_near(NOW, MONDAY) == "on Monday 2 November, 9am"
