"""Reads the languages most spoken at home in England well enough to hear a plea.

Runs of letters tell the language. Then a word list turns the message into rough English
("dad me hits and am scared go home"), which the screen reads like any other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.svm import LinearSVC

from bot.knowledge.safety import HelpCard
from bot.nlu.tfidf import TfidfRow

ENGLISH = "english"
_SPELLING, _WEIGHTS = "languages.json", "languages.npz"
_CUT: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (1, 4)}
_TEMPERATURE, _LEAST = 0.25, 0.5  # of the margins; and how likely a language must be
_FOLDED = str.maketrans("łđıøß’ʼ", "ldios''")
_SHORTEST_STEM, _SHORTEST_ENGLISH, _SHORTEST_TEXT = 2, 4, 4  # letters


class LanguageFinder:
    """Tells which of the languages with a help card a message is in."""

    def __init__(
        self, spelling: TfidfRow, languages: Sequence[str], weights: npt.NDArray[np.float32]
    ) -> None:
        self._spelling, self._languages = spelling, languages
        self._weights = weights  # the last row is the offset

    @classmethod
    def learn(cls, cards: Mapping[str, HelpCard], english: Sequence[str]) -> LanguageFinder:
        """From the messages of each card, and from `english` messages of all kinds."""
        texts, languages = list(english), [ENGLISH] * len(english)
        for language, card in cards.items():
            for messages in card.messages.values():
                texts += messages
                languages += [language] * len(messages)
        texts = [text.casefold() for text in texts]
        spelling = TfidfRow.learn(texts, least_seen=2, **_CUT)
        machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0)
        machine.fit(spelling.matrix(texts), languages)
        weights = np.vstack([machine.coef_.T, machine.intercept_]).astype(np.float32)
        return cls(spelling, list(machine.classes_), weights)

    def save(self, folder: Path) -> None:
        self._spelling.save(folder / _SPELLING)
        np.savez(folder / _WEIGHTS, weights=self._weights, languages=self._languages)

    @classmethod
    def load(cls, folder: Path) -> LanguageFinder:
        spelling = TfidfRow.load(folder / _SPELLING, **_CUT)
        with np.load(folder / _WEIGHTS) as saved:
            return cls(spelling, [str(name) for name in saved["languages"]], saved["weights"])

    def language(self, text: str) -> str | None:
        """The language of `text`; None if it is English, not surely another, or too short to tell."""
        if len(text.strip()) < _SHORTEST_TEXT:  # "no" is a word in half of Europe
            return None
        places, values = self._spelling(text.casefold())
        if not len(places):
            return None
        margins = values @ self._weights[places] + self._weights[-1]
        odds = np.exp((margins - margins.max()) / _TEMPERATURE)
        likeliest = int(odds.argmax())
        name = self._languages[likeliest]
        return name if name != ENGLISH and odds[likeliest] / odds.sum() >= _LEAST else None


class Glossary:
    """`english(text)` is `text` in rough English, word by word; words it does not know are left out."""

    def __init__(self, words: Mapping[str, str], english: Mapping[str, int]) -> None:
        """`words` as in a help card; `english` are words that may stand in any language ("school")."""
        entries = {fold(word): meaning for word, meaning in words.items()}
        self._words = {word: meaning for word, meaning in entries.items() if not word.endswith("*")}
        self._stems = {word[:-1]: meaning for word, meaning in entries.items() if word.endswith("*")}
        self._longest = max((len(word.split()) for word in self._words), default=1)
        self._english = english

    def english(self, text: str) -> str:
        words = [word for chunk in fold(text).split() if (word := _bare(chunk))]
        said, place = [], 0
        while place < len(words):
            for length in range(self._longest, 0, -1):
                if meaning := self._words.get(" ".join(words[place : place + length])):
                    said.append(meaning)
                    break
            else:
                length = 1
                said.append(self._by_its_stem(words[place]))
            place += length
        return " ".join(filter(None, said))

    def _by_its_stem(self, word: str) -> str:
        for end in range(len(word), _SHORTEST_STEM - 1, -1):
            if meaning := self._stems.get(word[:end]):
                return meaning
        return word if len(word) >= _SHORTEST_ENGLISH and word in self._english else ""


def fold(text: str) -> str:
    """`text` in lower case, Latin letters without their accents; other scripts keep their marks."""
    kept, latin = [], False
    for letter in unicodedata.normalize("NFKD", text.casefold()):
        if unicodedata.combining(letter) and latin:
            continue
        latin = letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
        kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_FOLDED)


def _bare(chunk: str) -> str:
    """`chunk` without the signs around it."""
    return chunk.strip("".join(c for c in chunk if unicodedata.category(c)[0] in "PS"))
