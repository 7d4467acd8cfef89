"""The menu by chapter, and the topics of one chapter."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.reply import Button, Reply, numbered, topic_buttons
from bot.knowledge import shared as knowledge


def section_payload(name: str) -> str:
    """What the button of one section of the menu sends."""
    return "/menu" + json.dumps({"section": name})


def whole_menu(opening: str | None = None, puzzled: int = 0) -> Reply:
    known = knowledge()
    buttons = [Button(section.title, section_payload(name)) for name, section in known.menu.sections.items()]
    words = known.phrase(opening) if opening else known.say(known.answers["menu"].answer)
    return Reply(numbered(words, buttons), topic="menu", buttons=buttons, puzzled=puzzled)


def section_menu(name: str) -> Reply:
    known = knowledge()
    section = known.menu.sections[name]
    buttons = topic_buttons(section.topics)
    words = f"{section.title}\n\n{known.phrase('section')}"
    return Reply(numbered(words, buttons), topic="menu", buttons=buttons)


def menu(entities: Iterable[dict[str, Any]]) -> Reply:
    asked = [e["value"] for e in entities if e.get("entity") == "section"]
    known = [name for name in asked if name in knowledge().menu.sections]
    return section_menu(known[0]) if known else whole_menu()


class ActionMenu(Action):
    def name(self) -> str:
        return "action_menu"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return menu(tracker.latest_message.get("entities") or []).send(dispatcher)
