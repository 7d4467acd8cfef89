"""Makes whatever was typed or sent into words that are safe to read."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 2000  # characters; of a longer message the start and the end are read
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
_JOINER = "\u200d"  # holds emoji together


def clean(text: str) -> str:
    """`text` without control characters, invisible marks and floods, at most `LONGEST` long.

    >>> clean("  hello\\x00 there ")
    'hello there'
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    text = _MARKS.sub(r"\1", text)
    visible = (c if c == _JOINER or unicodedata.category(c)[0] != "C" else _gap(c) for c in text)
    return " ".join("".join(visible).split())


def _gap(character: str) -> str:
    return " " if character.isspace() else ""
