"""Reads a text as words with marks on them ("is a first name", "may stand before a school").

The marks are spaCy's lexical flags: each is worked out once for each different word, and spaCy's
Matcher looks at them. What was read of a text is forgotten with it, because spaCy would
otherwise keep every word it has ever seen, names included.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import spacy
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from bot.privacy.found import HIDDEN

Mark = dict[Any, Any]  # what a pattern says of one word
Pattern = list[Mark]
_TOO_MANY_CAPITALS = 0.6  # of the words
# Words with what stands within them ("o'brien", but "mum" and "'s"), what is hidden, and single signs.
# spaCy's own splitter knows "im" and "shes" otherwise than the lists, and takes seconds for 8,000 emoji.
_WORD = re.compile(rf"'s\b|[^\W_]+(?:'(?!s\b)[^\W_]+)*|{HIDDEN}+|\S")


class Match(NamedTuple):
    """Words `start` to `end` fit the pattern of this name; `places` says for each which part of it."""

    name: str
    start: int
    end: int
    places: list[int]


@dataclass(frozen=True)
class Reading:
    """The words of a text, and where each begins and ends in it."""

    words: Doc
    spans: list[tuple[int, int]]

    def has(self, place: int, mark: int) -> bool:
        """Whether the word at `place` bears the mark; False where there is no word."""
        return 0 <= place < len(self.spans) and bool(self.words[place].check_flag(mark))  # type: ignore[attr-defined]

    def is_tight(self, first: int, last: int) -> bool:
        """Whether no space stands between these words and those between them."""
        inner = range(first, last)
        return last < len(self.spans) and all(self.spans[i][1] == self.spans[i + 1][0] for i in inner)

    def capitals_show_something(self) -> bool:
        """Whether few enough words begin with a capital letter that it tells something."""
        words = [word for word in self.words if word.is_alpha and len(word) > 1]
        capitals = sum(word.is_title or word.is_upper for word in words)
        return capitals <= _TOO_MANY_CAPITALS * max(len(words), 3)


class Reader:
    """Splits text into words and matches patterns of marks."""

    def __init__(self) -> None:
        self._vocab = spacy.blank("en").vocab
        self._lock = threading.Lock()  # the readings are forgotten for the whole vocabulary at once

    def mark(self, words: frozenset[str] | Callable[[str], bool]) -> int:
        """A mark for `words` (lower case, no accents), or for words of which a function says so."""
        test = words if callable(words) else partial(_is_in, words)
        return int(self._vocab.add_flag(test))

    def know(self, words: Iterable[str]) -> None:
        """Keep the marks of these words, which saves time. Call it when all marks are made."""
        for word in words:
            self._vocab[word]

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Texts are read within it, and their words are forgotten at its end."""
        with self._lock, self._vocab.memory_zone():
            yield

    def read(self, text: str) -> Reading:
        """The words of `text`, whatever space is between them; only while `forgetting`."""
        spans = [match.span() for match in _WORD.finditer(text)]
        return Reading(Doc(self._vocab, [text[start:end] for start, end in spans]), spans)

    def patterns(
        self, named: Mapping[str, Pattern], longest: bool = False
    ) -> Callable[[Reading], Iterator[Match]]:
        """A function that yields where these patterns match; only the longest of those that overlap."""
        matcher = Matcher(self._vocab, validate=False)  # marks of one's own fail validation
        for name, pattern in named.items():
            matcher.add(name, [pattern], greedy="LONGEST" if longest else None)

        def matches(reading: Reading) -> Iterator[Match]:
            found: Iterable[Any] = matcher(reading.words, with_alignments=True)
            for key, start, end, places in found:
                yield Match(self._vocab.strings[key], start, end, places)

        return matches

    def phrases(self, phrases: frozenset[str]) -> PhraseMatcher:
        """A matcher for each phrase, also with an s at its end."""
        matcher = PhraseMatcher(self._vocab, attr="LOWER")
        ended = [phrase + end for phrase in sorted(phrases) for end in ("", "s", "'s")]
        matcher.add("phrase", [self.read(phrase).words for phrase in ended])
        return matcher


def plain(word: str) -> str:
    """`word` in lower case without accents.

    >>> plain("Zoë")
    'zoe'
    """
    if not word.isascii():
        letters = unicodedata.normalize("NFKD", word)
        word = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return word.lower()


def one_of(*lists: frozenset[str]) -> Mark:
    """A word of these lists, for a pattern."""
    return {"LOWER": {"IN": sorted(frozenset().union(*lists))}}


def none_of(*lists: frozenset[str]) -> Mark:
    """A word of none of these lists, for a pattern."""
    return {"LOWER": {"NOT_IN": sorted(frozenset().union(*lists))}}


def _is_in(words: frozenset[str], word: str) -> bool:
    return plain(word) in words
