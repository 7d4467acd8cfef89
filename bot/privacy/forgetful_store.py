"""Keeps conversations in memory only, and forgets each an hour after its last message."""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache
from rasa.core.tracker_store import InMemoryTrackerStore

KEPT_FOR = 3600  # seconds after the last message; what the bot says about privacy depends on it
MOST = 100_000  # conversations at once; beyond that the oldest goes


class ForgetfulTrackerStore(InMemoryTrackerStore):
    """Rasa's tracker store in memory, with an expiry and a way to delete."""

    def __init__(self, domain: Any, event_broker: Any = None, kept_for: float = KEPT_FOR) -> None:
        super().__init__(domain, event_broker)
        self.store: TTLCache[str, str] = TTLCache(MOST, kept_for)

    def delete(self, sender_id: str) -> None:
        """Forget this conversation now; nothing happens if it is not there."""
        self.store.pop(sender_id, None)
