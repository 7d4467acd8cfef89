"""Sends a young person to somebody who can help: Childline, 999, NSPCC and the rest of the directory."""

from __future__ import annotations

from datetime import UTC, datetime

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answer import answer_topic
from actions.person import intent_of
from actions.reply import Reply, knowledge
from bot.knowledge import Service
from bot.knowledge.signpost import is_closed


def with_services(reply: Reply) -> Reply:
    """Add to the words each service that they do not name yet: how to reach it, whether it is open."""
    missing = [s for s in reply.services if (s.phone or s.web or s.name) not in reply.text]
    if missing:
        lines = [knowledge().menu.phrases["who_can_help"], *map(_line, missing)]
        reply.text = f"{reply.text}\n\n" + "\n".join(lines)
    return reply


def _line(service: Service) -> str:
    phrases = knowledge().menu.phrases
    ways = [way for way in (service.phone, service.web) if way]
    line = f"- {service.name}: {', or '.join(ways)}." if ways else f"- {service.name}."
    if service.phone and service.hours and service.hours.verified:
        state = "closed_now" if is_closed(service, datetime.now(UTC)) else "open_now"
        line += f" {phrases[state]} {service.hours.says}"
    if service.caution:
        line += f" {service.caution}"
    return line


def signpost_reply(topic: str, tracker: Tracker) -> Reply:
    return with_services(answer_topic(topic, tracker))


class ActionSignpost(Action):
    def name(self) -> str:
        return "action_signpost"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return signpost_reply(intent_of(tracker), tracker).send(dispatcher)
