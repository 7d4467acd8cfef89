"""Reads what Telegram sends one update at a time, so that one it cannot read does not hide the others."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

_WORDS = ("text", "caption")
_PLAIN = ("message_id", "date", "chat", "from", *_WORDS)


class CarefulRequest(HTTPXRequest):
    """Python-telegram-bot reads a batch of updates as a whole, and for ever again if one of them fails."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            numbered = [
                u for u in answer["result"] if isinstance(u, dict) and isinstance(u.get("update_id"), int)
            ]
            answer["result"] = [readable(update) for update in numbered]
        return answer


def readable(update: dict[str, Any]) -> dict[str, Any]:
    """`update`, or what can be read of it: who sent something, so that they get an answer."""
    message = update.get("message") or update.get("edited_message")
    kept = {name: message[name] for name in _PLAIN if name in message} if isinstance(message, dict) else {}
    kept = {name: said for name, said in kept.items() if name not in _WORDS or isinstance(said, str)}
    number = {"update_id": update["update_id"]}
    return next(filter(_can_be_read, (update, {**number, "message": kept})), number)


def _can_be_read(update: dict[str, Any]) -> bool:
    try:
        message = Update.de_json(update, None).effective_message
    except Exception:  # whatever the library raises at a shape it does not know
        return False
    return all(isinstance(getattr(message, name, None) or "", str) for name in _WORDS)
