"""What can still be said about the last answer: more of it, a part of it, or the same in simpler words."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.menu import whole_menu
from actions.person import Person
from actions.reply import Reply, about
from bot.knowledge import shared as knowledge

PREFIX = "follow_"


def follow_up(aspect: str, tracker: Tracker, pressed: str | None = None) -> Reply:
    """What an answer says on `aspect` ("how_long", "why", ...); without an answer, the menu.

    `pressed`: the topic that a button names; without one it is the last answer.
    """
    topic, part = _meant(tracker, pressed)
    if not topic:
        return whole_menu(opening="nothing_to_follow")
    if aspect == "more":
        return _more(topic, part, Person.of(tracker))
    return _part(topic, aspect, Person.of(tracker))


def repeat(tracker: Tracker, pressed: str | None = None) -> Reply:
    """The last thing said once more: an answer in simpler words, a follow-up as it was.

    `pressed`: the topic that a button names, whose answer may be an older one.
    """
    topic, part = _meant(tracker, pressed)
    person = Person.of(tracker)
    if not topic:
        return about("repeat_or_explain", person)
    if part.startswith(PREFIX):
        reply = _part(topic, part.removeprefix(PREFIX), person)
        reply.text = f"{knowledge().phrase('again')}\n\n{reply.text}"
        return reply
    return about(topic, person, "simpler", opening="plainest" if part == "simpler" else None)


def _meant(tracker: Tracker, pressed: str | None) -> tuple[str | None, str]:
    """The topic of the answer that is meant, and in which form it was given last."""
    last = tracker.get_slot("topic")
    topic = pressed if pressed in knowledge().answers else last
    return topic, str(tracker.get_slot("part") or "") if topic == last else "answer"


def _part(topic: str, aspect: str, person: Person) -> Reply:
    known = knowledge()
    reply = about(topic, person)
    words = known.answers[topic].follow_ups.get(aspect) or known.menu.follow_ups[aspect]
    reply.text = known.say(words)
    reply.part = f"{PREFIX}{aspect}"
    return reply


def _more(topic: str, part: str, person: Person) -> Reply:
    reply = about(topic, person, "more")
    if not knowledge().answers[topic].more or part == "more":
        reply.text = knowledge().phrase("no_more")
    return reply
