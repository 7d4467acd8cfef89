"""Puts help in the reply to a message that shows danger or distress, and answers its question second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answer import answer_topic
from actions.person import Person, intent_of
from actions.reply import PLAIN_CHAT, Button, Reply
from bot.knowledge import Service, is_closed, signpost
from bot.knowledge import shared as knowledge

ALWAYS = ("emergency_999", "childline")
MOST_SAID = 2  # categories that are spoken to; more would bury the number to ring
LEVELS = {"concern": 1, "urgent": 2, "emergency": 3}
A_WORD = 2  # words at most; "yes he is here" says more than yes
TOLD = "told"  # the danger was answered and the young person has gone on
FORGETS = "delete_my_data"


def help_with(noticed: dict[str, Any], tracker: Tracker) -> Reply:
    """Help for what the screen noticed; then, if the message also asked something we know, its answer."""
    known = knowledge()
    if card := known.help_cards.get(noticed.get("language") or ""):
        words = card.card_latin if noticed.get("latin") and card.card_latin else card.card
        return Reply(known.say(words), services=_services(ALWAYS), buttons=[_not_meant()])
    if reply := known.safety.speakers.get(noticed.get("speaker", "")):
        words = reply.emergency if noticed["level"] == "emergency" else reply.says
        return _answered(Reply(known.say(words), services=_services(reply.services)), tracker)
    return _help_for_the_young_person(noticed, tracker)


def _help_for_the_young_person(noticed: dict[str, Any], tracker: Tracker) -> Reply:
    known = knowledge()
    words, level = known.safety.phrases, noticed["level"]
    named = [known.safety.categories[name] for name in noticed["categories"]]
    said = [category.emergency if level == "emergency" else category.says for category in named]
    paragraphs = [known.safety.levels[level], *[words for words in said if words][:MOST_SAID]]
    also = None
    if level != "emergency":
        also = _besides_childline((id_ for category in named for id_ in category.services), tracker)
        paragraphs += [_where(also)] if also else []
    if level == "urgent":
        paragraphs += [words["private"], words["honest"]]
    reply = Reply(
        known.say("\n\n".join(paragraph.strip() for paragraph in paragraphs)),
        services=[*_services(ALWAYS), *([also] if also else [])],
    )
    reply = _answered(reply, tracker)
    if level == "urgent":
        reply.text = f"{reply.text}\n\n{words['safe_now']}"
        yes_no = [Button(words["answer_yes"], "/safe_now"), Button(words["answer_no"], "/not_safe_now")]
        reply.buttons = [*yes_no, *reply.buttons]
    if level in ("urgent", "emergency"):
        reply.check_in = known.say(words["check_in"])
    return reply


def _answered(reply: Reply, tracker: Tracker) -> Reply:
    """`reply` with the answer to what the message also asked, and a way to put a wrong alarm right."""
    known, topic = knowledge(), intent_of(tracker)
    reply.buttons = [*reply.buttons, _not_meant()]
    if topic == FORGETS:
        reply.text, reply.forget = f"{reply.text}\n\n{known.safety.phrases['deleted']}", True
    elif topic in known.answers and topic not in PLAIN_CHAT and not tracker.latest_message.get("offers"):
        answer = answer_topic(topic, tracker)
        reply.text = f"{reply.text}\n\n{known.safety.phrases['asked']} {answer.text}"
        reply.topic, reply.source = answer.topic, answer.source
        reply.buttons = [*reply.buttons, *answer.buttons]
    return reply


def _not_meant() -> Button:
    return Button(knowledge().safety.phrases["not_meant"], "/wrong_alarm")


def _services(ids: Iterable[str]) -> list[Service]:
    return [knowledge().services[id_] for id_ in ids]


def _besides_childline(ids: Iterable[str], tracker: Tracker) -> Service | None:
    """The first of `ids` that suits the person, answers at this hour and can be reached at all."""
    person, now = Person.of(tracker), datetime.now(UTC)
    found = signpost(knowledge(), ids, age=person.age, nation=person.nation or "England", place=person.place)
    return next((s for s in found if not is_closed(s, now) and s.id not in ALWAYS and _where(s)), None)


def _where(service: Service) -> str:
    """How to reach `service`, in a sentence; empty if there is no verified way."""
    words = knowledge().safety.phrases
    if service.phone:
        free = "free" in (service.cost or "").casefold()
        said = words["ring" if free else "ring_costs"].replace("<number>", service.phone)
    elif service.text and service.text.verified:
        said = words["text"].replace("<words>", service.text.words)
    elif service.web:
        said = words["visit"].replace("<web>", service.web)
    else:
        return ""
    return said.replace("<name>", service.name)


def stay(intent: str, danger: str, noticed: dict[str, Any]) -> tuple[Reply, str | None]:
    """What to say to "yes", "no", "jk" and the like after a disclosure, and the danger that remains."""
    words = knowledge().safety.phrases
    if intent == "not_safe_now" or (intent == "deny" and danger == "urgent"):
        return _still_with_you(knowledge().safety.levels["emergency"]), "emergency"
    if intent == "wrong_alarm" or intent == "feedback_unhelpful":
        return Reply(knowledge().say(words["wrong"])), None
    if intent == "safe_now" or (intent == "affirm" and danger == "urgent"):
        return _still_with_you(words["safe"]), TOLD
    if danger == "emergency":
        return _still_with_you(words["stay_emergency"]), TOLD
    if noticed.get("level") == "urgent":
        return _still_with_you(words["unsure"]), danger
    return _still_with_you(words["stay"]), TOLD


def _is_yes_or_no(tracker: Tracker) -> bool:
    """Whether the message is only that, in answer to "are you safe right now?"."""
    message = tracker.latest_message
    noticed = message.get("safety") or {}
    alone = noticed.get("is_answer") and len(str(message.get("text")).split()) <= A_WORD
    return bool(alone) and intent_of(tracker) in ("affirm", "deny")


def _meant(tracker: Tracker) -> str:
    """The intent, or the name on the button that a typed number chooses."""
    offers, choice = tracker.get_slot("offers") or [], tracker.latest_message.get("choice") or 0
    return str(offers[choice - 1]).removeprefix("/") if 0 < choice <= len(offers) else intent_of(tracker)


def _still_with_you(words: str) -> Reply:
    return Reply(knowledge().say(words), services=_services(ALWAYS))


class ActionSafety(Action):
    """Helps first: with what was noticed now, or with what was said a moment ago."""

    def name(self) -> str:
        return "action_safety"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        noticed = tracker.latest_message.get("safety") or {}
        level, danger = noticed.get("level", "none"), str(tracker.get_slot("danger"))
        goes_on = LEVELS.get(level, 0) <= LEVELS.get(danger, 0)
        answers = _is_yes_or_no(tracker) or (
            goes_on and (noticed.get("is_answer") or (danger == "emergency" and level != "emergency"))
        )
        if level != "none" and not answers:
            return [*help_with(noticed, tracker).send(dispatcher), SlotSet("danger", level)]
        reply, remains = stay(_meant(tracker), danger, noticed)
        return [*reply.send(dispatcher), SlotSet("danger", remains)]


class ActionRemind(Action):
    """Says once, after an ordinary answer, that what was disclosed is not forgotten."""

    def name(self) -> str:
        return "action_remind"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(text=knowledge().say(knowledge().safety.phrases["remind"]))
        return [SlotSet("danger", TOLD)]
