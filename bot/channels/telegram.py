"""The Telegram channel: starts with the server when TELEGRAM_TOKEN is set, and stops with it.

By default it asks Telegram for news (long polling), which needs no public address. With
TELEGRAM_WEBHOOK_URL Telegram brings the news itself, and proves who it is with a secret.
A fault here never stops the rest of the server.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json
from telegram import BotCommand, LinkPreviewOptions, Update
from telegram.error import Conflict, InvalidToken
from telegram.ext import AIORateLimiter, Application, Defaults, TypeHandler
from telegram.request import HTTPXRequest
from tenacity import AsyncRetrying, RetryCallState, wait_exponential

from bot import metrics
from bot.channels.telegram_reading import CarefulRequest, readable
from bot.channels.telegram_sending import Sender
from bot.channels.telegram_updates import Updates
from bot.channels.turn import Turns, forgets
from bot.knowledge import shared
from bot.logs import TELEGRAM_TOKEN, what
from bot.privacy.where import secret

logger = logging.getLogger(__name__)
# https://core.telegram.org/bots/api#getupdates: what is not named here is not sent to us.
KINDS = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"]
_Result = TypeVar("_Result")
_POLL = 30  # seconds that Telegram may hold a question for news before it answers "none"
_LONGEST_WAIT = 60  # seconds between two attempts to reach Telegram
_LONGEST_STOP = 20  # seconds
_MOST_AT_ONCE = 4096  # updates that are being answered or wait for their turn


class TelegramSettingsError(Exception):
    """A setting of the Telegram channel is wrong; says which and how."""


@dataclass(frozen=True)
class TelegramSettings:
    """What the environment says about Telegram."""

    token: str
    api_url: str = "https://api.telegram.org"
    webhook_url: str | None = None  # this server's public https address; None: long polling
    page_url: str | None = None  # the public address of the chat page, to offer instead

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> TelegramSettings | None:
        """None without a TELEGRAM_TOKEN. Raises TelegramSettingsError if a setting cannot be right."""
        token = environment.get("TELEGRAM_TOKEN", "").strip()
        if not token:
            return None
        if not TELEGRAM_TOKEN.fullmatch(token):
            raise TelegramSettingsError(
                "TELEGRAM_TOKEN is not a bot's token: that is digits, a colon and 30 letters or more"
            )
        urls = {
            "api_url": environment.get("TELEGRAM_API_URL", "").rstrip("/"),
            "webhook_url": environment.get("TELEGRAM_WEBHOOK_URL", "").rstrip("/"),
            "page_url": environment.get("YOUR_SAY_PAGE_URL", ""),
        }
        for name, url in urls.items():
            if url and not url.startswith(("https://", "http://")):
                raise TelegramSettingsError(f"{_VARIABLES[name]} must start with https:// or http://")
        return cls(token, **{name: url for name, url in urls.items() if url})

    @property
    def secret(self) -> str:
        """What Telegram must send along with each update that it brings. Made from the token."""
        return hmac.new(self.token.encode(), b"webhook", hashlib.sha256).hexdigest()


_VARIABLES = {
    "api_url": "TELEGRAM_API_URL",
    "webhook_url": "TELEGRAM_WEBHOOK_URL",
    "page_url": "YOUR_SAY_PAGE_URL",
}


class TelegramChannel(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "telegram"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The webhook, and the listeners that start and stop the channel with the server."""
        routes = Blueprint("telegram")
        try:
            settings = TelegramSettings.of({**os.environ, "TELEGRAM_TOKEN": secret("TELEGRAM_TOKEN")})
        except TelegramSettingsError as error:
            logger.error("Telegram is off: %s", error)
            return routes
        if settings is None:
            return routes
        # httpx logs the address of each request, with the token in it; the other logs what it cannot read.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
        connection = _Connection(settings)

        @routes.after_server_start
        async def start(app: Sanic, _: Any) -> None:
            connection.start(Turns(self.name(), shared(), on_new_message, forgets(app)))

        @routes.before_server_stop
        async def stop(app: Sanic, _: Any) -> None:
            await connection.stop()

        if settings.webhook_url:

            @routes.post("/update")
            async def update(request: Request) -> HTTPResponse:
                given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
                if not hmac.compare_digest(given.encode(), settings.secret.encode()):
                    return json({"error": "this is for Telegram only"}, status=403)
                return empty(await connection.take(request))

        return routes


class _Connection:
    """Our end of the line to Telegram, from start to stop."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._line: asyncio.Task[None] | None = None
        self._application: Any = None
        self._updates: Updates | None = None

    def start(self, turns: Turns) -> None:
        """Connect in the background: the web side does not wait for Telegram."""
        settings = self._settings
        self._application = (
            Application.builder()
            .token(settings.token)
            .base_url(f"{settings.api_url}/bot")
            .base_file_url(f"{settings.api_url}/file/bot")
            .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
            .request(
                HTTPXRequest(connection_pool_size=64, read_timeout=20, write_timeout=20, pool_timeout=60)
            )
            .get_updates_request(CarefulRequest(read_timeout=_POLL + 20))
            .rate_limiter(AIORateLimiter(max_retries=0))  # the overall pace; waiting is Sender's
            .concurrent_updates(_MOST_AT_ONCE)
            .updater(None)
            .build()
        )
        self._updates = Updates(turns, Sender(self._application.bot), shared(), settings.page_url)
        self._application.add_handler(TypeHandler(Update, self._updates.take))
        self._application.add_error_handler(_log_fault)
        self._line = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        """Connect, then ask for news for ever; whatever is wrong with Telegram is tried again."""
        await _for_ever(self._connect)
        offset = 0
        while not self._settings.webhook_url:
            for update in await _for_ever(lambda: self._news(offset)):  # noqa: B023  # awaited at once
                await self._application.update_queue.put(update)
                offset = update.update_id + 1

    async def _connect(self) -> None:
        application, settings = self._application, self._settings
        await application.initialize()
        commands = shared().menu.telegram_commands
        await application.bot.set_my_commands([BotCommand(name, says) for name, says in commands.items()])
        if settings.webhook_url:
            await application.bot.set_webhook(
                f"{settings.webhook_url}/webhooks/telegram/update",
                allowed_updates=KINDS,
                secret_token=settings.secret,
            )
        else:
            await application.bot.delete_webhook()
        await application.start()

    async def _news(self, offset: int) -> Sequence[Update]:
        news: Sequence[Update] = await self._application.bot.get_updates(
            offset=offset, timeout=_POLL, allowed_updates=KINDS
        )
        return news

    async def take(self, request: Request) -> int:
        """Queue an update that Telegram brought; the HTTP status to answer."""
        if not (self._application and self._application.running):
            return 503  # Telegram brings it again
        try:
            update = Update.de_json(readable(request.json), self._application.bot)
        except Exception:  # whatever the libraries raise at nonsense
            return 400
        await self._application.update_queue.put(update)
        return 200

    async def stop(self) -> None:
        """Finish the turns that have begun, as far as that does not take too long, and close the line."""
        if self._line:
            self._line.cancel()
        if self._updates:
            self._updates.stop()
        if self._application.running:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._application.stop(), _LONGEST_STOP)
        await self._application.shutdown()


async def _for_ever(attempt: Callable[[], Awaitable[_Result]]) -> _Result:
    """The result of `attempt`, tried again after a while whatever went wrong."""

    async def once() -> _Result:
        return await attempt()

    return await AsyncRetrying(wait=wait_exponential(max=_LONGEST_WAIT), before_sleep=_log_lost_line)(once)


def _log_lost_line(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    metrics.fault("telegram")
    if isinstance(error, InvalidToken):
        logger.error(
            "Telegram does not know TELEGRAM_TOKEN: was it revoked or mistyped? Trying again now and then"
        )
    elif isinstance(error, Conflict):
        logger.error("Telegram is already talking to another bot with this TELEGRAM_TOKEN; trying again")
    else:
        logger.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)


async def _log_fault(update: object, context: Any) -> None:
    logger.error("a Telegram update failed: %s", what(context.error))
