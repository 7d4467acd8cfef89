"""How a message is spelled: its words, word pairs and runs of letters, weighted by TF-IDF.

The encoder knows meaning but stumbles over "wot dus asesment meen"; letters do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

_FILE = "ngrams.skops"


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
        weighting = {"sublinear_tf": True, "dtype": np.float32}
        self._by_word = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, config["words"]), **weighting)
        self._by_letter = TfidfVectorizer(
            analyzer="char_wb", ngram_range=tuple(config["letters"]), min_df=config["least_seen"], **weighting
        )

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
            component._by_word, component._by_letter = skops.io.load(
                folder / _FILE, trusted=["scipy.sparse._csr.csr_matrix", "numpy.float32"]
            )
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
        self._by_word.fit(map(_words, typed))
        self._by_letter.fit(message.get(TEXT) for message in typed)
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump([self._by_word, self._by_letter], folder / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        typed = [message for message in messages if message.get(TEXT)]
        if typed:
            words = self._by_word.transform(map(_words, typed))
            letters = self._by_letter.transform([message.get(TEXT) for message in typed])
            rows = scipy.sparse.hstack([words, letters], format="csr")
            for message, row in zip(typed, rows, strict=True):
                self.add_features_to_message(None, scipy.sparse.coo_matrix(row), TEXT, message)
        return messages
