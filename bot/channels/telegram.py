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
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json
from telegram import BotCommand, LinkPreviewOptions, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, Defaults, TypeHandler
from tenacity import AsyncRetrying, retry_if_exception, wait_exponential

from bot.channels.telegram_order import InOrder
from bot.channels.telegram_sending import Sender, is_passing
from bot.channels.telegram_updates import Updates
from bot.channels.turn import Turns
from bot.knowledge import shared

logger = logging.getLogger(__name__)
# https://core.telegram.org/bots/api#getupdates: what is not named here is not sent to us.
KINDS = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"]
_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_LONGEST_WAIT = 60  # seconds between two attempts to reach Telegram


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
        if not _TOKEN.fullmatch(token):
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
            settings = TelegramSettings.of(os.environ)
        except TelegramSettingsError as error:
            logger.error("Telegram is off: %s", error)
            return routes
        if settings is None:
            return routes
        # httpx writes the address of each request to its log, and the token is in it.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        connection = _Connection(settings)

        @routes.after_server_start
        async def start(app: Sanic, _: Any) -> None:
            def forget(conversation: str) -> None:
                app.ctx.agent.tracker_store.delete(conversation)

            connection.start(Turns(self.name(), shared(), on_new_message, forget))

        @routes.before_server_stop
        async def stop(app: Sanic, _: Any) -> None:
            await connection.stop()

        if settings.webhook_url:

            @routes.post("/update")
            async def update(request: Request) -> HTTPResponse:
                given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
                if not hmac.compare_digest(given.encode(), settings.secret.encode()):
                    return json({"error": "this is for Telegram only"}, status=403)
                return empty(200 if await connection.take(request) else 400)

        return routes


class _Connection:
    """Our end of the line to Telegram, from start to stop."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._starting: asyncio.Task[None] | None = None
        self._application: Any = None

    def start(self, turns: Turns) -> None:
        """Connect in the background: the web side does not wait for Telegram."""
        settings = self._settings
        self._application = (
            Application.builder()
            .token(settings.token)
            .base_url(f"{settings.api_url}/bot")
            .base_file_url(f"{settings.api_url}/file/bot")
            .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
            .rate_limiter(AIORateLimiter(max_retries=10))
            .concurrent_updates(InOrder())
            .connection_pool_size(64)
            .build()
        )
        sender = Sender(self._application.bot)
        updates = Updates(turns, sender, shared(), settings.page_url)
        self._application.add_handler(TypeHandler(Update, updates.take))
        self._application.add_error_handler(_log_fault)
        self._starting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        application, settings = self._application, self._settings
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(is_passing), wait=wait_exponential(max=_LONGEST_WAIT)
            ):
                with attempt:
                    await application.initialize()
                    await application.bot.set_my_commands(
                        [BotCommand(name, says) for name, says in shared().menu.telegram_commands.items()]
                    )
                    if settings.webhook_url:
                        await application.bot.set_webhook(
                            f"{settings.webhook_url}/webhooks/telegram/update",
                            allowed_updates=KINDS,
                            secret_token=settings.secret,
                        )
            await application.start()
            if not settings.webhook_url:
                await application.updater.start_polling(
                    bootstrap_retries=-1, allowed_updates=KINDS, error_callback=_log_lost_line
                )
        except InvalidToken:
            logger.error("Telegram is off: it does not know TELEGRAM_TOKEN. Was it revoked or mistyped?")
        except Exception as error:  # the web side goes on whatever is wrong with Telegram
            logger.error("Telegram is off: %s", type(error).__name__)

    async def take(self, request: Request) -> bool:
        """Queue an update that Telegram brought; False if it is not one."""
        try:
            update = Update.de_json(request.json, self._application.bot)
        except Exception:  # whatever the libraries raise at nonsense
            return False
        await self._application.update_queue.put(update)
        return True

    async def stop(self) -> None:
        """Finish the turns that have begun and close the line."""
        if self._starting:
            self._starting.cancel()
        application = self._application
        if application.updater.running:
            await application.updater.stop()
        if application.running:
            await application.stop()
        await application.shutdown()


def _log_lost_line(error: TelegramError) -> None:
    if isinstance(error, InvalidToken):
        logger.error("Telegram is off: it no longer knows TELEGRAM_TOKEN. Was it revoked?")
    else:
        logger.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)


async def _log_fault(update: object, context: Any) -> None:
    logger.error("a Telegram update failed: %s", type(context.error).__name__)
