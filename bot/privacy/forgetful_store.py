"""Keeps the conversations that go on in memory only, and forgets each an hour after its last message.

What reviewers may read later is another thing: the journal, redacted.
"""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache
from rasa.core.tracker_store import InMemoryTrackerStore

from bot.privacy.journal_broker import JournalBroker

KEPT_FOR = 3600  # seconds after the last message; what the bot says about privacy depends on it
MOST = 100_000  # conversations at once; beyond that the oldest goes


class ForgetfulTrackerStore(InMemoryTrackerStore):
    """Rasa's tracker store in memory, with an expiry and a way to delete."""

    def __init__(self, domain: Any, event_broker: Any = None, kept_for: float = KEPT_FOR) -> None:
        super().__init__(domain, event_broker)
        self.store: TTLCache[str, str] = TTLCache(MOST, kept_for)

    def end(self, sender_id: str) -> None:
        """Forget the conversation that goes on; nothing happens if it is not there."""
        self.store.pop(sender_id, None)

    def delete(self, sender_id: str) -> None:
        """Forget it now, and what reviewers could read of it."""
        self.end(sender_id)
        if isinstance(self.event_broker, JournalBroker):
            self.event_broker.forget(sender_id)
