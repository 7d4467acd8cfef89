"""How much one person, and all together, may send; counted in Redis where several processes share it."""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from bot.privacy.where import REDIS, secret
from bot.redis_absence import Absence

_PATIENCE = 0.2  # seconds that Redis may take to answer


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
        self._absence = Absence("limits are counted here")

    def allows(self, rate: str, whom: str) -> bool:
        """Count one more for `whom`, a pseudonym, and say whether that is within `rate` ("20/minute")."""
        most = parse(rate)
        if self._shared and not self._absence.lasts():
            try:
                return bool(self._shared.hit(most, whom))
            except RedisError as error:
                self._absence.begins(error)
        return bool(self._here.hit(most, whom))
