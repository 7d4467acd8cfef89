"""Reads what Telegram sends one update at a time, so that one it cannot read does not hide the others."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

_PLAIN = ("message_id", "date", "chat", "from", "text", "caption")


class CarefulRequest(HTTPXRequest):
    """Python-telegram-bot reads a batch of updates as a whole, and for ever again if one of them fails."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [readable(update) for update in answer["result"]]
        return answer


def readable(update: dict[str, Any]) -> dict[str, Any]:
    """`update`, or what can be read of it: who sent something, so that they get an answer."""
    try:
        Update.de_json(update, None)
    except Exception:  # whatever the library raises at a shape it does not know
        message = update.get("message") or update.get("edited_message") or {}
        kept = {
            name: message[name]
            for name in ("message_id", "date", "chat", "from", "text", "caption")
            if name in message
        }
        return {"update_id": update["update_id"], **({"message": kept} if "chat" in kept else {})}
    return update
