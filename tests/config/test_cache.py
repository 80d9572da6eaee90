"""The cache holds rate limits. It may be away; a page may not."""

import socket

import pytest
from django.core.cache import cache
from redis.connection import Connection

from config.cache import ForgivingRedisCache


@pytest.fixture(params=["closed", "frozen"])
def away(request):
    """A cache whose server refuses, or accepts and keeps silent."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "frozen":
            server.listen()
        options = {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        yield ForgivingRedisCache(url, {"OPTIONS": options})


def test_the_cache_counts():
    cache.delete("tries")
    assert cache.add("tries", 1) is True
    assert cache.add("tries", 1) is False
    assert cache.incr("tries") == 2


def test_different_things_are_counted_and_the_same_one_once():
    seen = [cache.count_different({"forms": (thing, 60), "day": ("x", 60)}) for thing in "aabca"]
    assert [counts["forms"] for counts in seen] == [1, 1, 2, 3, 3]
    assert [counts["day"] for counts in seen] == [1] * 5


def test_a_count_begins_anew_so_long_after_its_first():
    client, key = cache._cache.get_client(), cache.make_key("forms")
    cache.count_different({"forms": ("a", 60)})
    client.expire(key, 30)
    cache.count_different({"forms": ("b", 60)})
    assert client.ttl(key) <= 30
    client.delete(key)
    assert cache.count_different({"forms": ("c", 60)}) == {"forms": 1}


def test_counting_is_one_round_trip(monkeypatch):
    sent, really_send = [], Connection.send_packed_command

    def send(connection, command, *rest):
        sent.append(command)
        really_send(connection, command, *rest)

    monkeypatch.setattr(Connection, "send_packed_command", send)
    cache.count_different(dict.fromkeys(("one", "two", "three"), ("a", 60)))
    assert len(sent) == 1


def test_a_cache_that_is_away_reads_as_empty(away):
    assert away.get("tries", 0) == 0
    assert away.get_many(["tries"]) == {}
    assert away.has_key("tries") is False
    assert away.count_different({"tries": ("a", 60)}) == {}


def test_a_cache_knows_that_it_is_away_once_it_was_asked(away):
    assert (away.is_away(), cache.is_away()) == (False, False)
    away.get("tries")
    cache.get("tries")
    assert (away.is_away(), cache.is_away()) == (True, False)


def test_writing_to_a_cache_that_is_away_breaks_nothing(away):
    away.set("tries", 1)
    away.set_many({"tries": 1})
    assert away.add("tries", 1) is True
    assert away.incr("tries") == 1
    assert away.touch("tries") is False
    assert away.delete("tries") is False
    away.delete_many(["tries"])
