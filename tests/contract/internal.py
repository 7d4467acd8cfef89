"""What no reply may hold: names of our own code, of libraries, of files, of the machinery."""

from __future__ import annotations

import re

MACHINERY = re.compile(
    r"Traceback|site-packages|sqlalchemy|sqlite|psycopg|sanic|django|\brasa\b|NoneType|\w+(?:Error|Exception)\b|"
    r"/(?:work|home|usr|etc|tmp)/\w|\.py\b|\bat 0x[0-9a-f]{6}",
    re.I,
)
# No sentence for a young person has a word_with_underscores, a gap that was not filled or a button's payload.
IN_WORDS = re.compile(
    r"\b[a-z]+_[a-z]+|\{\w*\.?\w*\}|<[a-z_]+>|\bNone\b|\bnull\b|\bslot\b"
    r"|(?<!\S)/(?!(?:start|help|menu|privacy|hide|delete)\b)[a-z]{3,}\b"
)


def is_for_people(words: str) -> bool:
    """Whether `words` show nothing of what the bot is made of."""
    return not MACHINERY.search(words) and not IN_WORDS.search(words)
