"""Several bots share PostgreSQL and Redis: whatever of it breaks, everybody is answered and nothing is lost.

`-s` prints the figures of docs/faults.md.
"""

from __future__ import annotations

import asyncio
import resource
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.conftest import READY_WITHIN, answers, running, until
from tests.services.children import Children
from tests.services.servers import SOON, Postgres, Redis

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.skipif(not (Postgres.is_here() and Redis.is_here()), reason="no PostgreSQL or Redis here"),
]
SEVERAL, MESSAGES, THINKS = 12, 8, 0.6  # children, messages of each, seconds


class Bots:
    """Two processes of the bot, which share a database, locks and limits; some may be dead."""

    def __init__(self, folder: Path) -> None:
        self.postgres, self.redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        self.folder, self.all = folder, []
        self.living: list[running] = []

    def start(self, many: int) -> None:
        started = []
        for _ in range(many):
            data = self.folder / f"bot-{len(self.all)}"
            bot = running(
                YOUR_SAY_DATA=str(data),
                YOUR_SAY_DATABASE=self.postgres.url,
                YOUR_SAY_REDIS=self.redis.url,
                YOUR_SAY_PSEUDONYM_KEY="the-same-for-all",
            )
            bot.start()
            self.all.append(bot)
            started.append(bot)
        until(lambda: all(answers(bot.address) for bot in started), READY_WITHIN)
        self.living += started

    def addresses(self) -> list[str]:
        return [bot.address for bot in self.living]

    def end(self, how: int) -> None:
        """End the first of them: without warning (SIGKILL), or so that it finishes what it does."""
        bot = self.living.pop(0)
        bot.process.send_signal(how)
        bot.process.wait(SOON)

    def stop(self) -> None:
        for bot in self.living:
            bot.process.terminate()
        for bot in self.living:
            bot.process.wait(SOON)
        for server in (self.postgres, self.redis):
            server.stop(signal.SIGKILL)

    def have_caught_up(self) -> bool:
        """Whether nothing waits for the database any more."""
        return all(httpx.get(f"{address}/ready").status_code == 200 for address in self.addresses())

    def counted(self) -> Counter[str]:
        """How often each message's number stands in the database."""
        with psycopg.connect(self.postgres.url) as connection:
            return Counter(row[0] for row in connection.execute("SELECT message FROM turns"))

    def in_order(self, numbers: list[str]) -> bool:
        """Whether each conversation has these messages in the order they were sent in, and no other's."""
        with psycopg.connect(self.postgres.url) as connection:
            turns = "SELECT conversation, message FROM turns WHERE message = ANY(%s)"
            rows = connection.execute(f"{turns} ORDER BY conversation, number", [numbers])
            said: dict[str, list[str]] = {}
            for conversation, message in rows:
                said.setdefault(conversation, []).append(message)
        return all(
            len({message.rsplit("-", 1)[0] for message in messages}) == 1
            and messages == sorted(messages, key=lambda message: int(message.rsplit("-", 1)[1]))
            for messages in said.values()
        )


@pytest.fixture(scope="module")
def bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    bots = Bots(tmp_path_factory.mktemp("several"))
    bots.postgres.start()
    bots.redis.start()
    bots.start(2)
    yield bots
    bots.stop()


async def chat_through(
    bots: Bots, name: str, fault: Callable[[], Awaitable[None]], in_order: bool = True
) -> Children:
    """Children chat while `fault` happens; afterwards each message stands once in the database.

    `in_order`: and after those that the same child sent before.
    """
    children = Children(bots.addresses)
    await asyncio.gather(children.chat(SEVERAL, MESSAGES, THINKS), fault())
    await asyncio.to_thread(until, bots.have_caught_up, SOON)
    tally = children.tally
    lost, doubled = tally.kept(bots.counted())
    print(
        f"\n{name}: sent {tally.sent}, answered {tally.answered}, of these static {tally.static}, "
        f"sent again {tally.again}, lost {lost}, doubled {doubled}"
    )
    assert tally.answered == tally.sent == SEVERAL * MESSAGES
    assert (lost, doubled) == (0, 0)
    assert bots.in_order(tally.numbers) or not in_order
    return children


async def test_nothing_happens(bots: Bots) -> None:
    children = await chat_through(bots, "no fault", lambda: asyncio.sleep(0))
    assert children.tally.static == 0


async def test_postgresql_is_stopped_and_started(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1.5)
        await asyncio.to_thread(bots.postgres.stop)
        await asyncio.sleep(3)
        await asyncio.to_thread(bots.postgres.start)

    await chat_through(bots, "PostgreSQL stopped for 3 s", fault)


async def test_postgresql_is_killed(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1.5)
        await asyncio.to_thread(bots.postgres.stop, signal.SIGKILL)
        await asyncio.to_thread(bots.postgres.start)

    await chat_through(bots, "PostgreSQL killed", fault)


async def test_postgresql_does_not_answer(bots: Bots) -> None:
    """As when the network between them is cut."""

    async def fault() -> None:
        await asyncio.sleep(1.5)
        bots.postgres.freeze()
        await asyncio.sleep(8)
        bots.postgres.thaw()

    await chat_through(bots, "PostgreSQL silent for 8 s", fault)


async def test_postgresql_is_slow(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1)
        connection = await psycopg.AsyncConnection.connect(bots.postgres.url)
        async with connection:
            await connection.execute("LOCK TABLE turns IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(6)

    await chat_through(bots, "PostgreSQL holds everybody up for 6 s", fault)


async def test_redis_is_stopped_and_started(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1.5)
        await asyncio.to_thread(bots.redis.stop, signal.SIGKILL)
        await asyncio.sleep(3)
        await asyncio.to_thread(bots.redis.start)

    await chat_through(bots, "Redis killed, back after 3 s", fault)


async def test_redis_does_not_answer(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1.5)
        bots.redis.freeze()
        await asyncio.sleep(4)
        bots.redis.thaw()

    await chat_through(bots, "Redis silent for 4 s", fault)


async def test_the_disk_is_full_and_the_database_is_gone(bots: Bots) -> None:
    """A limit on the size of files stands for the full disk: no line can be added to the spool."""

    async def fault() -> None:
        processes = [bot.process.pid for bot in bots.living]
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        for process in processes:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        await asyncio.sleep(1)
        await asyncio.to_thread(bots.postgres.stop)
        await asyncio.sleep(3)
        await asyncio.to_thread(bots.postgres.start)
        for process in processes:
            resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)

    await chat_through(bots, "disk full and PostgreSQL stopped", fault)


async def test_a_bot_is_killed_in_the_middle_of_it(bots: Bots) -> None:
    async def fault() -> None:
        await asyncio.sleep(1.5)
        await asyncio.to_thread(bots.end, signal.SIGKILL)

    await chat_through(bots, "one bot of two killed", fault)
    await asyncio.to_thread(bots.start, 1)


async def test_a_bot_is_killed_while_turns_wait_for_the_database(bots: Bots) -> None:
    """What it had on disk is there, though late, once another process runs in its folder."""

    async def fault() -> None:
        await asyncio.sleep(1)
        await asyncio.to_thread(bots.postgres.stop)
        await asyncio.sleep(2)
        dead = bots.living[0]
        await asyncio.to_thread(bots.end, signal.SIGKILL)
        await asyncio.to_thread(bots.postgres.start)
        dead.start()
        await asyncio.to_thread(until, lambda: answers(dead.address), READY_WITHIN)
        bots.living.append(dead)

    await chat_through(bots, "one bot killed while PostgreSQL was down", fault, in_order=False)


async def test_a_new_model_is_rolled_out(bots: Bots) -> None:
    """A new process with it is started before the old one is asked to end."""

    async def fault() -> None:
        for _ in range(2):
            await asyncio.to_thread(bots.start, 1)
            await asyncio.to_thread(bots.end, signal.SIGTERM)

    children = await chat_through(bots, "both bots exchanged for new ones", fault)
    assert children.tally.static == 0
