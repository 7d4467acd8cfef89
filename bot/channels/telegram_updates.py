"""What each kind of Telegram update gets: once, in words, and with help in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from weakref import WeakValueDictionary

from cachetools import TTLCache
from telegram import CallbackQuery, ChatMember, Message, Update
from telegram.constants import ChatType
from telegram.ext import filters

from bot import metrics
from bot.channels.rates import Rates
from bot.channels.telegram_sending import BlockedError, Sender
from bot.channels.turn import Turns
from bot.knowledge import Knowledge

REMEMBERED = 48 * 3600  # seconds: Telegram keeps updates for 24 hours and lets messages be edited for 48
SILENCE = 180.0  # seconds without a word after a disclosure before we say that we are still here
DOUBLE_TAP = 2  # seconds
MOST = "30/minute"  # messages of one person; above it they are asked to slow down, with the numbers to ring
DECLINED = 600  # seconds: in a group or a channel we say so once in this time
# Fields of https://core.telegram.org/bots/api#message, and the words for each in data/guide/menu.yml.
MEDIA = {
    "voice": "listen",
    "audio": "listen",
    "video_note": "watch",
    "video": "watch",
    "animation": "watch",
    "photo": "look",
    "sticker": "look",
    "story": "look",
    "paid_media": "look",
    "document": "open",
    "location": "location",
    "venue": "location",
    "contact": "contact",
    "poll": "other",
    "dice": "other",
    "game": "other",
    "checklist": "other",
}
PAYLOADS = {"menu": "/menu", "privacy": "/privacy", "delete": "/delete_my_data"}
COMMANDS = {"start", "help", "hide", *PAYLOADS}


class Updates:
    """Takes every update, and remembers for a while which it has taken.

    One person's updates are taken in the order in which they came, those of many side by side.
    """

    def __init__(self, turns: Turns, sender: Sender, knowledge: Knowledge, page_url: str | None) -> None:
        self._turns, self._sender, self._knowledge, self._page_url = turns, sender, knowledge, page_url
        self._taken: TTLCache[object, None] = TTLCache(500_000, REMEMBERED)
        self._tapped: TTLCache[object, None] = TTLCache(100_000, DOUBLE_TAP)
        self._declined: TTLCache[object, None] = TTLCache(100_000, DECLINED)
        self._words: TTLCache[int, dict[int, int]] = TTLCache(100_000, REMEMBERED)  # hashes, to see an edit
        self._last: TTLCache[int, int] = TTLCache(100_000, REMEMBERED)
        self._order: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._check_ins: dict[int, asyncio.Task[None]] = {}
        self._besides: set[asyncio.Task[None]] = set()  # what nobody waits for
        self._rates = Rates()

    def stop(self) -> None:
        """Say nothing more of our own accord."""
        for waiting in self._check_ins.values():
            waiting.cancel()

    async def take(self, update: Update, _: Any) -> None:
        """Answer `update`, unless it has been answered or nothing was said in it."""
        if not _first(self._taken, update.update_id):
            return
        if update.callback_query:
            self._meanwhile(self._sender.acknowledge(update.callback_query.id))
        chat = update.effective_chat.id if update.effective_chat else 0
        try:
            if _asks_for_help(update.message):
                await self._help(chat)  # at once, whatever else is waiting
            order = self._order.setdefault(chat, asyncio.Lock())
            async with order:  # asyncio's locks are given in the order in which they were asked for
                await self._in_turn(update)
        except BlockedError:
            await self._gone(chat)

    async def _in_turn(self, update: Update) -> None:
        if update.callback_query:
            await self._button(update.callback_query)
        elif update.my_chat_member:
            await self._membership(update)
        elif update.message:
            await self._message(update, update.message)
        elif update.edited_message:
            await self._edited(update.edited_message)
        elif update.channel_post:
            await self._decline(update.channel_post.chat.id, "channel")

    def _meanwhile(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._besides.add(task)
        task.add_done_callback(self._besides.discard)

    async def _message(self, update: Update, message: Message) -> None:
        if _is_a_bot(message) or filters.StatusUpdate.ALL.check_update(update):
            return
        if message.chat.type != ChatType.PRIVATE:
            await self._decline(message.chat.id, "group")
            return
        chat = message.chat.id
        self._sender.remember(chat, message.message_id)
        words = message.text or message.caption or ""
        self._note(chat, message.message_id, words)
        late = message.message_id < self._last.get(chat, 0)
        self._last[chat] = max(message.message_id, self._last.get(chat, 0))
        if not self._rates.allows(MOST, self._turns.conversation(str(chat))):
            metrics.refused("telegram")
            await self._say(chat, self._knowledge.phrase("too_fast"))
            return
        if words:
            await self._words_or_command(chat, words, to=message.message_id if late else None)
        if kind := _media(message):
            await self._media(message, kind)
        elif not words:
            await self._turn(chat, "")

    async def _words_or_command(self, chat: int, words: str, to: int | None, opening: str = "") -> None:
        """A command, and what is said behind it: help comes before the rest, but nothing before hiding."""
        command, rest = _command(words)
        if command not in COMMANDS:
            await self._turn(chat, words, to=to, opening=opening)
            return
        says_more = len(rest.split()) > 1
        if says_more and command != "hide":
            await self._turn(chat, rest, to=to)
        if command == "start":
            await self._start(chat)
        elif command == "hide":
            await self._hide(chat)
        elif command in PAYLOADS:
            await self._turn(chat, PAYLOADS[command])
        if says_more and command == "hide":
            await self._turn(chat, rest)

    async def _start(self, chat: int) -> None:
        says = [self._says("start")]
        if self._page_url:
            says.append(self._says("start_page").replace("<page>", self._page_url))
        await self._say(chat, "\n\n".join([*says, self._says("start_end")]))

    async def _help(self, chat: int) -> None:
        """Without the model, so that it comes whatever is broken."""
        await self._say(chat, self._says("help"), "emergency_999", "childline")

    async def _hide(self, chat: int) -> None:
        self._stop_check_in(chat)
        self._words.pop(chat, None)
        hidden = await self._sender.delete(chat)
        await self._turns.forget(str(chat))
        await self._say(chat, self._says("hidden" if hidden else "not_all_hidden"))

    async def _edited(self, message: Message) -> None:
        """What was changed is read again: a child may put the true words in afterwards."""
        chat, words = message.chat.id, message.text or message.caption or ""
        if _is_a_bot(message) or message.chat.type != ChatType.PRIVATE or not words:
            return
        if self._words.get(chat, {}).get(message.message_id) == hash(words):
            return
        self._note(chat, message.message_id, words)
        await self._words_or_command(chat, words, to=message.message_id, opening=self._says("edited"))

    def _note(self, chat: int, message: int, words: str) -> None:
        self._words[chat] = {**self._words.get(chat, {}), message: hash(words)}

    async def _button(self, query: CallbackQuery) -> None:
        if query.message is None:
            return
        chat, payload = query.message.chat.id, query.data or ""
        if not _first(self._tapped, (chat, query.message.message_id, payload)):
            return
        if query.message.chat.type != ChatType.PRIVATE:
            await self._decline(chat, "group")
        elif self._turns.is_ours(payload) and _is_under(query.message, payload):
            await self._turn(chat, payload)
            self._tapped[chat, query.message.message_id, payload] = None
        else:
            await self._say(chat, self._says("stale"))

    async def _membership(self, update: Update) -> None:
        change = update.my_chat_member
        if change is None:
            return
        here = change.new_chat_member.status not in (ChatMember.LEFT, ChatMember.BANNED)
        if change.chat.type == ChatType.PRIVATE:
            if not here:
                await self._gone(change.chat.id)
        elif here:
            await self._decline(
                change.chat.id, "channel" if change.chat.type == ChatType.CHANNEL else "group"
            )

    async def _decline(self, chat: int, where: str) -> None:
        if _first(self._declined, chat):
            await self._say(chat, self._says(where))

    async def _media(self, message: Message, kind: str) -> None:
        """Never downloaded. Of an album every picture is a message of its own; one reply is enough."""
        album = message.media_group_id
        if not album or _first(self._taken, ("album", message.chat.id, album)):
            await self._say(message.chat.id, self._says(MEDIA[kind]))

    async def _turn(self, chat: int, words: str, to: int | None = None, opening: str = "") -> None:
        self._stop_check_in(chat)
        self._meanwhile(self._sender.typing(chat))
        replies = await self._turns.take(str(chat), words)
        for place, reply in enumerate(replies):
            if opening and not place:
                reply = {**reply, "text": f"{opening}\n\n{reply['text']}"}
            await self._sender.reply(chat, self._with_cards(reply), to=to if not place else None)
            custom = reply.get("custom", {})
            if custom.get("forget"):
                self._words.pop(chat, None)
                await self._say(chat, self._says("deleted"))
            if says := custom.get("check_in"):
                self._stop_check_in(chat)
                self._check_ins[chat] = asyncio.create_task(self._check_in(chat, says))

    async def _check_in(self, chat: int, says: str) -> None:
        """Without a sound: somebody else may be near."""
        await asyncio.sleep(SILENCE)
        try:
            await self._sender.reply(chat, {"text": says}, silently=True)
        except BlockedError:
            await self._turns.forget(str(chat))
            self._sender.forget(chat)
        finally:
            if self._check_ins.get(chat) is asyncio.current_task():
                del self._check_ins[chat]

    def _stop_check_in(self, chat: int) -> None:
        if waiting := self._check_ins.pop(chat, None):
            waiting.cancel()

    async def _gone(self, chat: int) -> None:
        """They blocked us: what we hold of them is of no use to them any more."""
        self._stop_check_in(chat)
        await self._turns.forget(str(chat))
        self._sender.forget(chat)
        self._words.pop(chat, None)

    def _says(self, name: str) -> str:
        return self._knowledge.say(self._knowledge.menu.telegram[name])

    async def _say(self, chat: int, text: str, *services: str) -> None:
        await self._sender.reply(chat, self._with_cards({"text": text}, *services or ("childline",)))

    def _with_cards(self, reply: dict[str, Any], *services: str) -> dict[str, Any]:
        """A reply that has no services of its own can at least be rung from: those it names."""
        if reply.get("custom"):
            return reply
        shown = [self._knowledge.services[name].card() for name in services or ("childline",)]
        return {**reply, "custom": {"services": shown}}


def _first(seen: TTLCache[object, None], key: object) -> bool:
    """Whether `key` has not been seen yet; it has now."""
    if key in seen:
        return False
    seen[key] = None
    return True


def _is_a_bot(message: Message) -> bool:
    return bool(message.from_user and message.from_user.is_bot)


def _asks_for_help(message: Message | None) -> bool:
    if message is None or message.chat.type != ChatType.PRIVATE or _is_a_bot(message):
        return False
    return _command(message.text or "")[0] == "help"


def _command(words: str) -> tuple[str, str]:
    """The command that `words` begin with, without slash and bot's name, and what follows it."""
    if not words.startswith("/"):
        return "", words
    first, *rest = words[1:].split(maxsplit=1) or [""]
    return first.partition("@")[0].rstrip(".,;:!?").lower(), "".join(rest)


def _media(message: Message) -> str | None:
    return next((kind for kind in MEDIA if getattr(message, kind, None)), None)


def _is_under(message: Any, payload: str) -> bool:
    """Whether this button is under `message`; of one that Telegram no longer shows us nobody can tell."""
    keyboard = getattr(message, "reply_markup", None)
    if keyboard is None:
        return not message.is_accessible
    return any(button.callback_data == payload for row in keyboard.inline_keyboard for button in row)
