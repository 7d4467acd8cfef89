"""One turn at a time in each conversation, in this process and, with Redis, in all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockStore
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot import metrics
from bot.privacy.where import REDIS, SettingError
from bot.redis_absence import Absence

logger = logging.getLogger(__name__)
_HELD = 10.0  # seconds, at most: the process that holds it may have died
_WAITED = 4.0  # seconds, at most: going on without it is safe, and a young person waits
_PATIENCE = 0.5  # seconds that Redis may take to answer


class ConversationLocks(LockStore):
    """Hands on at once, where Rasa's own looks again every second.

    While Redis is down each process goes on alone. The turns of a conversation are numbered, so
    that two processes cannot both write the same one: without a lock the later turn comes after.
    """

    def __init__(self, redis: str = "") -> None:
        """`redis`: its address; without one only this process is meant. Raises SettingError."""
        super().__init__()
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        limits = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
        try:
            self._redis = Redis.from_url(redis, **limits) if redis else None
        except ValueError as error:
            raise SettingError(f"{REDIS} must be redis://:PASSWORD@HOST:PORT/0") from error
        self._absence = Absence("this process goes on alone")

    @asynccontextmanager
    async def lock(  # type: ignore[override]
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[None]:
        here, asked = self._here.setdefault(conversation_id, asyncio.Lock()), monotonic()
        async with here:
            everywhere = await self._everywhere(conversation_id)
            metrics.waited(monotonic() - asked)
            try:
                yield
            finally:
                if everywhere:
                    await self._let_go(everywhere)

    async def _everywhere(self, conversation: str) -> Lock | None:
        if self._redis is None or self._absence.lasts():
            return None
        lock = self._redis.lock(f"turn:{conversation}", timeout=_HELD, sleep=0.02, blocking_timeout=_WAITED)
        try:
            return lock if await lock.acquire() else None
        except (RedisError, OSError) as error:
            self._absence.begins(error)
            return None

    async def _let_go(self, lock: Lock) -> None:
        try:
            await lock.release()
        except LockError:  # it took too long and is over
            logger.warning("a turn took longer than its lock")
        except (RedisError, OSError) as error:
            self._absence.begins(error)
