"""One turn at a time for each person on Telegram, and many people side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MOST_AT_ONCE = 4096  # updates being taken or waiting for their turn


class InOrder(BaseUpdateProcessor):
    """Takes the updates of one chat in the order in which they came."""

    def __init__(self) -> None:
        super().__init__(MOST_AT_ONCE)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None:
            await coroutine
            return
        turn = self._turns.setdefault(chat.id, asyncio.Lock())
        async with turn:  # asyncio's locks are given in the order in which they were asked for
            await coroutine

    async def initialize(self) -> None:
        """Nothing to prepare; Telegram's library asks for it."""

    async def shutdown(self) -> None:
        """Nothing to put away."""
