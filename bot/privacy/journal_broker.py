"""Takes Rasa's events, keeps the little that reviewers need, redacted, and writes it to the journal."""

from __future__ import annotations

import logging
from time import time
from typing import Any

from rasa.core.brokers.broker import EventBroker
from sqlalchemy.exc import SQLAlchemyError

from bot.privacy.journal import Journal
from bot.privacy.redaction import redact

logger = logging.getLogger(__name__)
RUNNERS_UP = 3  # topics that came next, kept beside the one that was answered
RASAS_OWN = ("action_listen", "action_session_start", "action_extract_slots")


class JournalBroker(EventBroker):
    """A fault of the journal is logged and the turn goes on: nobody is refused an answer for it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        redact("")  # its lists are read now, and not while the first young person waits for an answer

    def publish(self, event: dict[str, Any]) -> None:
        kept = keep(event)
        if kept is None:
            return
        try:
            self._journal.write(event["sender_id"], event["timestamp"], event["event"], kept)
        except SQLAlchemyError as error:
            logger.error("the journal could not be written: %s", type(error).__name__)

    def forget(self, conversation: str) -> None:
        """Delete the conversation from the journal and from the review room."""
        try:
            self._journal.forget(conversation, time())
        except SQLAlchemyError as error:
            logger.error("the journal could not forget: %s", type(error).__name__)


def keep(event: dict[str, Any]) -> dict[str, Any] | None:
    """What reviewers need of an event of Rasa, with personal details taken out; None if nothing."""
    kind = event.get("event")
    if kind == "user" and event.get("text"):
        return _said(event)
    if kind == "bot" and event.get("text"):
        buttons = [button["title"] for button in event.get("data", {}).get("buttons") or []]
        custom = event.get("data", {}).get("custom") or {}
        return {"text": event["text"], "buttons": buttons, "topic": custom.get("topic")}
    if kind == "action" and event.get("name") not in RASAS_OWN:
        return {"name": event["name"], "policy": event.get("policy") or ""}
    return None


def _said(event: dict[str, Any]) -> dict[str, Any]:
    parsed = event.get("parse_data") or {}
    intent, safety = parsed.get("intent") or {}, parsed.get("safety") or {}
    pressed = event["text"].startswith("/")  # the channels let only our own payloads begin so
    ranked = [
        {"topic": other["name"], "confidence": other["confidence"]}
        for other in (parsed.get("intent_ranking") or [])
        if other["name"] != intent.get("name")
    ]
    return {
        "text": event["text"] if pressed else redact(event["text"]),
        "pressed": pressed,
        "channel": event.get("input_channel") or "",
        "place": (event.get("metadata") or {}).get("place") or "",
        "topic": intent.get("name") or "",
        "confidence": intent.get("confidence") or 0.0,
        "offers": parsed.get("offers") or [],
        "runners_up": ranked[:RUNNERS_UP],
        "level": safety.get("level") or "none",
        "categories": safety.get("categories") or [],
        "speaker": safety.get("speaker") or "",
        "why": safety.get("why") or "",
    }
