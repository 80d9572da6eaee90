"""What a message is called, and how long we wait after a failure."""

from datetime import timedelta

import pytest

from surgeries.rules.outbox import Trouble, back_off, key_of, trouble_of
from surgeries.states import Channel, MessageKind


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 120)]
)
def test_each_wait_is_longer_up_to_two_hours(attempts, minutes):
    assert back_off(attempts) == timedelta(minutes=minutes)


def test_the_key_says_what_it_is():
    key = key_of(MessageKind.CONFIRMATION, "booking:7", 2, ":again", Channel.EMAIL)

    assert key == "confirmation:booking:7:v2:again:email"


@pytest.mark.parametrize(
    ("state", "receipt", "said", "trouble"),
    [
        ("review", "", "The answer never came.", Trouble.IN_DOUBT),
        ("failed", "", "550 5.1.1 There is nobody of this name here", Trouble.NO_SUCH_ADDRESS),
        ("failed", "", "550 No mailbox … here", Trouble.NO_SUCH_ADDRESS),
        ("failed", "", "This is not an address that mail can go to.", Trouble.NO_SUCH_ADDRESS),
        ("failed", "", "552 5.2.2 Mailbox full", Trouble.FULL),
        ("failed", "", "550 5.7.1 Blocked", Trouble.NOT_WANTED),
        ("failed", "", "This month’s texts are used up.", Trouble.USED_UP),
        ("failed", "", "554 Transaction failed", Trouble.NOT_TAKEN),
        ("failed", "", "", Trouble.NOT_TAKEN),
        ("sent", "undelivered", "", Trouble.CAME_BACK),
        ("sent", "delivered", "", None),
        ("sent", "", "550 5.1.1 once", None),
        ("queued", "", "451 later", None),
        ("cancelled", "", "550 5.1.1", None),
    ],
)
def test_why_a_message_wants_a_person(state, receipt, said, trouble):
    assert trouble_of(state, receipt, said) == trouble
