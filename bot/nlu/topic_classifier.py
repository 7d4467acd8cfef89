"""Which topic a message is about, with a calibrated confidence for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.svm import LinearSVC

_FILE = "topics.npz"
OUT_OF_SCOPE = "out_of_scope"
_RANKED = 10  # topics kept beside the message for reviewers


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """A linear support vector machine over meaning (dense) and spelling (sparse) features.

    Its margins become probabilities by one `temperature`. `benefit_of_doubt` is taken
    from the margin of out_of_scope, since refusing a real question costs more than
    answering a stray one. Both are chosen on the validation messages (`bot calibrate`).
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._topics: list[str] = []
        self._weights = np.zeros((0, 0), np.float32)  # features x topics
        self._offsets = np.zeros(0, np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as saved:
            component._topics = saved["topics"].tolist()
            component._weights = saved["weights"]
            component._offsets = saved["offsets"]
        component._lean_towards_answering()
        return component

    def _lean_towards_answering(self) -> None:
        if OUT_OF_SCOPE in self._topics:
            self._offsets[self._topics.index(OUT_OF_SCOPE)] -= self._config["benefit_of_doubt"]

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"cost": 0.5, "meaning": 1.7, "temperature": 0.2, "benefit_of_doubt": 0.0}

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if _written_to_learn_from(example)]
        machine = LinearSVC(C=self._config["cost"], random_state=0)
        machine.fit(self._features(examples), [example.get(INTENT) for example in examples])
        self._topics = machine.classes_.tolist()
        self._weights = np.ascontiguousarray(machine.coef_.T, np.float32)
        self._offsets = machine.intercept_.astype(np.float32)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, topics=self._topics, weights=self._weights, offsets=self._offsets)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages if self._topics else ():
            if not message.get(TEXT):
                continue
            margins = self._margins(message) / self._config["temperature"]
            odds = np.exp(margins - margins.max())
            chances = odds / odds.sum()
            ranking = [
                {"name": self._topics[index], "confidence": float(chances[index])}
                for index in np.argsort(-chances)[:_RANKED]
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _margins(self, message: Message) -> npt.NDArray[np.float32]:
        """One for each topic, as `_features(...) @ weights` would give, without building a matrix."""
        meaning = self._config["meaning"] * message.get_dense_features(TEXT)[1].features[0]
        spelling = message.get_sparse_features(TEXT)[1].features.tocoo()
        of_meaning = self._weights[: len(meaning)]
        of_spelling = self._weights[len(meaning) :][spelling.col]
        return np.asarray(meaning @ of_meaning + spelling.data @ of_spelling + self._offsets, np.float32)

    def _features(self, messages: list[Message]) -> scipy.sparse.csr_matrix:
        meanings = np.vstack([message.get_dense_features(TEXT)[1].features for message in messages])
        sparse = scipy.sparse.vstack([message.get_sparse_features(TEXT)[1].features for message in messages])
        dense = scipy.sparse.csr_matrix(self._config["meaning"] * meanings)
        return scipy.sparse.hstack([dense, sparse], format="csr")


def _written_to_learn_from(example: Message) -> bool:
    """Whether it stands in data/nlu, where each block names its voice; Rasa adds those of the stories."""
    metadata = example.get("metadata") or {}
    return bool(example.get(TEXT) and example.get(INTENT) and metadata.get("intent", {}).get("voice"))
