"""A cache that is allowed to fail.

The cache holds rate limits and nothing that is true. A booking must not fail or wait because
Redis is away, so every fault reads as "nothing there", is logged, and for a few seconds nobody
asks again.
"""

import logging
import time

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


LEFT_ALONE_FOR = 5  # seconds


class ForgivingClient(RedisCacheClient):
    """Answers like an empty cache while Redis is away; rate limits then let people through."""

    _ask_again_at = 0.0  # by the clock that never jumps

    def _forgive(self, call, otherwise):
        if time.monotonic() < self._ask_again_at:
            return otherwise
        try:
            return call()
        except RedisError as fault:
            self._ask_again_at = time.monotonic() + LEFT_ALONE_FOR
            logger.warning("Cache is away: %s", type(fault).__name__)
            return otherwise

    def add(self, key, value, timeout):
        return self._forgive(lambda: super(ForgivingClient, self).add(key, value, timeout), True)

    def get(self, key, default):
        return self._forgive(lambda: super(ForgivingClient, self).get(key, default), default)

    def set(self, key, value, timeout):
        return self._forgive(lambda: super(ForgivingClient, self).set(key, value, timeout), None)

    def touch(self, key, timeout):
        return self._forgive(lambda: super(ForgivingClient, self).touch(key, timeout), False)

    def delete(self, key):
        return self._forgive(lambda: super(ForgivingClient, self).delete(key), False)

    def get_many(self, keys):
        return self._forgive(lambda: super(ForgivingClient, self).get_many(keys), {})

    def has_key(self, key):
        return self._forgive(lambda: super(ForgivingClient, self).has_key(key), False)

    def incr(self, key, delta):
        return self._forgive(lambda: super(ForgivingClient, self).incr(key, delta), delta)

    def set_many(self, data, timeout):
        return self._forgive(lambda: super(ForgivingClient, self).set_many(data, timeout), None)

    def delete_many(self, keys):
        return self._forgive(lambda: super(ForgivingClient, self).delete_many(keys), None)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with the forgiving client."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = ForgivingClient
