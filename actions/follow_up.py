"""Answers "how long does that take?", "can I say no?" and the like, about what was just said."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.menu import whole_menu
from actions.person import Person, intent_of
from actions.reply import Reply, about, knowledge

PREFIX = "follow_"


def follow_up(aspect: str, tracker: Tracker) -> Reply:
    """What the last answer says on `aspect`; without a last answer, the menu."""
    topic = tracker.get_slot("topic")
    if not topic:
        return whole_menu(opening="nothing_to_follow")
    if aspect == "more":
        return _more(topic, tracker)
    return _on(topic, aspect, Person.of(tracker))


def _on(topic: str, aspect: str, person: Person) -> Reply:
    known = knowledge()
    answer = known.answers[topic]
    general = known.menu.follow_ups[aspect]
    reply = about(topic, person)
    reply.text = known.say(answer.follow_ups.get(aspect) or general, person.place)
    reply.part = f"{PREFIX}{aspect}"
    return reply


def _more(topic: str, tracker: Tracker) -> Reply:
    known, answer = knowledge(), knowledge().answers[topic]
    if answer.more and tracker.get_slot("part") != "more":
        return about(topic, Person.of(tracker), "more")
    reply = about(topic, Person.of(tracker), "more")
    reply.text = known.phrase("no_more")
    return reply


def say_again(tracker: Tracker) -> Reply | None:
    """The last follow-up answer once more, or None if the last thing said was not one."""
    topic, part = tracker.get_slot("topic"), str(tracker.get_slot("part") or "")
    if not (topic and part.startswith(PREFIX)):
        return None
    reply = _on(topic, part.removeprefix(PREFIX), Person.of(tracker))
    reply.text = f"{knowledge().phrase('again')}\n\n{reply.text}"
    return reply


class ActionFollowUp(Action):
    def name(self) -> str:
        return "action_follow_up"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return follow_up(intent_of(tracker).removeprefix(PREFIX), tracker).send(dispatcher)
