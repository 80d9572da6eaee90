from datetime import timedelta

import pytest

from surgeries.rules.limits import Seen, is_a_flood, is_in_a_hurry

QUICK, SLOW = timedelta(seconds=4.9), timedelta(seconds=5)


@pytest.mark.parametrize(
    ("seen", "flood"),
    [
        (Seen(), False),
        (Seen(from_address=60, of_contact=10), False),
        (Seen(from_address=61), True),
        (Seen(of_contact=11), True),
    ],
)
def test_what_is_more_than_people_send(seen, flood):
    assert is_a_flood(seen) is flood


@pytest.mark.parametrize(
    ("number", "open_for", "hurry"),
    [(10, timedelta(0), False), (11, QUICK, True), (11, SLOW, False), (60, SLOW, False)],
)
def test_twenty_people_in_a_library_are_only_asked_to_read_the_form(number, open_for, hurry):
    assert is_in_a_hurry(Seen(from_address=number), open_for) is hurry
