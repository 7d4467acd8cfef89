"""Puts Rasa, the channels and the actions together in one HTTP server."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_yaml_file
from sanic import Sanic
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from bot import logs, metrics
from bot.agent import lasting_store, load_agent, read_endpoints
from bot.channels.rest import from_this_machine
from bot.locks import ConversationLocks
from bot.privacy.journal_queue import carry, check
from bot.privacy.where import BROKER, REDIS, secret
from bot.widget.routes import page_routes

logger = logging.getLogger(__name__)
LARGEST_BODY = 1 << 20  # bytes


def create_app(model: Path, endpoints: Path, credentials: Path, review: bool = True) -> Sanic:
    """The server: channels, `/health` and its like, the chat page. Nothing else of Rasa's.

    If the model cannot be loaded it serves all the same: /health says so, and every message is
    answered with the static help. With `review`, what is said goes into the journal, redacted.
    Raises SettingError or ContentError for a setting or an endpoint that cannot be used.
    """
    read_endpoints(endpoints)
    broker = check(secret(BROKER)) if review and secret(BROKER) else None
    may_count = metrics.networks(os.environ.get(metrics.ALLOWED, ""))
    store, locks = lasting_store(keep_journal=review), ConversationLocks(secret(REDIS))
    store.prepare()
    app = Sanic("your_say", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = None

    @app.before_server_start
    async def load(app: Sanic, _: Any) -> None:
        store.start()
        if broker:
            app.ctx.carrying = asyncio.create_task(carry(broker))
        try:
            app.ctx.agent = load_agent(model, endpoints, store, locks)
        except Exception as error:  # whatever broke, a message must still be answered with help
            logger.error("the model cannot be loaded, only static help is given: %s", logs.what(error))

    @app.before_server_stop
    async def stop(app: Sanic, _: Any) -> None:
        await store.stop()

    def model_is_ready() -> bool:
        return app.ctx.agent is not None and app.ctx.agent.is_ready()

    @app.signal("http.lifecycle.request")
    async def check_length(request: Request) -> None:
        """Sanic 21 believes any length of a body: it reads for ever when that is negative."""
        for length in request.headers.getall("content-length", []):
            if not (length.isascii() and length.isdigit()):
                raise InvalidUsage("the length of the body must be a number")

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        ready = model_is_ready()
        return json({"status": "ready" if ready else "starting"}, status=200 if ready else 503)

    @app.get("/ready")
    async def is_ready(request: Request) -> HTTPResponse:
        """More than /health: also what the bot leans on. Without that it still answers, so a proxy that
        goes by this would leave everybody without an answer while the database is down."""
        usable = {"model": model_is_ready(), "store": await store.is_usable()}
        return json(usable, status=200 if all(usable.values()) else 503)

    @app.get("/metrics")
    async def counts(request: Request) -> HTTPResponse:
        if not (from_this_machine(request) or metrics.is_among(request.ip, may_count)):
            return json({"error": "this is for programs on the bot's own machine"}, status=403)
        metrics.state(model_is_ready(), store.waiting())
        return raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    async def handle(message: UserMessage) -> None:
        await app.ctx.agent.handle_message(message)

    for channel in channels(credentials):
        app.blueprint(channel.blueprint(handle), url_prefix=f"/webhooks/{channel.url_prefix()}")
    app.blueprint(page_routes())
    return app


def channels(credentials: Path) -> list[InputChannel]:
    """The channels named in `credentials`, by their dotted path. Raises if one cannot be found."""
    named = read_yaml_file(credentials) or {}
    return [class_from_module_path(path).from_credentials(settings) for path, settings in named.items()]


def serve(model: Path, endpoints: Path, credentials: Path, host: str, port: int, review: bool = True) -> None:
    """Serve until stopped."""
    logs.set_up()
    app = create_app(model, endpoints, credentials, review)

    @app.after_server_start
    async def say_so(app: Sanic, _: Any) -> None:
        print(f"Ready: http://{host}:{port}/", flush=True)

    app.run(host=host, port=port, access_log=False, motd=False, debug=False)
