"""A second listener, unlike the bot's own, that re-reads what was not flagged.

The bot's screen is a tuned network beside a linear reader of letters and words. This one is naive Bayes over
words and pairs of near words, with one class for each kind of message: a category of disclosure, a kind of
look-alike, an ordinary question. It asks which kind of either side a message is most like, clause by clause.
It errs elsewhere than the screen, so what it suspects is worth a person's look: `docs/reviewing.md` has how
many of the disclosures that the screen misses it ranks high.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

from bot.knowledge.load import ROOT
from bot.nlu.clauses import clauses
from bot.nlu.safety_examples import LEVELS, read_examples

# All chosen on tests/messages/safety_validation.yml.
_SLOTS = 2**20  # for the hashes of words and pairs
_NEAR = 3  # words: how far apart two may stand to be a pair
_UNSEEN = 0.02  # how often a word that a kind of message never had is taken to have been there
_SCREEN = "bot.nlu.safety_screen.SafetyScreen"


class Detector:
    """Learns from `data/safety/examples` and `data/nlu` when it is made: some seconds; 20 MB afterwards."""

    def __init__(self, root: Path = ROOT) -> None:
        learned = list(_learned(root))
        kinds, kind_of = np.unique([kind for _, _, kind in learned], return_inverse=True)
        self._disclosing = np.isin(kinds, [kind for _, discloses, kind in learned if discloses])
        self._hash = HashingVectorizer(
            n_features=_SLOTS, analyzer=_words_and_pairs, alternate_sign=False, norm=None, binary=True
        )
        found = self._hash.transform(text for text, _, _ in learned)
        of_kind = csr_matrix((np.ones(len(learned)), (np.arange(len(learned)), kind_of)))
        seen = (found.T @ of_kind).tocsr()
        totals = np.asarray(seen.sum(axis=0)).ravel() + _UNSEEN * _SLOTS
        self._unseen = np.log(_UNSEEN / totals)  # for each kind, the log chance of what it never had
        seen.data = np.log1p(seen.data / _UNSEEN)  # and how much more likely is what it had
        self._seen = seen.astype(np.float32)
        self._common = np.log(np.bincount(kind_of) / len(learned))

    def suspicion(self, text: str) -> float:
        """How much `text` sounds like a disclosure, 0 to 1; good for ranking, not as a chance."""
        return float(1 / (1 + np.exp(-self._margins([text, *clauses(text)]).max())))

    def _margins(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """How much likelier the likeliest disclosure is than the likeliest harmless kind, for each text."""
        found = self._hash.transform(texts)
        size = np.asarray(found.sum(axis=1))
        kinds = (found @ self._seen).toarray() + size * self._unseen + self._common
        margins = kinds[:, self._disclosing].max(axis=1) - kinds[:, ~self._disclosing].max(axis=1)
        # Naive Bayes takes each word for a new proof, so that its log odds grow with the length.
        return np.asarray(margins / np.sqrt(size.ravel() + 1))


def _words_and_pairs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))
    yield from words
    for place, word in enumerate(words):
        yield from (f"{word} {later}" for later in words[place + 1 : place + 1 + _NEAR])


def _learned(root: Path) -> Iterator[tuple[str, bool, str]]:
    """Each message to learn from: its text, whether it discloses something, and its kind."""
    for example in read_examples(root):
        if example.style == "safe_now":  # "no" says something only as the answer to a question
            continue
        discloses = example.level != LEVELS[0]
        yield example.text, discloses, example.categories[0] if discloses else f"harmless, {example.style}"
    config = yaml.load((root / "config.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    screen = next(part for part in config["pipeline"] if part["name"] == _SCREEN)
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            if block.get("intent") not in (None, *screen["may_disclose"]):
                lines = filter(None, map(str.strip, block["examples"].splitlines()))
                yield from ((line.removeprefix("- "), False, "ordinary question") for line in lines)


@lru_cache(maxsize=1)
def shared_detector() -> Detector:
    """The one of this process."""
    return Detector()
