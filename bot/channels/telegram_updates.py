"""What each kind of Telegram update gets: once, in words, and with help in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cachetools import TTLCache
from telegram import CallbackQuery, ChatMember, Message, Update
from telegram.constants import ChatType
from telegram.ext import filters

from bot.channels.telegram_sending import BlockedError, Sender
from bot.channels.turn import Turns
from bot.knowledge import Knowledge

REMEMBERED = 48 * 3600  # seconds: Telegram keeps updates for 24 hours and lets messages be edited for 48
SILENCE = 180.0  # seconds without a word after a disclosure before we say that we are still here
DOUBLE_TAP = 2  # seconds
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


class Updates:
    """Takes every update, and remembers for a while which it has taken."""

    def __init__(self, turns: Turns, sender: Sender, knowledge: Knowledge, page_url: str | None) -> None:
        self._turns, self._sender, self._knowledge, self._page_url = turns, sender, knowledge, page_url
        self._taken: TTLCache[object, None] = TTLCache(500_000, REMEMBERED)
        self._tapped: TTLCache[object, None] = TTLCache(100_000, DOUBLE_TAP)
        self._declined: TTLCache[object, None] = TTLCache(100_000, DECLINED)
        self._words: TTLCache[int, dict[int, int]] = TTLCache(100_000, REMEMBERED)  # hashes, to see an edit
        self._last: TTLCache[int, int] = TTLCache(100_000, REMEMBERED)
        self._check_ins: dict[int, asyncio.Task[None]] = {}

    async def take(self, update: Update, _: Any) -> None:
        """Answer `update`, unless it has been answered or nothing was said in it."""
        if not _first(self._taken, update.update_id):
            return
        try:
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
        except BlockedError:
            if update.effective_chat:
                self._gone(update.effective_chat.id)

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
        command, rest = _command(words)
        if command in self._commands() and not rest:
            await self._commands()[command](message)
            return
        if command in ("start", "help"):
            await self._commands()[command](message)
            words = rest
        if words:
            await self._turn(chat, words, to=message.message_id if late else None)
        if kind := _media(message):
            await self._media(message, kind)
        elif not words:
            await self._turn(chat, "")

    def _commands(self) -> dict[str, Callable[[Message], Any]]:
        return {
            "start": self._start,
            "help": self._help,
            "hide": self._hide,
            **dict.fromkeys(PAYLOADS, self._payload),
        }

    async def _start(self, message: Message) -> None:
        says = [self._says("start")]
        if self._page_url:
            says.append(self._says("start_page").replace("<page>", self._page_url))
        await self._say(message.chat.id, "\n\n".join([*says, self._says("start_end")]))

    async def _help(self, message: Message) -> None:
        """Without the model, so that it comes at once whatever is broken."""
        shown = [self._knowledge.services[name].card() for name in ("emergency_999", "childline")]
        reply = {"text": self._says("help"), "custom": {"services": shown}}
        await self._sender.reply(message.chat.id, reply)

    async def _hide(self, message: Message) -> None:
        chat = message.chat.id
        self._turns.forget(str(chat))
        self._stop_check_in(chat)
        self._words.pop(chat, None)
        hidden = await self._sender.delete(chat, message.message_id)
        await self._say(chat, self._says("hidden" if hidden else "not_all_hidden"))

    async def _payload(self, message: Message) -> None:
        command, _ = _command(message.text or message.caption or "")
        await self._turn(message.chat.id, PAYLOADS[command])

    async def _edited(self, message: Message) -> None:
        """What was changed is read again: a child may put the true words in afterwards."""
        chat, words = message.chat.id, message.text or message.caption or ""
        if _is_a_bot(message) or message.chat.type != ChatType.PRIVATE or not words:
            return
        if self._words.get(chat, {}).get(message.message_id) == hash(words):
            return
        self._note(chat, message.message_id, words)
        await self._turn(chat, words, to=message.message_id, opening=self._says("edited"))

    def _note(self, chat: int, message: int, words: str) -> None:
        self._words[chat] = {**self._words.get(chat, {}), message: hash(words)}

    async def _button(self, query: CallbackQuery) -> None:
        await self._sender.acknowledge(query.id)
        if query.message is None:
            return
        chat, payload = query.message.chat.id, query.data or ""
        if not _first(self._tapped, (chat, query.message.message_id, payload)):
            return
        if query.message.chat.type != ChatType.PRIVATE:
            await self._decline(chat, "group")
        elif self._turns.is_ours(payload) and _is_under(query.message, payload):
            await self._turn(chat, payload)
        else:
            await self._say(chat, self._says("stale"))

    async def _membership(self, update: Update) -> None:
        change = update.my_chat_member
        if change is None:
            return
        here = change.new_chat_member.status not in (ChatMember.LEFT, ChatMember.BANNED)
        if change.chat.type == ChatType.PRIVATE:
            if not here:
                self._gone(change.chat.id)
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
        await self._sender.typing(chat)
        replies = await self._turns.take(str(chat), words)
        for place, reply in enumerate(replies):
            if opening and not place:
                reply = {**reply, "text": f"{opening}\n\n{reply['text']}"}
            await self._sender.reply(chat, reply, to=to if not place else None)
        for reply in replies:
            if says := reply.get("custom", {}).get("check_in"):
                self._check_ins[chat] = asyncio.create_task(self._check_in(chat, says))

    async def _check_in(self, chat: int, says: str) -> None:
        await asyncio.sleep(SILENCE)
        self._check_ins.pop(chat, None)
        try:
            await self._say(chat, says)
        except BlockedError:
            self._gone(chat)

    def _stop_check_in(self, chat: int) -> None:
        if waiting := self._check_ins.pop(chat, None):
            waiting.cancel()

    def _gone(self, chat: int) -> None:
        """They blocked us: what we hold of them is of no use to them any more."""
        self._stop_check_in(chat)
        self._turns.forget(str(chat))
        self._sender.forget(chat)
        self._words.pop(chat, None)

    def _says(self, name: str) -> str:
        return self._knowledge.say(self._knowledge.menu.telegram[name])

    async def _say(self, chat: int, text: str) -> None:
        await self._sender.reply(chat, {"text": text})


def _first(seen: TTLCache[object, None], key: object) -> bool:
    """Whether `key` has not been seen yet; it has now."""
    if key in seen:
        return False
    seen[key] = None
    return True


def _is_a_bot(message: Message) -> bool:
    return bool(message.from_user and message.from_user.is_bot)


def _command(words: str) -> tuple[str, str]:
    """The command that `words` begin with, without slash and bot's name, and what follows it."""
    first, _, rest = words.strip().partition(" ")
    return (first[1:].partition("@")[0].lower(), rest.strip()) if first.startswith("/") else ("", words)


def _media(message: Message) -> str | None:
    return next((kind for kind in MEDIA if getattr(message, kind, None)), None)


def _is_under(message: Any, payload: str) -> bool:
    """Whether this button is under `message`; of one that Telegram no longer shows us nobody can tell."""
    keyboard = getattr(message, "reply_markup", None)
    if keyboard is None:
        return not message.is_accessible
    return any(button.callback_data == payload for row in keyboard.inline_keyboard for button in row)
