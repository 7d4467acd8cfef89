"""How much one person, and all together, may send; counted in Redis where several processes share it."""

from __future__ import annotations

import logging
from time import monotonic

from limits import parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from bot import metrics
from bot.privacy.where import REDIS, secret

logger = logging.getLogger(__name__)
_PATIENCE = 0.2  # seconds that Redis may take to answer
_PAUSE = 5.0  # seconds before Redis is asked again after it did not answer


class Rates:
    """While Redis is down each process counts for itself."""

    def __init__(self, redis: str | None = None) -> None:
        """`redis`: its address; by default the one that is set."""
        address = secret(REDIS) if redis is None else redis
        patience = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
        # a limiter itself holds only a weak reference to where it counts
        self._counts = MemoryStorage(), storage_from_string(address, **patience) if address else None
        here, shared = self._counts
        self._here = MovingWindowRateLimiter(here)
        self._shared = MovingWindowRateLimiter(shared) if shared else None
        self._not_before = 0.0

    def allows(self, rate: str, whom: str) -> bool:
        """Count one more for `whom`, a pseudonym, and say whether that is within `rate` ("20/minute")."""
        most = parse(rate)
        if self._shared and monotonic() >= self._not_before:
            try:
                return bool(self._shared.hit(most, whom))
            except RedisError as error:
                self._not_before = monotonic() + _PAUSE
                metrics.fault("redis")
                logger.error("Redis does not answer, limits are counted here: %s", type(error).__name__)
        return bool(self._here.hit(most, whom))
