"""Redis dead, frozen, flushed: who books waits half a second more at most (T-OUT-07, P10)."""

import math
import signal
import time

import pytest

from config.local import services
from tests.chaos.outbox_run import account_of, say
from tests.outbox.conftest import surgery  # noqa: F401 - a fixture
from tests.outbox.test_without_redis import HANDED_OVER_IN, house  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

BOOKINGS = 20
SLOWER_BY = 0.5  # seconds at most, 19 times of 20


def test_who_books_without_redis_waits_half_a_second_more_at_most(house):  # noqa: F811
    usual = slow_one(house)
    handed_over = [seconds_until_all_is_handed_over(house)]
    waits = {}
    for trouble, (begin, end) in troubles(house.redis).items():
        begin()
        waits[trouble] = slow_one(house)
        handed_over.append(seconds_until_all_is_handed_over(house))
        end()

    more = {trouble: wait - usual for trouble, wait in waits.items()}
    said = [f"{trouble} {seconds:+.2f} s" for trouble, seconds in more.items()]
    say("booking without Redis", f"p95 of {BOOKINGS} usually {usual:.2f} s", *said)
    say("mail of those bookings", account_of(house.office), f"within {max(handed_over):.0f} s")
    assert max(more.values()) <= SLOWER_BY
    assert max(handed_over) < HANDED_OVER_IN
    house.nobody_was_told_twice_or_not_at_all()


def seconds_until_all_is_handed_over(house):  # noqa: F811
    begun = time.monotonic()
    house.all_is_handed_over()
    return time.monotonic() - begun


def troubles(redis):
    """{what happens to Redis: (how it begins, how it ends)}."""
    return {
        "dead": (lambda: redis.end(by=signal.SIGKILL), redis.start),
        "frozen": (redis.freeze, redis.thaw),
        "flushed": (services.redis.Redis.from_url(redis.url).flushall, lambda: None),
    }


def slow_one(house):  # noqa: F811
    """Seconds that the slowest but one of BOOKINGS waits: the 95th percentile."""
    return sorted(house.book() for _ in range(BOOKINGS))[math.ceil(BOOKINGS * 0.95) - 1]
