"""What several processes share in Redis: who has the turn, and how much was sent; also while it is away."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import (
    quiet,  # noqa: F401  # before anything of Rasa
    redis_absence,
)
from bot.channels.rates import Rates
from bot.locks import ConversationLocks
from tests.services.servers import Redis

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.skipif(not Redis.is_here(), reason="no Redis here"),
]
ANNA, TWICE = "a" * 32, "2/hour"


class Clock:
    """Stands still until it is put on."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """By which Redis is asked again."""
    clock = Clock()
    monkeypatch.setattr(redis_absence, "monotonic", clock)
    return clock


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path / "redis")
    redis.start()
    yield redis
    if redis.process and redis.process.poll() is None:
        redis.stop(signal.SIGKILL)


async def both_at_once(one: ConversationLocks, other: ConversationLocks) -> bool:
    """Whether `other` gets the turn in a conversation while `one` has it."""
    got = asyncio.Event()

    async def take() -> None:
        async with other.lock(ANNA):
            got.set()

    async with one.lock(ANNA):
        taking = asyncio.create_task(take())
        await asyncio.wait([taking], timeout=3)  # less than it waits for its turn
        at_once = got.is_set()
    await taking
    return at_once


async def test_two_processes_take_turns_and_go_on_alone_only_while_redis_is_away(
    redis: Redis, clock: Clock
) -> None:
    one, other = ConversationLocks(redis.url), ConversationLocks(redis.url)
    assert not await both_at_once(one, other)
    redis.stop(signal.SIGKILL)
    assert await both_at_once(one, other)
    redis.start()
    assert await both_at_once(one, other)  # it is not asked yet: nobody is to wait for it in vain
    clock.now += redis_absence.ASKED_AGAIN
    assert not await both_at_once(one, other)


def test_two_processes_count_together_and_each_for_itself_only_while_redis_is_away(
    redis: Redis, clock: Clock
) -> None:
    one, other = Rates(redis.url), Rates(redis.url)
    assert [process.allows(TWICE, ANNA) for process in (one, other, one)] == [True, True, False]
    redis.stop(signal.SIGKILL)
    assert [process.allows(TWICE, ANNA) for process in (one, other, one, one)] == [True, True, True, False]
    redis.start()
    assert not one.allows(TWICE, ANNA)  # as it has counted itself
    clock.now += redis_absence.ASKED_AGAIN
    assert [process.allows(TWICE, ANNA) for process in (one, other, one)] == [True, True, False]
