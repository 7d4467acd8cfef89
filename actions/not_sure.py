"""Asks back instead of guessing; twice in a row, shows the menu and a person to ring."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.last_answer import PREFIX, follow_up
from actions.menu import whole_menu
from actions.reply import Button, Reply, numbered, topic_buttons
from bot.knowledge import shared as knowledge

LIKELY_FOLLOW_UP = (
    0.5  # of the likeliest topic's probability: in a conversation, vague words are about what was just said
)


def not_sure(tracker: Tracker) -> Reply:
    if aspect := _vague_follow_up(tracker):
        return follow_up(aspect, tracker)
    puzzled = int(tracker.get_slot("puzzled") or 0) + 1
    offers = [topic for topic in tracker.latest_message.get("offers") or [] if topic in knowledge().answers]
    if puzzled > 1 or not offers:
        return whole_menu(opening="not_sure_again", puzzled=puzzled)
    phrases = knowledge().menu.phrases
    buttons = topic_buttons(offers)
    text = numbered(phrases["not_sure"], buttons, phrases["not_sure_end"])
    person = Button(phrases["person_button"], "/human_handover")
    return Reply(knowledge().say(text), buttons=[*buttons, person], puzzled=puzzled)


def _vague_follow_up(tracker: Tracker) -> str | None:
    ranking = tracker.latest_message.get("intent_ranking") or []
    if not (tracker.get_slot("topic") and ranking):
        return None
    likeliest = ranking[0]["confidence"]
    for place in ranking:
        if place["name"].startswith(PREFIX) and place["confidence"] >= LIKELY_FOLLOW_UP * likeliest:
            return str(place["name"]).removeprefix(PREFIX)
    return None


class ActionNotSure(Action):
    def name(self) -> str:
        return "action_not_sure"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return not_sure(tracker).send(dispatcher)
