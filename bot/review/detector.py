"""A second listener, unlike the bot's own, that re-reads what was not flagged.

The bot's screen is a tuned network beside a linear reader of letters. This one is naive Bayes over
words and pairs of words: it errs elsewhere, so what it suspects is worth a person's look.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.naive_bayes import ComplementNB

from bot.nlu.safety_examples import read_examples

_COLUMNS = 2**18
_CALM = 0.1  # naive Bayes is far too sure of itself: its log odds are taken down by this


class Detector:
    """Learns from `data/safety/examples` when it is made, which takes some seconds."""

    def __init__(self) -> None:
        examples = read_examples()
        self._words = HashingVectorizer(
            n_features=_COLUMNS, ngram_range=(1, 2), alternate_sign=False, norm=None, binary=True
        )
        self._bayes = ComplementNB(alpha=0.3)
        self._bayes.fit(
            self._words.transform(example.text for example in examples),
            [example.level != "none" for example in examples],
        )

    def suspicion(self, text: str) -> float:
        """How likely it is that `text` discloses something, 0 to 1; good for ranking, not as a chance."""
        no, yes = self._bayes.predict_log_proba(self._words.transform([text]))[0]
        return float(1 / (1 + np.exp(-_CALM * (yes - no))))


@lru_cache(maxsize=1)
def shared_detector() -> Detector:
    """The one of this process."""
    return Detector()
