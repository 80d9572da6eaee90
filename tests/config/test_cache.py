"""The cache holds rate limits. It may be away; a page may not."""

import socket

import pytest
from django.core.cache import cache

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


def test_a_cache_that_is_away_reads_as_empty(away):
    assert away.get("tries", 0) == 0
    assert away.get_many(["tries"]) == {}
    assert away.has_key("tries") is False


def test_writing_to_a_cache_that_is_away_breaks_nothing(away):
    away.set("tries", 1)
    away.set_many({"tries": 1})
    assert away.add("tries", 1) is True
    assert away.incr("tries") == 1
    assert away.touch("tries") is False
    assert away.delete("tries") is False
    away.delete_many(["tries"])
