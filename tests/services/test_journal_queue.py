"""The journal reaches a review room elsewhere through RabbitMQ, in order and whole, whatever is down."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import aio_pika
import pytest

from bot.privacy.journal import FORGOTTEN, Entry, Journal
from bot.privacy.journal_queue import QUEUE, carry, check, fetch
from bot.privacy.where import KEPT_DAYS, SettingError
from tests.conftest import until
from tests.services.servers import SOON, Rabbit

needs_rabbit = pytest.mark.skipif(not Rabbit.is_here(), reason="no RabbitMQ here")


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    rabbit = Rabbit(tmp_path_factory.mktemp("several") / "rabbit")
    rabbit.start()
    yield rabbit
    rabbit.stop(signal.SIGKILL)


class Ways:
    """The bot's journal and the review room's, each with whoever carries between it and RabbitMQ."""

    def __init__(self, rabbit: Rabbit, folder: Path) -> None:
        self.address = rabbit.url
        self._urls = [f"sqlite:///{folder / name}" for name in ("bot.db", "room.db")]
        self.bot, self.room = self.open_bot(), self.open_room()

    def open_bot(self) -> Journal:
        return Journal(self._urls[0])

    def open_room(self) -> Journal:
        return Journal(self._urls[1])

    def there(self) -> list[str]:
        return [entry.said.get("text", entry.kind) for entry in self.room.after(0)]

    async def until_there(self, expected: list[str]) -> None:
        await asyncio.to_thread(until, lambda: self.there() == expected, SOON)


@pytest.fixture
def ways(rabbit: Rabbit, tmp_path: Path) -> Ways:
    return Ways(rabbit, tmp_path)


def say(journal: Journal, *texts: str) -> None:
    for text in texts:
        journal.write("a" * 32, 1_800_000_000.0, "user", {"text": text})


async def stop_all(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@needs_rabbit
async def test_what_is_said_arrives_in_order_and_leaves_the_bot(ways: Ways) -> None:
    tasks = [
        asyncio.create_task(carry(ways.address, ways.open_bot)),
        asyncio.create_task(fetch(ways.address, ways.open_room)),
    ]
    say(ways.bot, *map(str, range(500)))
    await ways.until_there([str(number) for number in range(500)])
    await asyncio.to_thread(until, lambda: not list(ways.bot.after(0)), SOON)
    await stop_all(*tasks)


@needs_rabbit
async def test_what_two_bots_carry_arrives_once(ways: Ways) -> None:
    tasks = [asyncio.create_task(carry(ways.address, ways.open_bot)) for _ in range(2)]
    tasks.append(asyncio.create_task(fetch(ways.address, ways.open_room)))
    say(ways.bot, *map(str, range(300)))
    await ways.until_there([str(number) for number in range(300)])
    await stop_all(*tasks)


@needs_rabbit
async def test_a_deletion_deletes_what_arrived_before(ways: Ways) -> None:
    tasks = [
        asyncio.create_task(carry(ways.address, ways.open_bot)),
        asyncio.create_task(fetch(ways.address, ways.open_room)),
    ]
    say(ways.bot, "unmistakeable")
    await ways.until_there(["unmistakeable"])
    ways.bot.forget("a" * 32, 1_800_000_001.0)
    await ways.until_there([FORGOTTEN])
    await stop_all(*tasks)


@needs_rabbit
async def test_what_waits_in_rabbitmq_when_somebody_is_forgotten_is_not_read_by_anybody(ways: Ways) -> None:
    carrying = asyncio.create_task(carry(ways.address, ways.open_bot))
    say(ways.bot, "unmistakeable")  # no review room is there to take it
    await asyncio.to_thread(until, lambda: not list(ways.bot.after(0)), SOON)
    ways.bot.forget("a" * 32, 1_800_000_001.0)
    fetching = asyncio.create_task(fetch(ways.address, ways.open_room))
    await ways.until_there([FORGOTTEN])
    await stop_all(carrying, fetching)


@needs_rabbit
async def test_what_waited_in_the_journal_waits_in_rabbitmq_only_for_the_rest_of_its_time(ways: Ways) -> None:
    limit = time.time() - KEPT_DAYS * 24 * 3600
    for at, said in ((limit - 60, "too old"), (limit + 3600, "young enough")):
        ways.bot.write("a" * 32, at, "user", {"text": said})
    carrying = asyncio.create_task(carry(ways.address, ways.open_bot))
    await asyncio.to_thread(until, lambda: not list(ways.bot.after(0)), SOON)
    fetching = asyncio.create_task(fetch(ways.address, ways.open_room))
    await ways.until_there(["young enough"])
    await stop_all(carrying, fetching)


@needs_rabbit
async def test_what_a_slow_bot_carries_after_word_of_the_deletion_is_not_written(ways: Ways) -> None:
    say(ways.bot, "unmistakeable")
    [slow] = ways.bot.after(0)
    ways.bot.forget("a" * 32, 1_800_000_001.0)
    tasks = [
        asyncio.create_task(carry(ways.address, ways.open_bot)),
        asyncio.create_task(fetch(ways.address, ways.open_room)),
    ]
    await ways.until_there([FORGOTTEN])
    async with await aio_pika.connect(ways.address) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(json.dumps(asdict(slow)).encode()), QUEUE)
    ways.bot.write("b" * 32, 1_800_000_002.0, "user", {"text": "another, which comes after it"})
    await ways.until_there([FORGOTTEN, "another, which comes after it"])
    await stop_all(*tasks)


@needs_rabbit
async def test_nothing_is_lost_while_the_review_room_or_rabbitmq_is_down(ways: Ways, rabbit: Rabbit) -> None:
    carrying = asyncio.create_task(carry(ways.address, ways.open_bot))
    say(ways.bot, "one")  # no review room is there yet
    await asyncio.to_thread(until, lambda: not list(ways.bot.after(0)), SOON)
    await asyncio.to_thread(rabbit.stop, signal.SIGKILL)
    say(ways.bot, "two")
    fetching = asyncio.create_task(fetch(ways.address, ways.open_room))
    await asyncio.to_thread(rabbit.start)
    say(ways.bot, "three")
    await ways.until_there(["one", "two", "three"])
    await stop_all(carrying, fetching)


def test_an_entry_that_comes_twice_is_written_once(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    for _ in range(2):
        journal.receive(Entry(7, "a" * 32, 1.0, "user", {"text": "x"}))
    assert [entry.number for entry in journal.after(0)] == [7]


def test_another_kind_of_address_is_refused_without_its_password() -> None:
    with pytest.raises(SettingError, match="YOUR_SAY_BROKER") as refused:
        check("http://user:geheim@host/")
    assert "geheim" not in str(refused.value)
