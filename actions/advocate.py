"""How to get an advocate, with the advocacy services that fit the young person's age and place."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answer import answer_topic
from actions.person import Person
from actions.reply import Reply
from actions.services import with_services
from bot.knowledge import shared as knowledge


def advocate_reply(tracker: Tracker) -> Reply:
    """The answer, with the place's own advocacy service first when we know it."""
    reply = answer_topic("advocate_get", tracker)
    place = knowledge().places.get(Person.of(tracker).place or "")
    if place:
        local = [service for service in place.services.values() if "advocacy" in service.needs]
        reply.services = [*local, *reply.services]
    return with_services(reply)


class ActionAdvocate(Action):
    def name(self) -> str:
        return "action_advocate"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return advocate_reply(tracker).send(dispatcher)
