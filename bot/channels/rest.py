"""The REST channel: Rasa's format, without its faults, for programs on this machine.

It trusts whatever sender it is given, so nobody else may use it unless credentials.yml says `anyone: true`.

`POST /webhooks/rest/webhook` with {"sender", "message"}; answers a list of
{"recipient_id", "text", "buttons", "custom"}.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.channels.turn import Turns, forgets
from bot.knowledge import shared

LONGEST_SENDER = 256


class RestChannel(InputChannel):
    def __init__(self, anyone: bool = False) -> None:
        self._anyone = anyone

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RestChannel:
        return cls(anyone=(credentials or {}).get("anyone") is True)

    @classmethod
    def name(cls) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("rest")
        knowledge = shared()

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            if not (self._anyone or from_this_machine(request)):
                return json({"error": "this channel is for programs on the bot's own machine"}, status=403)
            sender, fault = _sender(request)
            if fault:
                return json({"error": fault}, status=400)

            turns = Turns(self.name(), knowledge, on_new_message, forgets(request.app))
            replies = await turns.take(sender or secrets.token_hex(16), request.json.get("message"))
            return json([{"recipient_id": sender, **reply} for reply in replies])

        return routes


def from_this_machine(request: Request) -> bool:
    """Whether a program on this machine asks, and for itself: a proxy here speaks for others."""
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return ip_address(request.ip).is_loopback and not passed_on


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
    if isinstance(sender, bool) or not isinstance(sender, str | int) or len(str(sender)) > LONGEST_SENDER:
        return None, f"sender must be text or a whole number of at most {LONGEST_SENDER} characters"
    return str(sender), None
