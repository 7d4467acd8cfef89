"""How a text is spelled, weighed by TF-IDF: one row at a time, without scikit-learn's checks and matrices.

Those cost a millisecond a message. What is learned is kept as plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Places = npt.NDArray[np.int32]
Values = npt.NDArray[np.float32]


class TfidfRow:
    """`row(text)` are the places and the values of what is not 0 in the row of `text`.

    As TfidfVectorizer would give with sublinear counts. `cut` are its settings that say what a text
    is cut into: `analyzer`, `ngram_range`, `token_pattern`.
    """

    def __init__(self, pieces: Sequence[str], rarity: Sequence[float], **cut: Any) -> None:
        self.width = len(pieces)
        self._cut = TfidfVectorizer(**cut).build_analyzer()
        self._places = {piece: place for place, piece in enumerate(pieces)}
        self._rarity = np.array(rarity, np.float32)

    @classmethod
    def learn(cls, texts: Iterable[str], least_seen: int = 1, **cut: Any) -> TfidfRow:
        """From `texts`, leaving out what is in fewer than `least_seen` of them."""
        counting = TfidfVectorizer(min_df=least_seen, **cut).fit(texts)
        return cls(counting.get_feature_names_out().tolist(), counting.idf_.tolist(), **cut)

    def save(self, file: Path) -> None:
        file.write_text(json.dumps({"pieces": [*self._places], "rarity": self._rarity.tolist()}))

    @classmethod
    def load(cls, file: Path, **cut: Any) -> TfidfRow:
        return cls(**json.loads(file.read_text()), **cut)

    def __call__(self, text: str) -> tuple[Places, Values]:
        known = [place for piece in self._cut(text) if (place := self._places.get(piece)) is not None]
        places, counts = np.unique(np.array(known, np.int32), return_counts=True)
        values = (1 + np.log(counts)).astype(np.float32) * self._rarity[places]
        length = np.sqrt(values @ values)
        return places, values / length if length else values

    def matrix(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """The rows of `texts`."""
        rows = [self(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        places = np.concatenate([places for places, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return scipy.sparse.csr_matrix((values, places, ends), (len(texts), self.width))
