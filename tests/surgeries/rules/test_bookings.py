import datetime
from dataclasses import dataclass

import pytest

from surgeries.models import Booking, Series, Surgery
from surgeries.rules.bookings import (
    Stage,
    Standing,
    is_late,
    link_works,
    open_slots,
    stage,
    standing,
)
from surgeries.states import BookingState, SurgeryState
from tests.factories import NOW, WEDNESDAY, at

START, END = at(WEDNESDAY, 17, 30), at(WEDNESDAY, 19)
MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Time:
    starts_at: datetime.datetime
    free_places: int


def surgery(state=SurgeryState.PUBLISHED):
    return Surgery(series=Series(), on=WEDNESDAY, starts_at=START, ends_at=END, state=state)


def times(*free):
    return [Time(START + number * 45 * MINUTE, places) for number, places in enumerate(free)]


@pytest.mark.parametrize(
    ("state", "free", "now", "what"),
    [
        (SurgeryState.PUBLISHED, (1, 1), NOW, Stage.OPEN),
        (SurgeryState.PUBLISHED, (0, 1), NOW, Stage.OPEN),
        (SurgeryState.PUBLISHED, (0, 0), NOW, Stage.FULL),
        (SurgeryState.PUBLISHED, (), NOW, Stage.FULL),
        (SurgeryState.PUBLISHED, (1, 1), START, Stage.OPEN),
        (SurgeryState.PUBLISHED, (1, 0), START, Stage.COME_ALONG),
        (SurgeryState.PUBLISHED, (0, 0), START - 121 * MINUTE, Stage.FULL),
        (SurgeryState.PUBLISHED, (0, 0), START - 120 * MINUTE, Stage.COME_ALONG),
        (SurgeryState.PUBLISHED, (1, 1), START + 45 * MINUTE, Stage.STARTED),
        (SurgeryState.PUBLISHED, (1, 1), END, Stage.OVER),
        (SurgeryState.CLOSED, (1, 1), START, Stage.OVER),
        (SurgeryState.CANCELLED, (1, 1), NOW, Stage.CANCELLED),
        (SurgeryState.CANCELLED, (1, 1), END, Stage.CANCELLED),
        (SurgeryState.PUBLISHED, (1, 1), at(datetime.date(2026, 10, 13), 23, 59), Stage.NOT_OPEN),
        (SurgeryState.PUBLISHED, (1, 1), at(datetime.date(2026, 10, 14), 0), Stage.OPEN),
    ],
)
def test_what_a_surgery_is_to_somebody_who_would_like_to_come(state, free, now, what):
    assert stage(surgery(state), times(*free), now) == what


def test_in_the_last_two_hours_a_free_place_is_for_those_who_wait():
    def asked(minutes, waiting):
        return stage(surgery(), times(1, 0), START - minutes * MINUTE, waiting=waiting)

    assert [asked(121, 1), asked(120, 0), asked(120, 1)] == [
        Stage.OPEN,
        Stage.OPEN,
        Stage.COME_ALONG,
    ]


@pytest.mark.parametrize(
    ("of_surgery", "state", "now", "what"),
    [
        (SurgeryState.PUBLISHED, BookingState.BOOKED, NOW, Standing.BOOKED),
        (SurgeryState.PUBLISHED, BookingState.WAITING, NOW, Standing.WAITING),
        (SurgeryState.PUBLISHED, BookingState.DISPLACED, NOW, Standing.DISPLACED),
        (SurgeryState.PUBLISHED, BookingState.CANCELLED, NOW, Standing.CANCELLED),
        (SurgeryState.PUBLISHED, BookingState.CANCELLED, END, Standing.CANCELLED),
        (SurgeryState.PUBLISHED, BookingState.BOOKED, END - MINUTE, Standing.BOOKED),
        (SurgeryState.PUBLISHED, BookingState.BOOKED, END, Standing.OVER),
        (SurgeryState.PUBLISHED, BookingState.WAITING, END, Standing.OVER),
        (SurgeryState.CLOSED, BookingState.BOOKED, NOW, Standing.OVER),
        (SurgeryState.CANCELLED, BookingState.BOOKED, NOW, Standing.SURGERY_CANCELLED),
        (SurgeryState.CANCELLED, BookingState.CANCELLED, END, Standing.SURGERY_CANCELLED),
    ],
)
def test_what_a_booking_is_to_whoever_opens_its_link(of_surgery, state, now, what):
    assert standing(Booking(surgery=surgery(of_surgery), state=state), now) == what


def test_a_time_is_open_until_it_has_come():
    both = times(1, 1)
    assert open_slots(both, START - MINUTE) == both
    assert open_slots(both, START) == both[1:]


@pytest.mark.parametrize(("minutes", "late"), [(24 * 60, False), (24 * 60 - 1, True), (-1, True)])
def test_less_than_24_hours_is_late(minutes, late):
    assert is_late(START, START - minutes * MINUTE) is late


def test_a_link_works_until_seven_days_after():
    week = datetime.timedelta(days=7)
    assert link_works(END, END + week)
    assert not link_works(END, END + week + MINUTE)
