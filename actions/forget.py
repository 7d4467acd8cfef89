"""Forgets the conversation when the young person asks for it."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.person import Person
from actions.reply import Reply, about


def forget() -> Reply:
    """Says that the conversation is gone; `forget` tells the channel to delete it from the store."""
    reply = about("delete_my_data", Person())
    reply.forget = True
    return reply


class ActionForget(Action):
    def name(self) -> str:
        return "action_forget"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        forget().send(dispatcher)
        return [AllSlotsReset()]
