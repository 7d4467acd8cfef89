"""Carries the journal to a review room that has a database of its own, through RabbitMQ.

An entry leaves the bot's database when RabbitMQ has confirmed that it holds it, and RabbitMQ when the
review room has written it: it may come twice, and is then written once, but is never lost. Whoever
carries it begins with the lowest number that is left, so that a number never comes before a lower one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from time import time
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue

from bot import metrics
from bot.logs import what
from bot.privacy.journal import FORGOTTEN, Entry, Journal
from bot.privacy.where import BROKER, KEPT_DAYS, SettingError

logger = logging.getLogger(__name__)
QUEUE = "your_say.journal"
_PAUSE = 1.0  # seconds between two looks, and before another attempt
_AT_ONCE = 200  # entries
Work = Callable[[Journal, AbstractChannel, AbstractQueue], Awaitable[None]]


def check(address: str) -> str:
    """`address` itself. Raises SettingError if it is not one of RabbitMQ."""
    if not address.startswith(("amqp://", "amqps://")):
        raise SettingError(f"{BROKER} must be amqps://USER:PASSWORD@HOST/")
    return address


async def carry(address: str, open_journal: Callable[[], Journal] = Journal) -> None:
    """Bring what is in the journal to RabbitMQ, for as long as the bot runs."""
    await _again_and_again(address, open_journal, _bring)


async def fetch(address: str, open_journal: Callable[[], Journal] = Journal) -> None:
    """Write what RabbitMQ holds into the journal, for as long as the review room runs."""
    await _again_and_again(address, open_journal, _take)


async def _again_and_again(address: str, open_journal: Callable[[], Journal], work: Work) -> None:
    task = asyncio.current_task()
    assert task
    while not task.cancelling():  # closing a lost connection may raise in place of the cancellation
        try:
            async with await aio_pika.connect(address, timeout=5) as connection:
                channel = await connection.channel(publisher_confirms=True)
                await channel.set_qos(prefetch_count=_AT_ONCE)
                kept: dict[str, Any] = {"x-message-ttl": KEPT_DAYS * 24 * 3600 * 1000}
                queue = await channel.declare_queue(QUEUE, durable=True, arguments=kept)
                await work(await asyncio.to_thread(open_journal), channel, queue)
        except Exception as error:  # whatever it is, what waits must still arrive some day
            metrics.fault("broker")
            logger.error("the journal is not carried, entries wait: %s", what(error))
        await asyncio.sleep(_PAUSE)


async def _bring(journal: Journal, channel: AbstractChannel, queue: AbstractQueue) -> None:
    while True:
        entries = await asyncio.to_thread(lambda: list(journal.after(0, _AT_ONCE)))
        for entry in entries:
            body = json.dumps(asdict(entry), ensure_ascii=False).encode()
            # What waited in the journal may wait here only for the rest of its time
            left = entry.at + KEPT_DAYS * 24 * 3600 - time() if entry.kind != FORGOTTEN else None
            message = aio_pika.Message(
                body,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                expiration=left if left is None else max(0.0, left),
            )
            await channel.default_exchange.publish(message, queue.name, timeout=5)
        if entries:
            await asyncio.to_thread(journal.drop, entries[-1].number)
        else:
            await asyncio.sleep(_PAUSE)


async def _take(journal: Journal, _: AbstractChannel, queue: AbstractQueue) -> None:
    async with queue.iterator() as messages:
        async for message in messages:
            await asyncio.to_thread(journal.receive, Entry(**json.loads(message.body)))
            await message.ack()
