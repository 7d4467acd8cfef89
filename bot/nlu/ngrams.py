"""How a message is spelled: its words, word pairs and runs of letters, weighted by TF-IDF.

The encoder knows meaning but stumbles over "wot dus asesment meen"; letters do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.tfidf import TfidfRow

_WORDS, _LETTERS = "words.json", "letters.json"


def _words(message: Message) -> str:
    return " ".join(token.lemma for token in message.get("text_tokens", []))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Adds one sparse row to each message."""

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(name, config)
        self._model_storage, self._resource = model_storage, resource
        self._cut_words: dict[str, Any] = {"token_pattern": r"\S+", "ngram_range": (1, config["words"])}
        self._cut_letters: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": tuple(config["letters"])}
        self._words: TfidfRow | None = None
        self._letters: TfidfRow | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._words = TfidfRow.load(folder / _WORDS, **component._cut_words)
            component._letters = TfidfRow.load(folder / _LETTERS, **component._cut_letters)
        return component

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**SparseFeaturizer.get_default_config(), "words": 2, "letters": [2, 5], "least_seen": 2}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        pass

    def train(self, training_data: TrainingData) -> Resource:
        typed = [message for message in training_data.training_examples if message.get(TEXT)]
        self._words = TfidfRow.learn(map(_words, typed), **self._cut_words)
        texts = (message.get(TEXT) for message in typed)
        self._letters = TfidfRow.learn(texts, self._config["least_seen"], **self._cut_letters)
        with self._model_storage.write_to(self._resource) as folder:
            self._words.save(folder / _WORDS)
            self._letters.save(folder / _LETTERS)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and self._words and self._letters:
                word, word_weights = self._words(_words(message))
                letter, letter_weights = self._letters(message.get(TEXT))
                places = np.concatenate([word, letter + self._words.width])
                weights = np.concatenate([word_weights, letter_weights])
                row = (weights, (np.zeros_like(places), places))
                width = self._words.width + self._letters.width
                self.add_features_to_message(None, scipy.sparse.coo_matrix(row, (1, width)), TEXT, message)
        return messages
