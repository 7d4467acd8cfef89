"""Sends a young person to somebody who can help: Childline, 999, NSPCC and the rest of the directory."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answer import answer_topic
from actions.person import Person, intent_of
from actions.reply import Reply
from actions.services import for_needs, with_services

TOPICS = frozenset(
    {
        "adult_worried_about_child",
        "cafcass",
        "childline",
        "emergency_999",
        "get_help",
        "human_handover",
        "legal_advice",
        "living_away_from_home",
        "nspcc",
        "online_safety_help",
        "what_is_exploitation",
        "worried_about_friend",
        "young_carer",
    }
)  # the same as in data/rules/answers.yml; a number typed from a list leads here too


def signpost_reply(topic: str, tracker: Tracker) -> Reply:
    """The answer, with the services that suit this person's need, age and nation at this hour."""
    reply = answer_topic(topic, tracker)
    named = {service.id for service in reply.services}
    reply.services += [s for s in for_needs(topic, Person.of(tracker)) if s.id not in named]
    return with_services(reply)


class ActionSignpost(Action):
    def name(self) -> str:
        return "action_signpost"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return signpost_reply(intent_of(tracker), tracker).send(dispatcher)
