"""What a message means, as one dense vector from the sentence encoder."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.nlu.encoder import WEIGHTS_SHA256, shared_encoder

AT_ONCE = 2048  # messages encoded between two steps of the progress bar


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the encoder's vector of each message; encodes in batches while training."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(execution_context.node_name, config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "weights": WEIGHTS_SHA256}

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        pass

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = training_data.training_examples
        for start in tqdm(range(0, len(examples), AT_ONCE), "Reading the messages", disable=False):
            self.process(examples[start : start + AT_ONCE])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        typed = [message for message in messages if message.get(TEXT)]
        if typed:
            for message, vector in zip(typed, shared_encoder()([m.get(TEXT) for m in typed]), strict=True):
                self.add_features_to_message(None, vector[None, :], TEXT, message)
        return messages
