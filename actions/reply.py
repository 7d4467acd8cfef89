"""Builds what a young person reads: words that stand alone, then buttons, cards and the source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.person import Person
from bot.knowledge import Answer, Service, signpost
from bot.knowledge import shared as knowledge

ADULT = 30  # years, for somebody who is an adult and has not said how old
Part = Literal["answer", "simpler", "more"]
PLAIN_CHAT = {
    "affirm",
    "deny",
    "feedback_helpful",
    "feedback_unhelpful",
    "goodbye",
    "greet",
    "menu",
    "out_of_scope",
    "repeat_or_explain",
    "thanks",
}  # topics that leave the subject of the conversation as it was


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass
class Reply:
    """One reply. `topic` and `part` are remembered, so that "say it simpler" knows what to repeat."""

    text: str
    topic: str | None = None
    part: str = "answer"
    buttons: list[Button] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    source: dict[str, str] | None = None
    forget: bool = False
    puzzled: int = 0
    check_in: str | None = None  # what the channel may say, once, if nothing more is typed

    def send(self, dispatcher: CollectingDispatcher) -> list[EventType]:
        """Hand the reply to the channel; returns the slots that remember it."""
        extras: dict[str, Any] = {"services": [service.card() for service in self.services]}
        for name in ("topic", "source", "forget", "check_in"):
            if value := getattr(self, name):
                extras[name] = value
        offered = list({button.payload: button for button in self.buttons}.values())
        buttons = [{"title": button.title, "payload": button.payload} for button in offered]
        dispatcher.utter_message(text=self.text, buttons=buttons, json_message=extras)
        remembered = [
            SlotSet("offers", [button.payload for button in offered]),
            SlotSet("puzzled", self.puzzled),
        ]
        if self.topic and self.topic not in PLAIN_CHAT:
            remembered += [SlotSet("topic", self.topic), SlotSet("part", self.part)]
        return remembered


def about(topic: str, person: Person, part: Part = "answer", opening: str | None = None) -> Reply:
    """The answer to `topic` (or its longer or simpler form), with everything that belongs to it."""
    known = knowledge()
    answer = known.answers[topic]
    body = getattr(answer, part) or answer.answer
    paragraphs = [opening and known.phrase(opening), body, *_notes(answer, person, part)]
    source = _source(answer)
    if source and part != "simpler":
        paragraphs.append(source["says"])
    return Reply(
        text=known.say("\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph)),
        topic=topic,
        part=part,
        buttons=_next_steps(answer, part),
        services=signpost(
            known,
            answer.services,
            age=person.age or (ADULT if answer.speaks_to == "adults" else None),
            nation=person.nation or "England",
            place=person.place,
        ),
        source=source,
    )


def payload(intent: str, **about: str) -> str:
    """What a button sends: an intent, and what it is about."""
    return f"/{intent}{json.dumps(about) if about else ''}"


def topic_buttons(topics: Iterable[str]) -> list[Button]:
    return [Button(knowledge().answers[topic].title, payload(topic)) for topic in topics]


def numbered(text: str, buttons: Sequence[Button], ending: str = "") -> str:
    """`text` followed by the titles of `buttons`, numbered so that a number can be typed."""
    choices = "\n".join(f"{number}. {button.title}" for number, button in enumerate(buttons, 1))
    return "\n\n".join(part for part in (text.strip(), choices, ending.strip()) if part)


def _notes(answer: Answer, person: Person, part: Part) -> list[str]:
    known = knowledge()
    notes: list[str] = []
    if person.nation in known.menu.nations and answer.section:
        notes.append(known.menu.nations[str(person.nation)])
    if part == "simpler":
        return notes
    if person.place in known.places and answer.id in known.places[str(person.place)].notes:
        notes.append(f"{known.menu.phrases['here']} {known.places[str(person.place)].notes[answer.id]}")
    if answer.since_2013 and part == "answer":
        notes.append(f"{known.menu.phrases['since_2013']} {answer.since_2013}")
    return notes


def _source(answer: Answer) -> dict[str, str] | None:
    if not answer.section:
        return None
    phrases = knowledge().menu.phrases
    from_the_guide = answer.section.startswith(("Chapter", "Annex"))
    words = phrases["source_named" if from_the_guide else "source"]
    section = answer.section[0].lower() + answer.section[1:] if from_the_guide else answer.section
    says = words.replace("<section>", section).replace("<date>", spoken_date(answer.checked))
    return {"section": answer.section, "checked": answer.checked.isoformat(), "says": says}


def spoken_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _next_steps(answer: Answer, part: Part) -> list[Button]:
    phrases = knowledge().menu.phrases
    steps = topic_buttons(answer.related)
    if answer.more and part != "more":
        steps.append(Button(phrases["more_button"], payload("follow_more", topic=answer.id)))
    if answer.simpler and part != "simpler":
        steps.append(Button(phrases["simpler_button"], payload("repeat_or_explain", topic=answer.id)))
    return steps
