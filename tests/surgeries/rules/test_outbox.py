"""What a message is called, and how long we wait after a failure."""

from datetime import timedelta

import pytest

from surgeries.rules.outbox import back_off, key_of
from surgeries.states import Channel, MessageKind


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 120)]
)
def test_each_wait_is_longer_up_to_two_hours(attempts, minutes):
    assert back_off(attempts) == timedelta(minutes=minutes)


def test_the_key_says_what_it_is():
    key = key_of(MessageKind.CONFIRMATION, "booking:7", 2, ":again", Channel.EMAIL)

    assert key == "confirmation:booking:7:v2:again:email"
