"""What a message says about the person: age, council, nation. Nothing else about them is kept."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.knowledge import shared

_AGE = re.compile(
    r"\b(?:i'?m|i am|aged?|im only|only)\s+(\d{1,2})\b(?!\s*(?:days|weeks|months|years? (?:ago|in)|%|min))",
    re.I,
)
_LIVES = r"(?:\b(?:live|living|lives|i'?m|am|we'?re|from|based|here) (?:in |from )?|\bin |^\W*)"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PersonDetails(EntityExtractorMixin, GraphComponent):
    """Finds `age`, `place` (a council we know) and `nation` as entities."""

    def __init__(self, config: dict[str, Any]) -> None:
        knowledge = shared()
        self._places = {
            name.casefold(): place.id
            for place in knowledge.places.values()
            for name in (place.name, place.council, *place.also_called)
        }
        self._nations = {nation.casefold(): nation for nation in ("England", *knowledge.menu.nations)}
        self._where = {
            "place": _whereabouts(self._places),
            "nation": _whereabouts(self._nations),
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PersonDetails:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if text := message.get(TEXT):
                found = message.get(ENTITIES, []) + self._find(text)
                message.set(ENTITIES, found, add_to_output=True)
        return messages

    def _find(self, text: str) -> list[dict[str, Any]]:
        found = []
        if age := _AGE.search(text):
            found.append(_entity("age", int(age[1]), age))
        for kind, known in (("place", self._places), ("nation", self._nations)):
            if where := self._where[kind].search(text):
                found.append(_entity(kind, known[where[1].casefold()], where))
        return found


def _whereabouts(names: dict[str, str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"{_LIVES}({'|'.join(longest_first) or '(?!)'})\b", re.I)


def _entity(kind: str, value: object, match: re.Match[str]) -> dict[str, Any]:
    return {
        "entity": kind,
        "value": value,
        "start": match.start(1),
        "end": match.end(1),
        "extractor": "PersonDetails",
    }
