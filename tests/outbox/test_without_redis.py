"""Redis is only a doorbell: dead, frozen or emptied, people book and mail goes (T-OUT-07, P10).

A web server, a worker and beat of ours as `make run` starts them, on a Valkey of their own.
"""

import json
import signal
import statistics
from contextlib import ExitStack

import pytest

from config.local import services
from surgeries.models import Message
from tests.outbox import crowd, servers, site
from tests.outbox.post_office import PostOffice

pytestmark = pytest.mark.django_db(transaction=True)

SLOWER_BY = 5  # seconds: nobody waits for Redis as Celery would by itself; `make chaos` times it
HANDED_OVER_IN = 60


class House:
    """Everything that runs, and what was booked there."""

    def __init__(self, redis, site_address, office, surgery):
        self.redis, self.address, self.office = redis, site_address, office
        self._surgery = surgery
        self._booked = []

    def book(self):
        """Somebody books; returns how many seconds she waited for the answer."""
        status, seconds, contact = site.book(self.address, self._surgery)
        assert status == 302
        self._booked.append([contact])
        return seconds

    def all_is_handed_over(self):
        crowd.wait_for(
            lambda: len(self.office.recipients) >= len(self._booked), patience=HANDED_OVER_IN
        )

    def nobody_was_told_twice_or_not_at_all(self):
        assert sorted(self.office.recipients) == sorted(self._booked)
        assert not Message.objects.filter(uncertain__gt=0).exists()

    def readyz(self):
        status, text = site.answer(f"{self.address}/readyz")
        return status, json.loads(text)


@pytest.fixture
def house(surgery, tmp_path):
    office = PostOffice()
    with ExitStack() as stack:
        redis = stack.enter_context(servers.restartable(services.valkey))
        mail = stack.enter_context(office.listening())
        more = {"REDIS_URL": redis.url, "PROXY_COUNT": "1"}
        address = stack.enter_context(site.web(mail, **more))
        stack.enter_context(crowd.one_worker(mail, pool="prefork", **more))
        stack.enter_context(crowd.beat(mail, tmp_path, **more))
        built = House(redis, address, office, surgery)
        crowd.wait_for(lambda: built.readyz()[0] == 200, patience=90)
        yield built


@pytest.mark.parametrize("how", ["dead", "frozen"])
def test_who_books_does_not_wait_for_redis_and_gets_her_mail_within_a_minute(how, house):
    usual = statistics.median(house.book() for _ in range(5))
    house.all_is_handed_over()

    house.redis.end(by=signal.SIGKILL) if how == "dead" else house.redis.freeze()
    slowest = max(house.book() for _ in range(5))
    house.all_is_handed_over()
    status, parts = house.readyz()

    assert slowest - usual < SLOWER_BY
    assert (status, parts["beat"], parts["database"]) == (503, "ok", "ok")
    assert parts["redis"].startswith("not ok")

    house.redis.start() if how == "dead" else house.redis.thaw()
    services.redis.Redis.from_url(house.redis.url).flushall()
    house.book()
    house.all_is_handed_over()
    house.nobody_was_told_twice_or_not_at_all()
