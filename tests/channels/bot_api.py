"""A Telegram Bot API server for the tests, as strict as the real one about what it is asked.

https://core.telegram.org/bots/api is the source of methods, fields, limits and error shapes.
It can lose, delay, repeat and reorder what it delivers, and say "too many requests".
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, web

from tests.conftest import free_port, until

TOKEN = "123456789:a-token-made-for-the-tests-of-your-say"
FIELDS = {
    "getMe": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setMyCommands": {"commands"},
    "setWebhook": {"url", "allowed_updates", "secret_token", "max_connections", "drop_pending_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "sendMessage": {
        "chat_id",
        "text",
        "reply_markup",
        "reply_parameters",
        "link_preview_options",
        "disable_notification",
    },
    "sendContact": {"chat_id", "phone_number", "first_name", "vcard", "disable_notification", "reply_markup"},
    "sendChatAction": {"chat_id", "action"},
    "answerCallbackQuery": {"callback_query_id", "text"},
    "deleteMessages": {"chat_id", "message_ids"},
}
DELETABLE = 48 * 3600  # seconds
Update = dict[str, Any]


class RefusedError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class Conversation:
    """What a person sees: the messages of both sides by number, and what the bot did besides."""

    kind: str = "private"
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    actions: int = 0
    blocked: bool = False


@dataclass
class BotApi:
    """One bot's Telegram. Everything is reached from the tests' thread under `lock`."""

    port: int = field(default_factory=free_port)
    token: str = TOKEN
    chats: dict[int, Conversation] = field(default_factory=lambda: defaultdict(Conversation))
    mistakes: list[str] = field(default_factory=list)  # what the real one would have refused
    calls: Counter[str] = field(default_factory=Counter)
    faults: dict[str, deque[str | int]] = field(default_factory=lambda: defaultdict(deque))
    commands: dict[str, str] = field(default_factory=dict)
    webhook: dict[str, str] = field(default_factory=dict)
    pending: list[Update] = field(default_factory=list)
    queries: set[str] = field(default_factory=set)
    down: bool = False  # no connection is answered
    refused: int = 0  # connections cut off while it was down
    shuffle: Callable[[list[Update]], list[Update]] = list  # what delivery does to a batch
    lock: threading.RLock = field(default_factory=threading.RLock)
    last_update: int = 1000
    last_message: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def serving(self) -> Iterator[BotApi]:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        application = web.Application(client_max_size=1 << 22)
        application.router.add_route("*", "/bot{token}/{method}", self._answer)
        runner = web.AppRunner(application, access_log=None)

        async def start() -> None:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port).start()

        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
            loop.call_soon_threadsafe(loop.stop)

    def person(self, number: int) -> Person:
        return Person(self, number)

    def deliver(self, update: Update, *, number: int | None = None) -> int:
        """Hand an update to the bot, with the next number or with `number`."""
        with self.lock:
            if number is None:
                self.last_update += 1
                number = self.last_update
            self.pending.append({"update_id": number, **update})
            return number

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if self.down:
            self.refused += 1
            return _cut_off(request)
        given = {name: _plain(name, value) for name, value in (await request.post()).items()}
        try:
            if request.match_info["token"] != self.token:
                raise RefusedError(401, "Unauthorized")
            if method not in FIELDS:
                raise RefusedError(404, "Not Found")
            with self.lock:
                self.calls[method] += 1
                fault = self.faults[method].popleft() if self.faults[method] else None
            if isinstance(fault, int):
                raise RefusedError(429, f"Too Many Requests: retry after {fault}", retry_after=fault)
            if fault == "unauthorised":
                raise RefusedError(401, "Unauthorized")
            if fault == "broken":
                return web.Response(status=502, text="<html>Bad Gateway</html>")
            if fault == "lost":
                return _cut_off(request)
            if method == "getUpdates":
                return web.json_response({"ok": True, "result": await self._updates(given)})
            with self.lock:
                result = self._do(method, given)
            if fault == "answer lost":
                return _cut_off(request)
            return web.json_response({"ok": True, "result": result})
        except RefusedError as refused:
            if refused.code not in (401, 403, 429) and "for everyone" not in refused.body["description"]:
                self.mistakes.append(f"{method} {refused.body['description']}: {given}")
            return web.json_response(refused.body, status=refused.code)

    async def _updates(self, given: dict[str, Any]) -> list[Update]:
        if self.webhook:
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active")
        _check_fields("getUpdates", given)
        deadline = time.monotonic() + min(int(given.get("timeout", 0)), 2)
        offset = int(given.get("offset", 0))
        while True:
            with self.lock:
                self.pending = [update for update in self.pending if update["update_id"] >= offset]
                if self.pending or time.monotonic() > deadline:
                    return self.shuffle(self.pending[: int(given.get("limit", 100))])
            if self.down:
                return []
            await asyncio.sleep(0.01)

    def bring(self) -> list[int]:
        """Deliver what is pending to the webhook, as Telegram does; the statuses that came back."""

        async def post() -> list[int]:
            statuses = []
            async with ClientSession() as client:
                for update in self.shuffle(self.pending):
                    headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
                    try:
                        async with client.post(self.webhook["url"], json=update, headers=headers) as answer:
                            statuses.append(answer.status)
                    except ClientError:
                        statuses.append(0)
            return statuses

        statuses = asyncio.run(post())
        self.pending.clear()
        return statuses

    def _do(self, method: str, given: dict[str, Any]) -> Any:
        _check_fields(method, given)
        if method == "getMe":
            return {
                "id": 123456789,
                "is_bot": True,
                "first_name": "Your Say",
                "username": "your_say_test_bot",
            }
        if method == "setMyCommands":
            self.commands = {command["command"]: command["description"] for command in given["commands"]}
            return True
        if method in ("setWebhook", "deleteWebhook"):
            self.webhook = given if method == "setWebhook" and given["url"] else {}
            return True
        if method == "answerCallbackQuery":
            if given["callback_query_id"] not in self.queries:
                raise RefusedError(400, "Bad Request: query is too old and response timeout expired")
            self.queries.remove(given["callback_query_id"])
            return True
        chat = self._chat(int(given["chat_id"]))
        if method == "sendChatAction":
            _check(given["action"] == "typing", "wrong parameter action in request")
            chat.actions += 1
            return True
        if method == "deleteMessages":
            return self._delete(chat, given["message_ids"])
        return self._send(method, chat, given)

    def _chat(self, number: int) -> Conversation:
        if number not in self.chats:
            raise RefusedError(400, "Bad Request: chat not found")
        if self.chats[number].blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return self.chats[number]

    def _delete(self, chat: Conversation, numbers: list[int]) -> bool:
        _check(1 <= len(numbers) <= 100, "there must be 1-100 message identifiers")
        found = [number for number in numbers if number in chat.messages]
        for number in found:  # one that may not go holds back all of them
            age = time.time() - chat.messages[number]["date"]
            if age > DELETABLE or ("dice" in chat.messages[number] and age < 24 * 3600):
                raise RefusedError(400, "Bad Request: message can't be deleted for everyone")
        for number in found:
            del chat.messages[number]
        return True

    def _send(self, method: str, chat: Conversation, given: dict[str, Any]) -> dict[str, Any]:
        if method == "sendMessage":
            _check(bool(given["text"].strip()), "message text is empty")
            _check(len(given["text"]) <= 4096, "message is too long")
            _check(given.get("link_preview_options", {}).get("is_disabled") is True, "a link preview")
            content = {"text": given["text"]}
        else:
            _check(given["phone_number"].isdigit(), "phone number invalid")
            contact = {"phone_number": given["phone_number"], "first_name": given["first_name"]}
            content = {"contact": contact}
        if markup := given.get("reply_markup"):
            _check_keyboard(markup)
            content["reply_markup"] = markup
        self.last_message += 1
        number = int(given["chat_id"])
        message = {
            "message_id": self.last_message,
            "date": int(time.time()),
            "chat": {"id": number, "type": chat.kind, "first_name": "A", "title": "A"},
            "from": {"id": 123456789, "is_bot": True, "first_name": "Your Say"},
            **content,
        }
        kept = dict(message)
        if reply := given.get("reply_parameters"):
            kept["answers"] = reply["message_id"]
        chat.messages[self.last_message] = kept
        return message


class Person:
    """Somebody on Telegram: what they do there, and what they see."""

    def __init__(self, api: BotApi, number: int) -> None:
        self.api, self.number = api, number
        self.chat = api.chats[number]
        self.user = {"id": number, "is_bot": False, "first_name": "Zaphira", "username": "zaphira_real_name"}

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of theirs, in their chat, not delivered yet."""
        with self.api.lock:
            self.api.last_message += 1
            message = {
                "message_id": self.api.last_message,
                "date": int(time.time()),
                "chat": {"id": self.number, "type": self.chat.kind, "first_name": "Zaphira", "title": "A"},
                "from": self.user,
                **content,
            }
            self.chat.messages[message["message_id"]] = message
            return message

    def sends(self, **content: Any) -> dict[str, Any]:
        message = self.message(**content)
        self.api.deliver({"message": message})
        return message

    def types(self, text: str) -> dict[str, Any]:
        return self.sends(text=text)

    def edits(self, message: dict[str, Any], **content: Any) -> None:
        changed = {**message, "edit_date": int(time.time()), **content}
        self.chat.messages[message["message_id"]] = changed
        self.api.deliver({"edited_message": changed})

    def presses(self, message: dict[str, Any], title: str, payload: str | None = None) -> str:
        """Press a button under the bot's `message`; `payload` forges what it carries. The query's id."""
        rows = message["reply_markup"]["inline_keyboard"]
        data = payload or next(b["callback_data"] for row in rows for b in row if b["text"] == title)
        with self.api.lock:
            query = f"q{self.api.last_update}"
            self.api.queries.add(query)
        shown = {name: value for name, value in message.items() if name != "answers"}
        self.api.deliver(
            {
                "callback_query": {
                    "id": query,
                    "from": self.user,
                    "chat_instance": "1",
                    "message": shown,
                    "data": data,
                }
            }
        )
        return query

    def becomes(self, status: str) -> None:
        """Block ("kicked") or unblock ("member") the bot."""
        self.chat.blocked = status == "kicked"
        bot = {"id": 123456789, "is_bot": True, "first_name": "Your Say"}

        def member(status: str) -> dict[str, Any]:
            return {"user": bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        before = "member" if status == "kicked" else "kicked"
        self.api.deliver(
            {
                "my_chat_member": {
                    "chat": {"id": self.number, "type": self.chat.kind, "first_name": "A", "title": "A"},
                    "from": self.user,
                    "date": int(time.time()),
                    "old_chat_member": member(before),
                    "new_chat_member": member(status),
                }
            }
        )

    def sees(self, after: int = 0) -> list[dict[str, Any]]:
        """What the bot has sent to this chat since the message `after`."""
        with self.api.lock:
            return [
                message
                for number, message in sorted(self.chat.messages.items())
                if number > after and message["from"]["is_bot"]
            ]

    def reads(self, after: int = 0) -> str:
        return "\n".join(message.get("text", "") for message in self.sees(after))

    def waits(self, words: str, after: int = 0, seconds: float = 30) -> list[dict[str, Any]]:
        """What the bot sent, once `words` are among it."""
        until(lambda: words in self.reads(after), seconds)
        return self.sees(after)

    def asks(self, text: str, words: str) -> list[dict[str, Any]]:
        """Type `text` and wait for an answer with `words` in it."""
        return self.waits(words, after=self.types(text)["message_id"])


def _plain(name: str, value: Any) -> Any:
    """Telegram's library sends what is not text as JSON."""
    return value if name in ("text", "phone_number", "first_name", "url", "vcard") else _read(value)


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _check(holds: bool, description: str) -> None:
    if not holds:
        raise RefusedError(400, f"Bad Request: {description}")


def _check_fields(method: str, given: dict[str, Any]) -> None:
    unknown = set(given) - FIELDS[method]
    _check(not unknown, f"unknown fields {sorted(unknown)}")


def _check_keyboard(markup: dict[str, Any]) -> None:
    for row in markup["inline_keyboard"]:
        _check(bool(row) and len(row) <= 8, "a row of buttons is empty or too long")
        for button in row:
            _check(bool(button["text"].strip()), "inline keyboard button text is empty")
            size = len(button["callback_data"].encode())
            _check(1 <= size <= 64, "BUTTON_DATA_INVALID")


def _cut_off(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()
