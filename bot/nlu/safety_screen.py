"""Notices danger and distress in a message, before and beside what it asks.

It is not an intent: a message can ask and disclose. It reads the message in plain
words, whole and clause by clause, so that a disclosure tucked into a long message or
an ordinary question is heard, and together with what was said just before it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge import shared
from bot.nlu.clauses import clauses
from bot.nlu.encoder import Encoder, each, session, shared_encoder
from bot.nlu.other_languages import Glossary, LanguageFinder
from bot.nlu.plain_words import PlainWords, latin
from bot.nlu.safety_decision import Reading, Thresholds, Verdict, decide
from bot.nlu.safety_examples import CATEGORIES, LEVELS, SPEAKERS, Example, read_examples
from bot.nlu.safety_network import HEADS, Course, Lesson, taught
from bot.nlu.safety_patterns import SafetyPatterns
from bot.nlu.safety_words import WordReader

_NETWORK, _NEAREST, _NEAREST_TEXTS = "screen.onnx", "nearest.npz", "nearest.json"
_PARTS = 16  # of the nearest examples: kept in 16 bits, and compared in 32 a part at a time
_SHORT = 8  # words; a thought typed over several messages comes in pieces this short
Numbers = npt.NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyScreen(IntentClassifier, GraphComponent):
    """Adds `safety` to each message: what was noticed and why.

    {"level", "categories", "speaker", "language", "latin", "is_answer", "why"}; `is_answer`: it says
    something only as an answer to "are you safe right now?"; `why` names the pattern, or the
    example that is nearest in meaning to the words that decided.

    The message's metadata may hold `before`, the texts just before this one, and `asked_safe`,
    whether the bot's last question was "are you safe right now?".
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self._least = Thresholds(**config["least"])
        self._encoder: Encoder = shared_encoder()
        knowledge, english = shared(), self._encoder.vocabulary()
        self.spelling = PlainWords(english)
        self.patterns = SafetyPatterns(self.spelling)
        self._safe_now = self.spelling.plain(knowledge.safety.phrases["safe_now"])
        self._cards = knowledge.help_cards
        self._glossaries = {name: Glossary(card.words, english) for name, card in self._cards.items()}
        self._network: Any = None
        self._wording: WordReader | None = None
        self._languages: LanguageFinder | None = None
        self._nearest: npt.NDArray[np.float16] = np.zeros((0, 0), np.float16)
        self._nearest_texts: list[str] = []

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
        with model_storage.read_from(resource) as folder:
            component._network = session(folder / _NETWORK)
            component._wording = WordReader.load(folder)
            component._languages = LanguageFinder.load(folder)
            component._nearest_texts = json.loads((folder / _NEAREST_TEXTS).read_text())
            with np.load(folder / _NEAREST) as saved:
                component._nearest = saved["meaning"]
        return component

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "course": {},
            "may_disclose": [],
            "ordinary": 12000,
            "every_clause": 6,
            "others_again": 3,
            "joined": 3000,
            "wording": 3.0,
            "least": {
                "whole": 0.5,
                "clause": 0.8,
                "urgent": 0.35,
                "emergency": 0.5,
                "pattern": 0.05,
                "category": 0.5,
                "speaker": 0.7,
            },
        }

    def train(self, training_data: TrainingData) -> Resource:
        examples = read_examples()
        chance = random.Random(0)
        calm = self._calm(training_data, chance)
        lessons = self._lessons(examples, calm, chance)
        sizes = (len(LEVELS), len(CATEGORIES), len(SPEAKERS))
        disclosed = [example for example in examples if example.level != LEVELS[0]]
        english = calm + [example.text for example in examples]
        with self._model_storage.write_to(self._resource) as folder:
            taught(lessons, sizes, folder / _NETWORK, self._encoder, Course(**self._config["course"]))
            self._network = session(folder / _NETWORK)
            wrong = [lesson.level != LEVELS.index("none") for lesson in lessons]
            WordReader.learn([lesson.text for lesson in lessons], wrong).save(folder)
            meaning = self.chances([self.spelling.plain(example.text) for example in disclosed])[-1]
            np.savez(folder / _NEAREST, meaning=meaning.astype(np.float16))
            told = [f"{' and '.join(e.categories)}: {e.text}" for e in disclosed]
            (folder / _NEAREST_TEXTS).write_text(json.dumps(told))
            LanguageFinder.learn(self._cards, english).save(folder)
        return self._resource

    def _calm(self, training_data: TrainingData, chance: random.Random) -> list[str]:
        """Questions of data/nlu in which nothing is wrong: of topics that do not themselves disclose."""
        messages = [m for m in training_data.intent_examples if (m.get(METADATA) or {}).get("intent")]
        calm = [m.get(TEXT) for m in messages if m.get(INTENT) not in self._config["may_disclose"]]
        return chance.sample(calm, min(len(calm), self._config["ordinary"]))

    def _lessons(
        self, examples: Sequence[Example], calm: Sequence[str], chance: random.Random
    ) -> list[Lesson]:
        """The examples, ordinary questions as nothing wrong, and both joined into one message."""
        lessons = [self._lesson(example, example.text) for example in examples]
        nothing = Example("", LEVELS[0], (), SPEAKERS[0], "")
        lessons += [self._lesson(nothing, text) for text in calm]
        harmless = [*calm, *(example.text for example in examples if example.level == LEVELS[0])]
        parts = [part for text in harmless for part in clauses(text)][:: self._config["every_clause"]]
        lessons += [self._lesson(nothing, text) for text in parts]
        replies = chance.sample(calm, len(calm) // 30)
        lessons += [self._lesson(nothing, f"{self._safe_now} {text}") for text in replies]
        for language, card in self._cards.items():
            for level, messages in card.messages.items():
                told = Example("", level, (), SPEAKERS[0], "")
                glossed = filter(None, map(self._glossaries[language].english, messages))
                lessons += [self._lesson(told, text) for text in glossed]
        others = [example for example in examples if example.speaker != SPEAKERS[0]]
        lessons += [self._lesson(example, example.text) for example in others] * self._config["others_again"]
        long_enough = [example for example in examples if len(example.text.split()) > 3]
        for _ in range(self._config["joined"]):
            example, question = chance.choice(long_enough), chance.choice(calm)
            between = chance.choice([" ", ". ", ", ", " and "])
            pieces = chance.choice([(example.text, question), (question, example.text)])
            lessons.append(self._lesson(example, between.join(pieces)))
        return lessons

    def _lesson(self, example: Example, text: str) -> Lesson:
        asked = f"{self._safe_now} " if example.style == "safe_now" else ""
        return Lesson(
            text=asked + self.spelling.plain(text),
            level=LEVELS.index(example.level),
            categories=tuple(CATEGORIES.index(name) for name in example.categories),
            speaker=SPEAKERS.index(example.speaker),
        )

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._network and message.get(TEXT):
                noticed = self.screen(message.get(TEXT), message.get(METADATA) or {})
                message.set("safety", noticed, add_to_output=True)
        return messages

    def screen(self, text: str, context: dict[str, Any]) -> dict[str, Any]:
        """What `text` shows; `context` as in the class. A button's payload shows nothing."""
        if text.startswith("/"):
            return _noticed(Verdict(LEVELS[0]))
        text = latin(text)
        language = self._languages.language(text) if self._languages else None
        english = self._glossaries[language].english(text) if language else ""
        if not english:  # what the glossary does not know at all is read as it stands
            language = None
        said = {"language": language, "latin": text.isascii()}
        text = english or text
        plain = self.spelling.plain(text)
        if not plain:
            return _noticed(Verdict(LEVELS[0]), **said)
        pieces = [plain, *map(self.spelling.plain, clauses(text))]
        wholes = [0, *self._together(plain, context, pieces)]
        levels, categories, speakers, meaning = self.chances(pieces)
        readings = [Reading(*row) for row in zip(pieces, levels, categories, strict=True)]
        gravest = max(wholes, key=lambda place: readings[place].alarm)
        parts = [reading for place, reading in enumerate(readings) if place not in wholes]
        verdict = decide(readings[gravest], parts, self.patterns.find(plain), self._least)
        said["is_answer"] = bool(context.get("asked_safe") and readings[0].alarm < self._least.whole)
        if verdict.reading is None:
            return _noticed(verdict, **said)
        why = self._why(verdict, meaning[pieces.index(verdict.reading.text)])
        return _noticed(verdict, why=why, speaker=self._speaker(speakers[gravest]), **said)

    def _speaker(self, chances: Numbers) -> str:
        """Who is speaking; a young person unless it is surely somebody else."""
        likeliest = int(chances.argmax())
        return SPEAKERS[likeliest if chances[likeliest] >= self._least.speaker else 0]

    def _together(self, plain: str, context: dict[str, Any], pieces: list[str]) -> list[int]:
        """Adds to `pieces` this message as an answer and as the end of a thought; returns their places."""
        start = len(pieces)
        if context.get("asked_safe"):
            pieces.append(f"{self._safe_now} {plain}")
        before = [self.spelling.plain(said) for said in context.get("before") or ()]
        if before and all(len(said.split()) <= _SHORT for said in (*before, plain)):
            pieces.append(" ".join([*before, plain]))
        return list(range(start, len(pieces)))

    def chances(self, texts: Sequence[str]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """For each of `texts` the chances of each level, category and speaker, and its meaning."""
        level, category, speaker, meaning = map(np.vstack, zip(*each(self._margins, texts), strict=True))
        if self._wording:
            level = _with_wording(level, self._config["wording"] * self._wording.margins(texts))
        return _chances(level), 1 / (1 + np.exp(-category)), _chances(speaker), meaning

    def _margins(self, text: str) -> list[Numbers]:
        states, mask = self._encoder.lower(text)
        margins: list[Numbers] = self._network.run(list(HEADS), {"states": states, "attention_mask": mask})
        return margins

    def _why(self, verdict: Verdict, meaning: Numbers) -> str:
        if verdict.pattern:
            return f"the pattern {verdict.pattern} ({verdict.sure:.2f})"
        parts = np.array_split(self._nearest, _PARTS)
        near = np.concatenate([part.astype(np.float32) @ meaning for part in parts])
        nearest = self._nearest_texts[int(near.argmax())]
        return f"sounds like {verdict.level} ({verdict.sure:.2f}), nearest to {nearest}"


def _noticed(verdict: Verdict, **more: Any) -> dict[str, Any]:
    return {"level": verdict.level, "categories": list(verdict.categories), "why": "", **more}


def _with_wording(levels: Numbers, wording: Numbers) -> Numbers:
    """Margins of the levels by which anything is wrong as surely as meaning and wording say on average."""
    calm, wrong = levels[:, 0], np.logaddexp.reduce(levels[:, 1:], axis=1)
    calmer = wrong - (wrong - calm + wording) / 2
    return np.column_stack([calmer, levels[:, 1:]])


def _chances(margins: Numbers) -> Numbers:
    odds = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
