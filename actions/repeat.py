"""Says the last answer again, in simpler words."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.follow_up import say_again
from actions.person import Person
from actions.reply import Reply, about


def simpler(tracker: Tracker) -> Reply:
    """The plainer form of the last answer; the second time, says that it is the plainest there is."""
    topic = tracker.get_slot("topic")
    if not topic:
        return about("repeat_or_explain", Person.of(tracker))
    already = tracker.get_slot("part") == "simpler"
    return about(topic, Person.of(tracker), "simpler", opening="plainest" if already else None)


def repeat(tracker: Tracker) -> Reply:
    return say_again(tracker) or simpler(tracker)


class ActionRepeat(Action):
    def name(self) -> str:
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return repeat(tracker).send(dispatcher)
