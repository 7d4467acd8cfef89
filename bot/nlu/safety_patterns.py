"""The plainest pleas, word for word, which must be heard whatever the classifier makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import spacy
import yaml
from spacy.matcher import PhraseMatcher

from bot.knowledge.load import ROOT, ContentError, Problem
from bot.nlu.plain_words import PlainWords
from bot.nlu.safety_examples import CATEGORIES, LEVELS


@dataclass(frozen=True)
class Pattern:
    id: str
    level: str
    categories: tuple[str, ...]


class SafetyPatterns:
    """Finds the phrases of data/safety/patterns.yml in plain words."""

    def __init__(self, spelling: PlainWords, root: Path = ROOT) -> None:
        """Raises ContentError for an unknown level or category."""
        path = root / "data" / "safety" / "patterns.yml"
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["patterns"]
        self._english = spacy.blank("en")
        self._phrases = PhraseMatcher(self._english.vocab, attr="LOWER")
        self._unless = PhraseMatcher(self._english.vocab, attr="LOWER")
        self._patterns: dict[str, Pattern] = {}
        problems = []
        for id_, entry in entries.items():
            strange = ({entry["level"]} - set(LEVELS)) | (set(entry["categories"]) - set(CATEGORIES))
            if strange:
                problems.append(Problem("data/safety/patterns.yml", id_, "level", f"unknown: {strange}"))
            self._patterns[id_] = Pattern(id_, entry["level"], tuple(entry["categories"]))
            for matcher, field in ((self._phrases, "phrases"), (self._unless, "unless")):
                said = [spelling.plain(phrase) for phrase in entry.get(field, [])]
                if said:
                    matcher.add(id_, [self._english.tokenizer(phrase) for phrase in said])
        if problems:
            raise ContentError(problems)

    def find(self, plain: str) -> Pattern | None:
        """The gravest pattern in `plain`, a text in plain words."""
        words = self._english.tokenizer(plain)
        excused = {self._english.vocab.strings[match] for match, _, _ in self._unless(words)}
        found = {self._english.vocab.strings[match] for match, _, _ in self._phrases(words)} - excused
        gravest = max(found, key=lambda id_: LEVELS.index(self._patterns[id_].level), default=None)
        return self._patterns[gravest] if gravest else None
