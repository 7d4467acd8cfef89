"""Hears a plea or a disclosure in the languages most spoken at home in England.

The encoder reads English only. Runs of letters tell both the language and, from the
messages of data/safety/languages, whether something is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import skops.io
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.knowledge.safety import HelpCard
from bot.nlu.safety_examples import LEVELS

ENGLISH = "english"
_SPELLING, _WEIGHTS = "languages.skops", "languages.npz"


@dataclass(frozen=True)
class Foreign:
    """A message in another language; `sure` is how far ahead of English and of harmless words it is."""

    language: str
    level: str
    sure: float


class OtherLanguages:
    def __init__(self, spelling: TfidfVectorizer, kinds: Sequence[str], weights: npt.NDArray[np.float32]):
        self._spelling, self._kinds = spelling, [tuple(kind.split(":")) for kind in kinds]
        self._weights = weights  # the last row is the offset

    @classmethod
    def learn(cls, cards: dict[str, HelpCard], english: Sequence[str]) -> OtherLanguages:
        """From the messages of each card, and from `english` messages of all kinds."""
        texts, kinds = list(english), [f"{ENGLISH}:{LEVELS[0]}"] * len(english)
        for language, card in cards.items():
            for level, messages in card.messages.items():
                texts += messages
                kinds += [f"{language}:{level}"] * len(messages)
        spelling = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True, dtype=np.float32
        )
        machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0)
        machine.fit(spelling.fit_transform(map(str.casefold, texts)), kinds)
        weights = np.vstack([machine.coef_.T, machine.intercept_]).astype(np.float32)
        return cls(spelling, list(machine.classes_), weights)

    def save(self, folder: Path) -> None:
        skops.io.dump(self._spelling, folder / _SPELLING)
        np.savez(folder / _WEIGHTS, weights=self._weights, kinds=[":".join(kind) for kind in self._kinds])

    @classmethod
    def load(cls, folder: Path) -> OtherLanguages:
        trusted = ["scipy.sparse._csr.csr_matrix", "numpy.float32"]
        with np.load(folder / _WEIGHTS) as saved:
            return cls(
                skops.io.load(folder / _SPELLING, trusted=trusted), list(saved["kinds"]), saved["weights"]
            )

    def read(self, text: str) -> Foreign | None:
        """What `text` says if it is in one of the languages; None if it is English or unknown."""
        row = self._spelling.transform([text.casefold()])
        if not row.nnz:
            return None
        margins = np.asarray(row @ self._weights[:-1] + self._weights[-1]).ravel()
        odds = np.exp((margins - margins.max()) / 0.25)
        chances = odds / odds.sum()
        best: dict[str, float] = {}
        for (language, _), chance in zip(self._kinds, chances, strict=True):
            best[language] = best.get(language, 0.0) + float(chance)
        language = max(best, key=lambda name: best[name])
        if language == ENGLISH:
            return None
        levels = {
            level: float(c) for (name, level), c in zip(self._kinds, chances, strict=True) if name == language
        }
        wrong = 1.0 - levels[LEVELS[0]] / best[language]
        level = max((name for name in levels if name != LEVELS[0]), key=lambda name: levels[name])
        return Foreign(language, level if wrong >= 0.5 else LEVELS[0], wrong)
