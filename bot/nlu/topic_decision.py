"""Whether to answer, to ask, or to say that the bot cannot help.

A wrong answer dressed as a right one is worse than a question back, and so is
refusing a young person who had asked something we know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge import shared
from bot.nlu.topic_classifier import OUT_OF_SCOPE

NOT_SURE = "not_sure"
CHOOSE = "choose"
COUNCIL = "contact_social_services"
FOLLOW_UP = "follow_"
OFFERS = 3
Ranking = Sequence[tuple[str, float]]  # (topic, probability), the likeliest first


@dataclass(frozen=True)
class Decision:
    """`topic` is what will be answered, or not_sure or out_of_scope; `offers` are shown as buttons."""

    topic: str
    confidence: float
    offers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thresholds:
    """Least probabilities, chosen on the validation messages by `bot calibrate`.

    `answer`: to answer a topic at all. `certain`: to answer it without also showing the
    next likeliest. `refuse`: to say that the bot cannot help, rather than ask.
    """

    answer: float
    certain: float
    refuse: float


def decide(ranking: Ranking, least: Thresholds) -> Decision:
    topic, confidence = ranking[0]
    others = [name for name, _ in ranking if name not in (OUT_OF_SCOPE, NOT_SURE)]
    others = [name for name in others if not name.startswith(FOLLOW_UP)]
    if topic == OUT_OF_SCOPE and confidence >= least.refuse:
        return Decision(topic, confidence)
    if topic in (OUT_OF_SCOPE, NOT_SURE) or confidence < least.answer:
        return Decision(NOT_SURE, confidence, tuple(others[:OFFERS]))
    if confidence < least.certain and not topic.startswith(FOLLOW_UP):
        return Decision(topic, confidence, tuple(others[1:OFFERS]))
    return Decision(topic, confidence)


def without_conversation(ranking: Ranking) -> Ranking:
    """The ranking for a first message, which cannot be a follow-up question."""
    kept = [(name, chance) for name, chance in ranking if not name.startswith(FOLLOW_UP)]
    rest = 1.0 - sum(chance for name, chance in ranking if name.startswith(FOLLOW_UP))
    return [(name, chance / max(rest, chance)) for name, chance in kept]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TopicDecision(IntentClassifier, GraphComponent):
    """Turns the classifier's ranking into one intent, and hears labels and numbers of buttons."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._least = Thresholds(config["answer"], config["certain"], config["refuse"])
        knowledge = shared()
        self._labels = {_plain(answer.title): answer.id for answer in knowledge.answers.values()}
        for place in knowledge.places.values():
            for name in (place.name, place.council, *place.also_called):
                self._labels[_plain(name)] = COUNCIL
        self._numbers = knowledge.menu.numbers

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicDecision:
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"answer": 0.3, "certain": 0.7, "refuse": 0.7}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranked = message.get("intent_ranking")
            if ranked and message.get(TEXT):
                ranking = [(place["name"], place["confidence"]) for place in ranked]
                self._settle(message, _plain(message.get(TEXT)), ranking)
        return messages

    def _settle(self, message: Message, plain: str, ranking: Ranking) -> None:
        decision = decide(ranking, self._least)
        if plain in self._labels:
            decision = Decision(self._labels[plain], 1.0)
        elif plain in self._numbers:
            decision = Decision(CHOOSE, 1.0)
            message.set("choice", self._numbers[plain], add_to_output=True)
        elif decision.topic in (OUT_OF_SCOPE, NOT_SURE) and _names_a_place(message):
            decision = Decision(COUNCIL, 1.0)  # "i live in exeter": they want the number there
        elif decision.topic.startswith(FOLLOW_UP):
            alone = decide(without_conversation(ranking), self._least)
            message.set("alone", {"topic": alone.topic, "offers": list(alone.offers)}, add_to_output=True)
        chosen = {"name": decision.topic, "confidence": decision.confidence}
        message.set("intent", chosen, add_to_output=True)
        message.set("offers", list(decision.offers), add_to_output=True)


def _names_a_place(message: Message) -> bool:
    return any(entity["entity"] == "place" for entity in message.get(ENTITIES, []))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.casefold()))
