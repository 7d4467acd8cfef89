"""Splits a message into words with spaCy's English rules (no trained model)."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BlankEnglishTokenizer(Tokenizer):
    """spaCy's English tokenizer as a component of Rasa's graph."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._tokenize = spacy.blank("en").tokenizer

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        words = self._tokenize(message.get(attribute))
        return [Token(word.text, word.idx, lemma=word.lower_) for word in words if not word.is_space]
