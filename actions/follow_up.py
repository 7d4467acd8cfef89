"""Answers "how long does that take?", "can I say no?" and the like, about what was just said."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.choose import reply_to
from actions.last_answer import PREFIX, follow_up
from actions.person import intent_of, named
from actions.reply import Reply


def asked_after(tracker: Tracker) -> Reply:
    """The follow-up; as a first message it may be a question of its own ("keep it secret?")."""
    alone = tracker.latest_message.get("alone")
    if alone and alone["topic"] != "not_sure" and not tracker.get_slot("topic"):
        return reply_to(alone["topic"], tracker)
    return follow_up(intent_of(tracker).removeprefix(PREFIX), tracker, named(tracker, "topic"))


class ActionFollowUp(Action):
    def name(self) -> str:
        return "action_follow_up"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return asked_after(tracker).send(dispatcher)
