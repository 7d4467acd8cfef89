"""What is kept of Rasa's events: little, and with personal details taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.events import Event, UserUttered

from bot.privacy.redaction import redact

RUNNERS_UP = 3  # topics that came next, kept beside the one that was answered
RASAS_OWN = ("action_listen", "action_session_start", "action_extract_slots")
_OF_THE_SCREEN = ("level", "categories", "speaker", "why")


def record(event: Event) -> dict[str, Any]:
    """The event as JSON, redacted; Rasa can go on with a conversation from it."""
    kept: dict[str, Any] = event.as_dict()
    kept.pop("metadata", None)
    if not isinstance(event, UserUttered):
        return kept
    if text := kept.get("text"):
        # the channels let only our own payloads begin with a slash
        kept["text"] = text if text.startswith("/") else redact(text)
    kept["parse_data"] = _understood(kept.get("parse_data") or {})
    kept["metadata"] = {"place": (event.metadata or {}).get("place")}
    return kept


def _understood(parsed: dict[str, Any]) -> dict[str, Any]:
    intent, safety = parsed.get("intent") or {}, parsed.get("safety") or {}
    others = [other for other in parsed.get("intent_ranking") or () if other["name"] != intent.get("name")]
    return {
        "intent": {"name": intent.get("name"), "confidence": intent.get("confidence") or 0.0},
        "entities": [],
        "intent_ranking": [
            {"name": other["name"], "confidence": other["confidence"]} for other in others[:RUNNERS_UP]
        ],
        "offers": parsed.get("offers") or [],
        "safety": {name: safety[name] for name in _OF_THE_SCREEN if name in safety},
    }


def journal_entries(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What reviewers need of `records`: each with at (seconds since 1970), kind and said."""
    entries = []
    for kept in records:
        if said := _for_reviewers(kept):
            entries.append({"at": kept["timestamp"], "kind": kept["event"], "said": said})
    return entries


def _for_reviewers(kept: dict[str, Any]) -> dict[str, Any] | None:
    kind = kept["event"]
    if kind == "user" and kept.get("text"):
        return _said(kept)
    data = kept.get("data") or {}
    if kind == "bot" and kept.get("text"):
        buttons = [button["title"] for button in data.get("buttons") or []]
        return {"text": kept["text"], "buttons": buttons, "topic": (data.get("custom") or {}).get("topic")}
    if kind == "action" and kept.get("name") not in RASAS_OWN:
        return {"name": kept["name"], "policy": kept.get("policy") or ""}
    return None


def _said(kept: dict[str, Any]) -> dict[str, Any]:
    parsed = kept["parse_data"]
    safety = parsed["safety"]
    return {
        "text": kept["text"],
        "pressed": kept["text"].startswith("/"),
        "channel": kept.get("input_channel") or "",
        "place": kept["metadata"]["place"] or "",
        "topic": parsed["intent"]["name"] or "",
        "confidence": parsed["intent"]["confidence"],
        "offers": parsed["offers"],
        "runners_up": [
            {"topic": other["name"], "confidence": other["confidence"]} for other in parsed["intent_ranking"]
        ],
        "level": safety.get("level") or "none",
        "categories": safety.get("categories") or [],
        "speaker": safety.get("speaker") or "",
        "why": safety.get("why") or "",
    }
