"""Notices danger and distress in a message, before and beside what it asks.

It is not an intent: a message can ask and disclose. It learns from data/safety/examples
and reads the message whole and clause by clause, so that a disclosure tucked into a
long message or an ordinary question is heard.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.encoder import shared_encoder
from bot.nlu.safety_examples import CATEGORIES, LEVELS, read_examples

_SPELLING, _WEIGHTS = "spelling.skops", "safety.npz"
_CLAUSE = re.compile(r"(?<=[.?!;\n])\s+|\s+-\s+|,\s+(?=\w+ \w+ \w+)")
_SHORTEST = 3  # words; shorter pieces say too little on their own
_MOST_CLAUSES = 12
_EVERY = 3  # of the clauses of ordinary messages, how many are learned from: one in three
Numbers = npt.NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyScreen(IntentClassifier, GraphComponent):
    """Adds `safety`: {"level", "categories", "why"} to each message."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._spelling = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, dtype=np.float32
        )
        self._weights: dict[str, Numbers] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyScreen:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SafetyScreen:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _WEIGHTS) as saved:
            trusted = ["scipy.sparse._csr.csr_matrix", "numpy.float32"]
            component._spelling = skops.io.load(folder / _SPELLING, trusted=trusted)
            component._weights = {name: saved[name] for name in saved.files}
        return component

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "cost": 0.5,
            "weights": [1, 3, 4, 6],
            "temperature": 0.3,
            "whole": 0.4,
            "clause": 0.6,
            "category": 0.0,
        }

    def train(self, training_data: TrainingData) -> Resource:
        examples = read_examples()
        ordinary = [m for m in training_data.intent_examples if (m.get("metadata") or {}).get("intent")]
        calm = [e.text for e in examples if e.level == LEVELS[0]] + [m.get(TEXT) for m in ordinary]
        parts = [clause for text in calm for clause in clauses(text)][::_EVERY]
        encoded = [e.text for e in examples] + parts
        dense = [shared_encoder()(encoded), *(m.get_dense_features(TEXT)[1].features for m in ordinary)]
        texts = encoded + [m.get(TEXT) for m in ordinary]
        rows = _side_by_side(np.vstack(dense), self._spelling.fit_transform(texts))
        levels = [LEVELS.index(e.level) for e in examples] + [0] * (len(texts) - len(examples))
        self._learn("level", rows, np.array(levels), dict(enumerate(self._config["weights"])))
        disclosed = [number for number, example in enumerate(examples) if example.categories]
        for category in CATEGORIES:
            has = np.array([category in examples[number].categories for number in disclosed])
            self._learn(category, rows[disclosed], has, "balanced")
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump(self._spelling, folder / _SPELLING)
            np.savez(folder / _WEIGHTS, **self._weights)
        return self._resource

    def _learn(
        self, name: str, rows: scipy.sparse.csr_matrix, labels: npt.NDArray[Any], weights: object
    ) -> None:
        machine = LinearSVC(C=self._config["cost"], class_weight=weights, random_state=0).fit(rows, labels)
        self._weights[name] = machine.coef_.T.astype(np.float32)
        self._weights[f"{name} offset"] = machine.intercept_.astype(np.float32)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._weights:
                whole = message.get_dense_features(TEXT)[1].features
                message.set("safety", self.read(message.get(TEXT), whole), add_to_output=True)
        return messages

    def read(self, text: str, whole: Numbers) -> dict[str, Any]:
        """The level, the categories and why: which words of the message, and how sure.

        `whole` is the encoder's vector of `text`, one row, made once for every component.
        """
        parts = clauses(text)
        pieces = [text, *parts]
        meaning = np.vstack([whole, shared_encoder()(parts)])
        rows = _side_by_side(meaning, self._spelling.transform(pieces))
        margins = self._margins("level", rows) / self._config["temperature"]
        odds = np.exp(margins - margins.max(axis=1, keepdims=True))
        chances = odds / odds.sum(axis=1, keepdims=True)
        least = np.array([self._config["whole"]] + [self._config["clause"]] * (len(pieces) - 1))
        alarmed = np.flatnonzero(1 - chances[:, 0] >= least)
        if not len(alarmed):
            return {"level": LEVELS[0], "categories": [], "why": ""}
        graded = {int(piece): int(chances[piece, 1:].argmax()) + 1 for piece in alarmed}
        worst = max(graded, key=lambda piece: (graded[piece], chances[piece, graded[piece]]))
        level, sure = LEVELS[graded[worst]], 1 - chances[worst, 0]
        why = f"sounds like {level} ({sure:.2f}): {pieces[worst][:200]}"
        return {"level": level, "categories": self._categories(rows[worst]), "why": why}

    def _categories(self, row: scipy.sparse.csr_matrix) -> list[str]:
        margin = {category: self._margins(category, row).item() for category in CATEGORIES}
        ranked = sorted(CATEGORIES, key=lambda category: -margin[category])
        return [c for c in ranked if margin[c] >= self._config["category"]] or ranked[:1]

    def _margins(self, name: str, rows: scipy.sparse.csr_matrix) -> Numbers:
        return np.asarray(rows @ self._weights[name] + self._weights[f"{name} offset"])


def _side_by_side(meaning: Numbers, spelling: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    return scipy.sparse.hstack([scipy.sparse.csr_matrix(meaning), spelling], format="csr")


def clauses(text: str) -> list[str]:
    """The parts of a long message, and of one without punctuation its overlapping stretches."""
    words = text.split()
    if len(words) < 2 * _SHORTEST:
        return []
    parts = [part for part in _CLAUSE.split(text) if part and len(part.split()) >= _SHORTEST]
    if len(parts) < 2 and len(words) > 24:
        parts = [" ".join(words[start : start + 16]) for start in range(0, len(words) - 8, 8)]
    return parts[:_MOST_CLAUSES] if len(parts) > 1 else []
