"""What the conversation knows about the person and about what was said so far."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk import Tracker


@dataclass(frozen=True)
class Person:
    """`age` in years, `place` a council we know, `nation` of the United Kingdom; None if not said."""

    age: int | None = None
    place: str | None = None
    nation: str | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Person:
        age = tracker.get_slot("age")
        return cls(int(age) if age else None, tracker.get_slot("place"), tracker.get_slot("nation"))


def named(tracker: Tracker, entity: str) -> str | None:
    """What the last message, or the button pressed, names as its `entity`."""
    entities = tracker.latest_message.get("entities") or []
    return next((str(found["value"]) for found in entities if found.get("entity") == entity), None)


def intent_of(tracker: Tracker) -> str:
    """The intent of the last message, or an empty string."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")
