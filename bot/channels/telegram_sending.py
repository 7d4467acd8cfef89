"""Sends replies to Telegram: short messages, buttons for a phone, cards to tap."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import time
from typing import Any, TypeVar

import httpx
from cachetools import TTLCache
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from tenacity import AsyncRetrying, RetryCallState, stop_after_delay, wait_random_exponential

_Result = TypeVar("_Result")
LONGEST = 1200  # characters of one message: about a screenful. Telegram itself takes 4,096.
LONGEST_PAYLOAD = 64  # bytes of a button, https://core.telegram.org/bots/api#inlinekeyboardbutton
SHORT_TITLE = 16  # characters; two such buttons stand side by side on a small phone
MOST_CARDS = 3
DELETABLE = 48 * 3600  # seconds, https://core.telegram.org/bots/api#deletemessage
AT_ONCE = 100  # messages that one request may delete
PATIENCE = 3600  # seconds to go on trying while the network is gone
AGAIN = 3  # times at most when the message may have arrived and only the answer was lost
TYPING_LASTS = 5  # seconds that Telegram shows it


class BlockedError(Exception):
    """The person has blocked the bot or is gone: nothing can be sent."""


def _try_again(state: RetryCallState) -> bool:
    """Whether it is worth it: the network or Telegram is out of order, or we were too fast.

    When only the answer was lost the message may be there already: twice is better than
    never, but not many times.
    """
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, BadRequest) or not isinstance(error, NetworkError | RetryAfter):
        return False
    may_have_arrived = isinstance(
        error.__cause__, httpx.ReadTimeout | httpx.ReadError | httpx.RemoteProtocolError
    )
    return not may_have_arrived or state.attempt_number < AGAIN


_growing = wait_random_exponential(multiplier=0.2, max=30)


def _wait(state: RetryCallState) -> float:
    """Seconds: as long as Telegram says, or a little longer each time."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RetryAfter):
        after = error.retry_after
        return after.total_seconds() if isinstance(after, timedelta) else float(after)
    return _growing(state)


class Sender:
    """Everything that we say on Telegram goes through here.

    It remembers the numbers of the messages of each chat for as long as Telegram lets us
    delete them, in memory only.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._deletable: TTLCache[int, list[tuple[float, int]]] = TTLCache(100_000, DELETABLE)
        self._typing: TTLCache[int, None] = TTLCache(100_000, TYPING_LASTS)

    def remember(self, chat: int, message: int) -> None:
        """Note `message` of this chat, the person's or our own, so that `delete` finds it."""
        self._deletable[chat] = [*self._deletable.get(chat, []), (time(), message)]

    async def typing(self, chat: int) -> None:
        """Show that an answer is being written. Not worth a second attempt."""
        if chat in self._typing:
            return
        self._typing[chat] = None
        with suppress(TelegramError):
            await self._bot.send_chat_action(chat, ChatAction.TYPING)

    async def reply(
        self, chat: int, message: dict[str, Any], to: int | None = None, silently: bool = False
    ) -> None:
        """Send one reply of a turn; `to`: the message that it must be seen to answer.

        `silently`: without a sound. Raises BlockedError if the person cannot be reached any more.
        """
        pieces = in_pieces(message["text"])
        for place, piece in enumerate(pieces):
            last = place == len(pieces) - 1
            await self._send(
                self._bot.send_message,
                chat_id=chat,
                text=piece,
                reply_markup=keyboard(message.get("buttons", [])) if last else None,
                reply_parameters=_answering(to) if to and not place else None,
                disable_notification=silently,
            )
        for name, number in cards(message):
            with suppress(TelegramError):  # the number stands in the words as well
                await self._send(
                    self._bot.send_contact,
                    chat_id=chat,
                    phone_number=number,
                    first_name=name,
                    vcard=f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;TYPE=VOICE:{number}\nEND:VCARD",
                    disable_notification=True,
                )

    async def _send(self, method: Callable[..., Awaitable[TelegramMessage]], **what: Any) -> None:
        try:
            sent = await persistently(lambda: method(**what))
        except Forbidden as error:
            raise BlockedError from error
        self.remember(what["chat_id"], sent.message_id)

    async def acknowledge(self, query: str) -> None:
        """Tell Telegram that a button's press has arrived. A press that is too old needs none."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query)

    async def delete(self, chat: int) -> bool:
        """Delete the messages of both sides from the last 48 hours; whether all that we know of went.

        Numbers are not kept over a restart: after one, what was said before it stays.
        """
        young = time() - DELETABLE
        messages = sorted(message for sent, message in self._deletable.pop(chat, []) if sent > young)
        batches = [messages[start : start + AT_ONCE] for start in range(0, len(messages), AT_ONCE)]
        went = [await self._delete(chat, batch) for batch in batches]
        return all(went)

    async def _delete(self, chat: int, messages: Sequence[int]) -> bool:
        """Telegram refuses all if it refuses one (a die younger than a day): then in halves."""
        try:
            return await persistently(lambda: self._bot.delete_messages(chat, messages))
        except TelegramError:
            if len(messages) == 1:
                return False
            middle = len(messages) // 2
            return all([await self._delete(chat, half) for half in (messages[:middle], messages[middle:])])

    def forget(self, chat: int) -> None:
        """Keep nothing of a chat that is over."""
        self._deletable.pop(chat, None)


async def persistently(attempt: Callable[[], Awaitable[_Result]]) -> _Result:
    """The result of `attempt`, again and again while the network is gone."""

    async def once() -> _Result:
        return await attempt()

    retrying = AsyncRetrying(retry=_try_again, wait=_wait, stop=stop_after_delay(PATIENCE), reraise=True)
    return await retrying(once)


def in_pieces(text: str, longest: int = LONGEST) -> list[str]:
    """`text` as messages of at most `longest` characters, cut between paragraphs, sentences or words."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > longest:
        cut = _cut(rest, longest)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def _cut(text: str, longest: int) -> int:
    for between in ("\n\n", "\n", ". ", " "):
        place = text.rfind(between, longest // 3, longest)
        if place > 0:
            return place + len(between)
    return longest


def keyboard(buttons: Sequence[dict[str, str]]) -> InlineKeyboardMarkup | None:
    """Buttons one below the other, short ones in pairs; None for none."""
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        made = InlineKeyboardButton(button["title"], callback_data=button["payload"])
        short = len(button["title"]) <= SHORT_TITLE
        if short and rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= SHORT_TITLE:
            rows[-1].append(made)
        else:
            rows.append([made])
    return InlineKeyboardMarkup(rows) if rows else None


def cards(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and digits of the first services whose number is in the words, so that it can be tapped."""
    services = message.get("custom", {}).get("services", [])
    numbers = [(s["name"], phone["number"]) for s in services for phone in s.get("phones", [])[:1]]
    named = [(name, re.sub(r"\D", "", number)) for name, number in numbers if number in message["text"]]
    return named[:MOST_CARDS]


def _answering(message: int) -> ReplyParameters:
    return ReplyParameters(message, allow_sending_without_reply=True)
