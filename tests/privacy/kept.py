"""A store of conversations whose database can be taken away, and a young person who talks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.knowledge.load import ROOT
from bot.privacy.conversations import Conversations
from bot.privacy.database import open_database
from bot.privacy.spool import Spool
from bot.privacy.tracker_store import ConversationStore

ANNA = "a" * 32
DOMAIN = Domain.load(str(ROOT / "domain.yml"))


class Kept:
    """A store whose database can be taken away: its file is replaced by a folder."""

    def __init__(self, folder: Path, kept_for: float = 3600) -> None:
        self.folder, self.kept_for = folder, kept_for
        self.file = folder / "journal.db"
        self.url = f"sqlite:///{self.file}"
        self.store = self.opened()

    def opened(self) -> ConversationStore:
        """As another process, or the same one after a restart, would open it."""
        conversations = Conversations(open_database(self.url), self.kept_for)
        return ConversationStore(DOMAIN, conversations, Spool(self.folder / "spool"))

    def break_database(self) -> None:
        for file in self.folder.glob("journal.db*"):
            file.rename(self.folder / file.name.replace("journal.db", "away"))
        self.file.mkdir()
        self.store = self.opened()  # the files that were open would still work

    def mend_database(self) -> None:
        self.file.rmdir()
        for file in self.folder.glob("away*"):
            file.rename(self.folder / file.name.replace("away", "journal.db"))


async def say(store: ConversationStore, text: str, reply: str = "ok", **slots: Any) -> None:
    """One whole turn."""
    tracker = await store.get_or_create_tracker(ANNA)
    tracker.update(UserUttered(text, {"name": "advocate_get", "confidence": 0.9}))
    for name, value in slots.items():
        tracker.update(SlotSet(name, value))
    tracker.update(BotUttered(reply, {"buttons": [{"title": "More", "payload": "/follow_more"}]}))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)


def said(tracker: DialogueStateTracker | None) -> list[str | None]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []
