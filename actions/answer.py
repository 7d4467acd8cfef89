"""Answers a question about a topic of the Guide, or about the chat itself."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.person import Person, intent_of
from actions.reply import PLAIN_CHAT, Reply, about, topic_buttons
from bot.knowledge import shared as knowledge


def answer_topic(topic: str, tracker: Tracker) -> Reply:
    """The answer to `topic`; asked twice in a row, it comes back in plainer words."""
    twice = topic == tracker.get_slot("topic") and tracker.get_slot("part") == "answer"
    if twice and topic not in PLAIN_CHAT:
        return about(topic, Person.of(tracker), "simpler", opening="same_question")
    reply = about(topic, Person.of(tracker))
    if others := tracker.latest_message.get("offers"):
        _say_that_it_may_be_another(reply, others)
    return reply


def _say_that_it_may_be_another(reply: Reply, topics: list[str]) -> None:
    known = knowledge()
    reply.text = f"{reply.text}\n\n{known.phrase('maybe_another')}"
    reply.buttons = [*topic_buttons(topic for topic in topics if topic in known.answers), *reply.buttons]


class ActionAnswer(Action):
    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return answer_topic(intent_of(tracker), tracker).send(dispatcher)
