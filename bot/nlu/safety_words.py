"""A second reader of a message: how it is worded.

The tuned network knows what a message means and stumbles over what it has hardly seen; runs of
letters and of words do not. Both together miss about a third fewer disclosures at the same
false alarms than the network alone (docs/safety.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.svm import LinearSVC

_FILE = "words.npz"
_SLOTS = 1 << 18  # for the hashes of words, and as many for those of letters
_COST = 1.0  # of a mistake; chosen on tests/messages/safety_validation.yml


class WordReader:
    """Says for each text how surely its wording tells of danger or distress: a margin, 0 for undecided."""

    def __init__(self, weights: npt.NDArray[np.float32], offset: float) -> None:
        counting = {"n_features": _SLOTS, "alternate_sign": False, "dtype": np.float32}
        self._letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **counting)
        self._words = HashingVectorizer(token_pattern=r"\S+", ngram_range=(1, 3), **counting)
        self._weights, self._offset = weights, offset

    @classmethod
    def learn(cls, texts: Sequence[str], wrong: Sequence[bool]) -> WordReader:
        """From plain texts, and whether anything is wrong in each."""
        reader = cls(np.zeros(2 * _SLOTS, np.float32), 0.0)
        machine = LinearSVC(C=_COST, class_weight="balanced", random_state=0)
        machine.fit(scipy.sparse.hstack(reader._parts(texts), format="csr"), wrong)
        return cls(machine.coef_[0].astype(np.float32), float(machine.intercept_[0]))

    def margins(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        letters, words = self._parts(texts)
        margins = letters @ self._weights[:_SLOTS] + words @ self._weights[_SLOTS:] + self._offset
        return np.asarray(margins, np.float32)

    def _parts(self, texts: Sequence[str]) -> list[scipy.sparse.csr_matrix]:
        return [self._letters.transform(texts), self._words.transform(texts)]

    def save(self, folder: Path) -> None:
        np.savez(folder / _FILE, weights=self._weights, offset=self._offset)

    @classmethod
    def load(cls, folder: Path) -> WordReader:
        with np.load(folder / _FILE) as saved:
            return cls(saved["weights"], float(saved["offset"]))
