"""Takes a number, or a yes or no, as the answer to the list that was just shown."""

from __future__ import annotations

import json
from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.advocate import advocate_reply
from actions.answer import answer_topic
from actions.council import TOPIC as COUNCIL
from actions.council import council_reply
from actions.forget import forget
from actions.last_answer import PREFIX, follow_up, repeat
from actions.menu import menu, whole_menu
from actions.person import Person, intent_of
from actions.reply import Reply, about
from actions.signpost import TOPICS as SIGNPOSTS
from actions.signpost import signpost_reply

_OWN_ACTION: dict[str, Callable[[Tracker], Reply]] = {
    "advocate_get": advocate_reply,
    COUNCIL: lambda tracker: council_reply(Person.of(tracker)),
    "repeat_or_explain": repeat,
    "delete_my_data": lambda tracker: forget(),
}


def reply_to_payload(payload: str, tracker: Tracker) -> Reply:
    """What pressing a button with this payload would have said."""
    intent, brace, rest = payload.removeprefix("/").partition("{")
    about = json.loads(brace + rest) if brace else {}
    if intent == "menu":
        return menu(about.get("section"))
    if intent == "repeat_or_explain":
        return repeat(tracker, about.get("topic"))
    if intent.startswith(PREFIX):
        return follow_up(intent.removeprefix(PREFIX), tracker, about.get("topic"))
    return reply_to(intent, tracker)


def reply_to(topic: str, tracker: Tracker) -> Reply:
    """What a question about `topic` would have been answered."""
    if own := _OWN_ACTION.get(topic):
        return own(tracker)
    return signpost_reply(topic, tracker) if topic in SIGNPOSTS else answer_topic(topic, tracker)


def choose(number: int, tracker: Tracker) -> Reply:
    """The choice with this number (from 1) on the list shown last."""
    offers = tracker.get_slot("offers") or []
    if not offers:
        return whole_menu(opening="nothing_to_choose")
    if 1 <= number <= len(offers):
        return reply_to_payload(offers[number - 1], tracker)
    return whole_menu(opening="not_on_the_list")


def yes_or_no(intent: str, tracker: Tracker) -> Reply:
    """Yes or no to "did you mean one of these?"; otherwise only an acknowledgement."""
    if not tracker.get_slot("puzzled"):
        return about(intent, Person.of(tracker))
    if intent == "affirm":
        return choose(1, tracker)
    return whole_menu(opening="section")


class ActionChoose(Action):
    def name(self) -> str:
        return "action_choose"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        intent = intent_of(tracker)
        if intent in ("affirm", "deny"):
            return yes_or_no(intent, tracker).send(dispatcher)
        return choose(int(tracker.latest_message.get("choice") or 0), tracker).send(dispatcher)
