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

    def is_away(self):
        return time.monotonic() < self._ask_again_at

    def _forgive(self, call, otherwise):
        if self.is_away():
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

    def count_different(self, seen):
        return self._forgive(lambda: self._count_different(seen), {})

    def _count_different(self, seen):
        with self.get_client(None, write=True).pipeline(transaction=False) as at_once:
            for key, (thing, seconds) in seen.items():
                at_once.sadd(key, thing)
                at_once.expire(key, seconds, nx=True)
                at_once.scard(key)
            return dict(zip(seen, at_once.execute()[2::3], strict=True))


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with the forgiving client."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = ForgivingClient

    def is_away(self):
        """Whether Redis has just failed to answer this thread, which then asks nothing of it."""
        return self._cache.is_away()  # type: ignore[attr-defined]  # of RedisCache, which its stubs leave out

    def count_different(self, seen):
        """Note `seen`, {name: (thing, seconds)}; returns {name: how many different things so far}.

        A name begins anew so many seconds after its first thing. One round trip; {} while Redis
        is away.
        """
        keys = {self.make_and_validate_key(name): name for name in seen}
        counts = self._cache.count_different({key: seen[name] for key, name in keys.items()})  # type: ignore[attr-defined]  # of RedisCache, which its stubs leave out
        return {keys[key]: count for key, count in counts.items()}
