"""What can still be said about the last answer: more of it, a part of it, or the same in simpler words."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.menu import whole_menu
from actions.person import Person
from actions.reply import Reply, about
from bot.knowledge import shared as knowledge

PREFIX = "follow_"


def follow_up(aspect: str, tracker: Tracker) -> Reply:
    """What the last answer says on `aspect` ("how_long", "why", ...); without a last answer, the menu."""
    topic = tracker.get_slot("topic")
    if not topic:
        return whole_menu(opening="nothing_to_follow")
    if aspect == "more":
        return _more(topic, tracker)
    return _part(topic, aspect, Person.of(tracker))


def repeat(tracker: Tracker) -> Reply:
    """The last thing said once more: an answer in simpler words, a follow-up as it was."""
    topic, part = tracker.get_slot("topic"), str(tracker.get_slot("part") or "")
    person = Person.of(tracker)
    if not topic:
        return about("repeat_or_explain", person)
    if part.startswith(PREFIX):
        reply = _part(topic, part.removeprefix(PREFIX), person)
        reply.text = f"{knowledge().phrase('again')}\n\n{reply.text}"
        return reply
    return about(topic, person, "simpler", opening="plainest" if part == "simpler" else None)


def _part(topic: str, aspect: str, person: Person) -> Reply:
    known = knowledge()
    reply = about(topic, person)
    words = known.answers[topic].follow_ups.get(aspect) or known.menu.follow_ups[aspect]
    reply.text = known.say(words)
    reply.part = f"{PREFIX}{aspect}"
    return reply


def _more(topic: str, tracker: Tracker) -> Reply:
    reply = about(topic, Person.of(tracker), "more")
    if not knowledge().answers[topic].more or tracker.get_slot("part") == "more":
        reply.text = knowledge().phrase("no_more")
    return reply
