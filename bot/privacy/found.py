"""A personal detail found in a text, and how to hide what is already known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

HIDDEN = "\ufffc"  # stands for each letter of what nobody has to look at again; no word, no digit, no space


class Found(NamedTuple):
    """`text[start:end]` is a detail of this kind ("name", "phone", ...)."""

    start: int
    end: int
    kind: str


def hide(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with every letter within `spans` hidden; its length stays the same."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            start = max(start, at)
            pieces += [text[at:start], HIDDEN * (end - start)]
            at = end
    return "".join([*pieces, text[at:]])


def spans(found: Iterable[Found]) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end, _ in found)
