"""Chooses what is read of a message that is too long to be read as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import yaml
from spacy.lang.en.stop_words import STOP_WORDS

from bot.knowledge.load import ROOT

_LEFT_OUT = " ... "
_STRETCH = 40  # words
_MOST_STRETCHES = 2
_SIGNS = ".,;:!?'\"()[]{}<>*_-…’“”"


def in_short(text: str, longest: int) -> str:
    """`text` in at most `longest` characters: its start, its end, and where most words of danger stand.

    Nothing is judged here: the safety screen does that with what is chosen.
    """
    if len(text) <= longest:
        return text
    share = longest // (_MOST_STRETCHES + 2) - len(_LEFT_OUT)
    stretches = [stretch[:share] for stretch in _gravest(text[share:-share].split())]
    rest = (longest - sum(len(stretch) + len(_LEFT_OUT) for stretch in stretches) - len(_LEFT_OUT)) // 2
    return _LEFT_OUT.join([text[:rest].rstrip(), *stretches, text[-rest:].lstrip()])


def _gravest(words: Sequence[str]) -> Iterator[str]:
    """The stretches of `words` that hold the most words of danger, in their order.

    The more often a word is said the less it tells: "home" of a long story, or all of a flood.
    """
    danger = _words_of_danger()
    bare = [word.casefold().strip(_SIGNS) for word in words]
    times = Counter(word for word in bare if word in danger)
    told = [1 / times[word] if word in times else 0.0 for word in bare]
    weights = [(sum(told[start : start + _STRETCH]), start) for start in range(0, len(words), _STRETCH // 2)]
    starts: list[int] = []
    for weight, start in sorted(weights, reverse=True):
        if weight and len(starts) < _MOST_STRETCHES and all(abs(start - s) >= _STRETCH for s in starts):
            starts.append(start)
    return (" ".join(words[start : start + _STRETCH]) for start in sorted(starts))


@lru_cache(maxsize=1)
def _words_of_danger() -> frozenset[str]:
    """Those that data/safety lists for spelling, and those of its patterns."""
    folder = ROOT / "data" / "safety"
    spelling = yaml.safe_load((folder / "spelling.yml").read_text(encoding="utf-8"))
    patterns = yaml.safe_load((folder / "patterns.yml").read_text(encoding="utf-8"))["patterns"]
    phrases = [phrase for pattern in patterns.values() for phrase in pattern["phrases"]]
    said = {word.casefold() for phrase in phrases for word in phrase.split()}
    return frozenset(spelling["safety_words"]) | (said - STOP_WORDS)
