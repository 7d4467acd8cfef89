"""Old and new words beside each other, with what went and what came marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(NamedTuple):
    """Some words, and whether they stand on this side only."""

    words: str
    is_changed: bool


def compared(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The pieces of `old` and those of `new`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    left, right = [], []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if a < b:
            left.append(Piece("".join(before[a:b]), kind != "equal"))
        if c < d:
            right.append(Piece("".join(after[c:d]), kind != "equal"))
    return left, right
