"""Cuts a long message into the parts that can each say something of their own."""

from __future__ import annotations

import re

SHORTEST = 3  # words; shorter pieces say too little on their own
MOST = 12
_END = re.compile(r"(?<=[.?!;\n])\s+|\s+-\s+|,\s+(?=\w+ \w+ \w+)")
_STRETCH, _STEP = 16, 8  # words, of a message that has no marks to cut at


def clauses(text: str) -> list[str]:
    """The parts of `text`, and of one without punctuation its overlapping stretches; none if it is short."""
    words = text.split()
    if len(words) < 2 * SHORTEST:
        return []
    parts = [part for part in _END.split(text) if part and len(part.split()) >= SHORTEST]
    if len(parts) < 2 and len(words) > _STRETCH + _STEP:
        parts = [" ".join(words[start : start + _STRETCH]) for start in range(0, len(words) - _STEP, _STEP)]
    return parts[:MOST] if len(parts) > 1 else []
