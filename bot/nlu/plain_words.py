"""Writes a message in plain words, as the safety screen reads it.

Look-alike letters, l e t t e r s  a p a r t, loooong letters, text-speak, emoji and
misspelt words of danger hide what is said from anything that learned from ordinary
spelling. The lists are in data/safety/spelling.yml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from math import log
from pathlib import Path

import yaml
from confusable_homoglyphs import confusables
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.load import ROOT

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_", re.UNICODE)
_APART = re.compile(r"(?<!\w)(?:\w[\s.\-_*,]{1,3}){2,}\w(?!\w)")
_HIDDEN = re.compile(r"(?<=\w)[*.\-_](?=\w)")
_RUN = re.compile(r"(\w)\1{2,}")
_MACHINE = dict.fromkeys(map(ord, '{}[]<>|\\"'), " ")  # signs of code, which words may hide behind
_DIGITS = str.maketrans("013457@$", "oieasta" + "s")
_LEAST = {4: 1, 7: 2}  # letters of a word: how many slips of the pen it may hold


class PlainWords:
    """`plain(text)` is `text` in lower case and plain spelling; what is spelt well stays as it is."""

    def __init__(self, vocabulary: Mapping[str, int], root: Path = ROOT) -> None:
        """`vocabulary` gives the rank of each well-known English word, the commonest lowest."""
        lists = yaml.safe_load((root / "data" / "safety" / "spelling.yml").read_text(encoding="utf-8"))
        self._short_for: dict[str, str] = dict(lists["short_for"])
        self._danger: tuple[str, ...] = tuple(lists["safety_words"])
        self._emoji = {sign.replace("\ufe0f", ""): f" {word} " for sign, word in lists["emoji"].items()}
        self._rank = {w: r for w, r in vocabulary.items() if w.isalpha() and (len(w) > 1 or w in "ia")}
        self._known = frozenset(self._rank) | frozenset(self._danger)

    def plain(self, text: str) -> str:
        text = text.replace("’", "'").replace("\ufe0f", "").translate(_MACHINE)
        text = "".join(self._emoji.get(sign, sign) for sign in text)
        text = _APART.sub(lambda run: self._together(run[0]), latin(text).lower())
        words = (self._word(word) for word in self._split(text))
        return " ".join(word for word in words if word)

    def _split(self, text: str) -> list[str]:
        """Words and signs; stars and dots that hide letters within a word stay in it."""
        pieces: list[str] = []
        for chunk in text.split():
            hidden = _HIDDEN.search(chunk) and self._unhidden(chunk)
            pieces += [hidden] if hidden else _WORD.findall(chunk)
        return pieces

    def _unhidden(self, chunk: str) -> str | None:
        bare = re.sub(r"[*.\-_]", "", chunk)
        if bare in self._danger or (bare in self._known and "*" not in chunk and chunk.count(".") > 1):
            return bare
        if "*" not in chunk:
            return None
        shape = re.compile("".join("." if letter == "*" else re.escape(letter) for letter in chunk))
        return next((word for word in ("kill", "rape", *self._danger) if shape.fullmatch(word)), None)

    @lru_cache(maxsize=4096)  # noqa: B019  # there is one of these for each process
    def _word(self, word: str) -> str:
        bare = word.replace("'", "")
        if bare in self._short_for:
            return self._short_for[bare]
        if bare in self._known or not any(map(str.isalpha, bare)):
            return bare
        if any(map(str.isdigit, bare)) and (spelt := bare.translate(_DIGITS)) in self._known:
            return spelt
        for times in (2, 1):
            shorter = _RUN.sub(lambda run, times=times: run[1] * times, bare)  # type: ignore[misc]
            if shorter in self._short_for:
                return self._short_for[shorter]
            if shorter in self._known:
                return shorter
        return self._nearest(_RUN.sub(r"\1", bare))

    def _nearest(self, word: str) -> str:
        """The word of danger that `word` misspells, or `word` itself."""
        slips = max((most for letters, most in _LEAST.items() if len(word) >= letters), default=0)
        alike = [danger for danger in self._danger if danger[0] == word[0]] if slips else []
        found = process.extractOne(word, alike, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word

    def _together(self, run: str) -> str:
        """Letters written apart, joined into the likeliest words."""
        letters = "".join(filter(str.isalnum, run))
        best: list[tuple[float, list[str]]] = [(0.0, [])]
        for end in range(1, len(letters) + 1):
            ways = [(best[end - 1][0] + 30.0, [*best[end - 1][1], letters[end - 1]])]
            for start in range(max(0, end - 14), end):
                word = letters[start:end]
                if word in self._known:
                    cost = log(self._rank.get(word, 5000) + 10) + 4
                    ways.append((best[start][0] + cost, [*best[start][1], word]))
            best.append(min(ways))
        joined = " ".join(best[-1][1])
        return joined if max(map(len, best[-1][1]), default=0) > 2 else run


def latin(text: str) -> str:
    """`text` with the look-alikes of Latin letters undone, where most of it is written in Latin letters."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = [letter for letter in letters if not _is_latin(letter)]
    if not foreign or len(foreign) * 2 > len(letters):
        return text
    return "".join(letter if letter.isascii() else _look_alike(letter) for letter in text)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


@lru_cache(maxsize=4096)
def _look_alike(letter: str) -> str:
    if not letter.isalpha() or _is_latin(letter):
        return letter
    found = confusables.is_confusable(letter, greedy=True, preferred_aliases=["latin"]) or []
    for alike in (glyph["c"] for entry in found for glyph in entry["homoglyphs"]):
        base = unicodedata.normalize("NFKD", alike.replace("ĸ", "k"))[0]
        if base.isascii() and base.isalpha():
            return str(base)
    return letter
