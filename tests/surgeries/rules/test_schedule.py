import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.refusals import Refused
from surgeries.rules.schedule import (
    arrival_times,
    deal,
    instant,
    miles_between,
    next_date,
    same_nth_weekday,
    too_many,
)

LONDON = ZoneInfo("Europe/London")


def evening(hour, minute=0):
    return datetime.datetime(2026, 11, 11, hour, minute, tzinfo=LONDON)


def test_ninety_minutes_have_two_arrival_times():
    assert arrival_times(evening(17, 30), evening(19)) == [evening(17, 30), evening(18, 15)]


def test_the_last_arrival_may_be_half_an_hour_before_the_end():
    assert arrival_times(evening(17, 30), evening(19, 30)) == [
        evening(17, 30),
        evening(18, 15),
        evening(19),
    ]


def test_a_very_short_evening_still_lets_people_arrive():
    assert arrival_times(evening(17, 30), evening(17, 45)) == [evening(17, 30)]


@pytest.mark.parametrize(
    ("day", "times"),
    [
        # 01:00 to 01:59 is skipped there.
        (datetime.date(2027, 3, 28), ["00:30", "02:15", "03:00"]),
        # 01:00 to 01:59 comes twice there: the second arrival is in the first of the two.
        (datetime.date(2026, 10, 25), ["00:30", "01:15", "01:00"]),
    ],
)
def test_arrivals_are_45_minutes_apart_whatever_the_clocks_do(day, times):
    """P11."""
    start = datetime.datetime.combine(day, datetime.time(0, 30), LONDON).astimezone(datetime.UTC)
    found = arrival_times(start.astimezone(LONDON), start + datetime.timedelta(minutes=130))

    assert [f"{time.astimezone(LONDON):%H:%M}" for time in found] == times
    assert [time - start for time in found] == [
        n * datetime.timedelta(minutes=45) for n in range(3)
    ]


def test_second_wednesday_is_followed_by_the_second_wednesday():
    assert same_nth_weekday(datetime.date(2026, 10, 14)) == datetime.date(2026, 11, 11)


def test_second_wednesday_of_december_is_followed_by_that_of_january():
    assert same_nth_weekday(datetime.date(2026, 12, 9)) == datetime.date(2027, 1, 13)


def test_fifth_weekday_is_followed_by_the_last_one():
    assert same_nth_weekday(datetime.date(2026, 9, 30)) == datetime.date(2026, 10, 28)
    assert same_nth_weekday(datetime.date(2026, 12, 30)) == datetime.date(2027, 1, 27)


@given(st.dates(max_value=datetime.date(9000, 1, 1)))
def test_the_next_date_is_the_same_weekday_of_the_next_month(day):
    following = same_nth_weekday(day)
    months = (following.year - day.year) * 12 + following.month - day.month
    assert (months, following.weekday()) == (1, day.weekday())


def test_the_next_date_skips_dates_that_are_taken_or_past():
    assert next_date(
        datetime.date(2026, 7, 8),
        today=datetime.date(2026, 11, 2),
        taken={datetime.date(2026, 11, 11)},
    ) == datetime.date(2026, 12, 9)


WHOLE = range(9)


def test_five_chairs_at_two_times_are_three_and_two():
    assert deal([WHOLE] * 5, [0, 0]) == [3, 2]


def test_a_held_chair_stays_and_the_rest_is_dealt_around_it():
    assert deal([WHOLE] * 5, [4, 0]) == [4, 1]
    assert deal([WHOLE] * 2, [2, 1]) == [2, 1]


def test_a_helper_who_leaves_early_makes_places_at_the_start_only():
    assert deal([WHOLE] * 2 + [{0}] * 2, [0, 0]) == [2, 2]
    assert deal([{0}] * 4, [0, 0]) == [4, 0]
    assert deal([{0}] * 2, [0, 1]) == [2, 1]


def test_a_helper_who_comes_late_makes_places_at_the_end_and_the_others_even_it_out():
    assert deal([WHOLE] * 2 + [{1}] * 2, [0, 0]) == [2, 2]
    assert deal([{1}] * 2 + [WHOLE] * 2, [0, 0]) == [2, 2]
    assert deal([{1}] * 4, [0, 0]) == [0, 4]


CHAIRS_OF_TWO_TIMES = st.lists(st.sampled_from([{0}, {1}, {0, 1}]), max_size=9)


@given(CHAIRS_OF_TWO_TIMES, st.data())
def test_booking_what_was_dealt_deals_the_rest_as_before(chairs, data):
    """At two times, as most evenings have; so no free place wanders because one was booked."""
    dealt = deal(chairs, [0, 0])
    taken = [data.draw(st.integers(0, places)) for places in dealt]
    assert deal(chairs, taken) == dealt


@given(st.integers(0, 60), st.lists(st.integers(0, 10), min_size=1, max_size=5))
def test_no_chair_is_lost_or_invented(chairs, taken):
    dealt = deal([WHOLE] * chairs, taken)
    assert sum(dealt) == max(chairs, sum(taken))
    assert all(now >= before for now, before in zip(dealt, taken, strict=True))


STAYS = st.tuples(st.integers(0, 3), st.integers(0, 4)).map(lambda s: range(s[0], sum(s)))


@given(st.lists(STAYS, max_size=6), st.lists(st.integers(0, 2), min_size=3, max_size=3))
def test_as_many_as_possible_of_those_who_hold_a_place_have_a_chair(chairs, taken):
    """Against every way of sitting down: the rule leaves nobody standing for whom there is one."""
    people = [time for time, number in enumerate(taken) for _person in range(number)]

    def most_seated(people, chairs):
        if not people:
            return 0
        first, *rest = people
        ways = [
            1 + most_seated(rest, chairs[:n] + chairs[n + 1 :])
            for n, chair in enumerate(chairs)
            if first in chair
        ]
        return max([*ways, most_seated(rest, chairs)])

    assert too_many(chairs, taken) == len(people) - most_seated(people, chairs)


def test_wall_clock_times_become_instants_of_their_zone():
    assert instant(datetime.date(2026, 7, 8), datetime.time(17, 30), LONDON) == datetime.datetime(
        2026, 7, 8, 16, 30, tzinfo=datetime.UTC
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (
            datetime.date(2027, 3, 28),
            "The clocks go forward that night and skip this time. Choose a later one.",
        ),
        (
            datetime.date(2026, 10, 25),
            "The clocks go back that night, so this time comes twice. Choose another one.",
        ),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_asked_about(day, sentence):
    with pytest.raises(Refused) as refused:
        instant(day, datetime.time(1, 30), LONDON)
    assert (refused.value.sentence, refused.value.field) == (sentence, "starts")


def test_birmingham_is_about_eight_miles_from_dudley():
    assert miles_between((52.4862, -1.8904), (52.5123, -2.0811)) == pytest.approx(8.2, abs=0.1)
