"""The web channel: Rasa's REST format, without its faults.

`POST /webhooks/rest/webhook` with {"sender", "message"}; answers a list of
{"recipient_id", "text", "buttons", "custom"}.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.channels.turn import Turns
from bot.knowledge import shared

LONGEST_SENDER = 256


class RestChannel(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("rest")
        knowledge = shared()

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            sender, fault = _sender(request)
            if fault:
                return json({"error": fault}, status=400)

            def forget(conversation: str) -> None:
                request.app.ctx.agent.tracker_store.delete(conversation)

            turns = Turns(self.name(), knowledge, on_new_message, forget)
            replies = await turns.take(sender or secrets.token_hex(16), request.json.get("message"))
            return json([{"recipient_id": sender, **reply} for reply in replies])

        return routes


def _sender(request: Request) -> tuple[str | None, str | None]:
    """The sender's id (None if there is none), or what is wrong with the request."""
    try:
        body = request.json
    except Exception:  # whatever the JSON library raises at nonsense
        return None, "the body is not JSON"
    if not isinstance(body, dict):
        return None, "the body must be an object with sender and message"
    sender = body.get("sender")
    if sender is None:
        return None, None
    if not isinstance(sender, str | int) or len(str(sender)) > LONGEST_SENDER:
        return None, f"sender must be text of at most {LONGEST_SENDER} characters"
    return str(sender), None
