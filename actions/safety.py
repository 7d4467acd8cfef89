"""Puts help in the reply to a message that shows danger or distress, and answers its question second."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answer import answer_topic
from actions.person import intent_of
from actions.reply import PLAIN_CHAT, Button, Reply, knowledge

ALWAYS = ("childline", "emergency_999")


def safety_reply(noticed: dict[str, Any], tracker: Tracker) -> Reply:
    """Help for what was noticed; then, if the message also asked something we know, its answer."""
    known = knowledge()
    words, level = known.safety.phrases, noticed["level"]
    said = [known.safety.categories[c].says for c in noticed["categories"] if c in known.safety.categories]
    paragraphs = [known.safety.levels[level], *said[:2]]
    buttons = [Button(words["not_meant"], "/feedback_unhelpful")]
    question = _question(tracker)
    if question:
        paragraphs += [f"{words['asked']} {question.text}"]
        buttons += question.buttons
    if level == "urgent":
        paragraphs += [words["honest"], words["safe_now"]]
        buttons = [Button(words["answer_yes"], "/affirm"), Button(words["answer_no"], "/deny"), *buttons]
    services = [known.services[id_] for id_ in ALWAYS]
    return Reply(
        text=known.say("\n\n".join(paragraph.strip() for paragraph in paragraphs)),
        topic=question.topic if question else None,
        buttons=buttons,
        services=services,
    )


def _question(tracker: Tracker) -> Reply | None:
    topic = intent_of(tracker)
    if topic in PLAIN_CHAT or topic not in knowledge().answers or tracker.latest_message.get("offers"):
        return None
    return answer_topic(topic, tracker)


def staying(intent: str, danger: str) -> tuple[Reply, str | None]:
    """What to say after a disclosure to "yes", "no", "jk" and the like, and the danger that remains."""
    known = knowledge()
    words = known.safety.phrases
    if intent == "deny" and danger == "urgent":
        return Reply(known.say(known.safety.levels["emergency"])), "emergency"
    if intent == "feedback_unhelpful":
        return Reply(known.say(words["wrong"])), None
    phrase = "safe" if intent == "affirm" and danger == "urgent" else "stay"
    return Reply(known.say(words[phrase]), services=[known.services[id_] for id_ in ALWAYS]), "told"


class ActionSafety(Action):
    def name(self) -> str:
        return "action_safety"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        noticed = tracker.latest_message.get("safety") or {}
        if noticed.get("level", "none") != "none":
            sent = safety_reply(noticed, tracker).send(dispatcher)
            return [*sent, SlotSet("danger", noticed["level"])]
        reply, danger = staying(intent_of(tracker), str(tracker.get_slot("danger")))
        return [*reply.send(dispatcher), SlotSet("danger", danger)]
