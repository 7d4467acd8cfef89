"""Makes whatever was typed or sent into words that are safe to read."""

from __future__ import annotations

import re
import unicodedata

from bot.channels.long_messages import in_short

LONGEST = 2000  # characters that are understood; which of a longer message, long_messages.py chooses
_MOST = 100_000  # characters that are looked at; of more the start and the end
# Those that belong to a letter are one character with it by now; these strike words out or flood them.
_MARKS = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
_JOINER = "\u200d"  # holds emoji together
_HIDING = re.compile(rf"{_MARKS}+|(?<![^\w\s]){_JOINER}+")  # a joiner within a word only hides it
_LINE = re.compile(r"(?<=[^\W_])[ \t]*[\r\n]+\s*(?=\S)")  # a line that ends without a mark says one thing
_FLOOD = re.compile(r"(\D.{0,59}?)\1{7,}")  # the same again and again; a long number stays as it is


def clean(text: str) -> str:
    """`text` without control characters, invisible marks and floods, at most `LONGEST` long.

    >>> clean("  hello\\x00 there ")
    'hello there'
    """
    if len(text) > _MOST:
        text = f"{text[: _MOST // 2]} {text[-_MOST // 2 :]}"
    text = _LINE.sub(". ", text)
    # What cannot be seen goes first, and the cut comes last: neither can then push words out of what is read.
    unseen = {ord(c): _gap(c) for c in set(text) if c != _JOINER and unicodedata.category(c)[0] == "C"}
    text = unicodedata.normalize("NFKC", text.translate(unseen))
    text = unicodedata.normalize("NFKC", _HIDING.sub("", text))
    return _FLOOD.sub(r"\1\1\1", in_short(" ".join(text.split()), LONGEST))


def _gap(character: str) -> str:
    return " " if character.isspace() else ""
