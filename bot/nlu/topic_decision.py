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
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge import load

OUT_OF_SCOPE = "out_of_scope"
NOT_SURE = "not_sure"
CHOOSE = "choose"
FOLLOW_UP = "follow_"
OFFERS = 3


@dataclass(frozen=True)
class Decision:
    """`topic` is what will be answered (or not_sure, out_of_scope); `offers` are the buttons to show."""

    topic: str
    confidence: float
    offers: tuple[str, ...] = ()


def decide(ranking: Sequence[tuple[str, float]], answer: float, refuse: float) -> Decision:
    """Choose from `ranking`, (topic, probability) with the likeliest first.

    `answer` and `refuse` are the least probabilities for answering a topic and for
    saying that the bot cannot help; below them the nearest topics are offered.
    """
    topic, confidence = ranking[0]
    needed = refuse if topic == OUT_OF_SCOPE else answer
    if confidence >= needed:
        return Decision(topic, confidence)
    nearest = [name for name, _ in ranking if name != OUT_OF_SCOPE and not name.startswith(FOLLOW_UP)]
    return Decision(NOT_SURE, confidence, tuple(nearest[:OFFERS]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TopicDecision(IntentClassifier, GraphComponent):
    """Turns the classifier's ranking into one intent, and hears labels and numbers of buttons."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._answer, self._refuse = config["answer"], config["refuse"]
        knowledge = load()
        self._labels = {_plain(answer.title): answer.id for answer in knowledge.answers.values()}
        for place in knowledge.places.values():
            for name in (place.name, place.council, *place.also_called):
                self._labels[_plain(name)] = "contact_social_services"
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
        return {"answer": 0.3, "refuse": 0.3}

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = message.get("intent_ranking")
            if not (ranking and message.get(TEXT)):
                continue
            decision, number = self._decide(message.get(TEXT), ranking)
            message.set(
                "intent", {"name": decision.topic, "confidence": decision.confidence}, add_to_output=True
            )
            message.set("offers", list(decision.offers), add_to_output=True)
            if number:
                message.set("choice", number, add_to_output=True)
        return messages

    def _decide(self, text: str, ranking: list[dict[str, Any]]) -> tuple[Decision, int | None]:
        plain = _plain(text)
        if plain in self._labels:
            return Decision(self._labels[plain], 1.0), None
        if plain in self._numbers:
            return Decision(CHOOSE, 1.0), self._numbers[plain]
        return decide([(r["name"], r["confidence"]) for r in ranking], self._answer, self._refuse), None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.casefold()))
