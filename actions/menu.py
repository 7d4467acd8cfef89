"""The menu by chapter, and the topics of one chapter."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.person import named
from actions.reply import Button, Reply, numbered, payload, topic_buttons
from bot.knowledge import shared as knowledge


def section_payload(name: str) -> str:
    """What the button of one section of the menu sends."""
    return payload("menu", section=name)


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


def menu(section: str | None) -> Reply:
    return section_menu(section) if section in knowledge().menu.sections else whole_menu()


class ActionMenu(Action):
    def name(self) -> str:
        return "action_menu"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return menu(named(tracker, "section")).send(dispatcher)
