"""Cuts a long message into the parts that can each say something of their own."""

from __future__ import annotations

import re

SHORTEST = 3  # words; shorter pieces say too little on their own
MOST = 48  # parts; of a very long message each holds several clauses, so that none is left out
_END = re.compile(r"(?<=[.?!;\n])\s+|\s+-\s+|,\s+(?=\w+ \w+ \w+)")
_STEP = 8  # words; a message that has no marks to cut at is read in overlapping stretches of twice that


def clauses(text: str) -> list[str]:
    """The parts of `text`, and of one without punctuation its overlapping stretches; none if it is short.

    >>> clauses("we had a roast. my uncle scares me a lot")
    ['we had a roast.', 'my uncle scares me a lot']
    """
    words = text.split()
    if len(words) < 2 * SHORTEST:
        return []
    parts = [part for part in _END.split(text) if part and len(part.split()) >= SHORTEST]
    if len(parts) < 2 and len(words) > 3 * _STEP:
        step = max(_STEP, -(-len(words) // MOST))
        return [" ".join(words[start : start + 2 * step]) for start in range(0, len(words) - step, step)]
    together = -(-len(parts) // MOST)
    parts = [" ".join(parts[start : start + together]) for start in range(0, len(parts), max(1, together))]
    return parts if len(parts) > 1 else []
