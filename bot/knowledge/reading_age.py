"""How old a reader has to be to read a text with ease."""

from __future__ import annotations

import re
from collections.abc import Iterable

import textstat

LIMIT = 11.0  # years; the brief is a reading age of 9 to 11
_PLACEHOLDER = re.compile(r"\{\w+\.(\w+)\}")
_SPOKEN = {"phone": "12", "text": "text 12", "web": "the site", "name": "the line"}
_BULLET = re.compile(r"(?m)^- (.*?)[.;,]?$")


def reading_age(text: str, needs_words: Iterable[str] = ()) -> float:
    """Reading age of `text` in years: Flesch-Kincaid grade plus 5.

    Placeholders count as the short things they become, bullets as sentences, and
    each of `needs_words` (legal words that the text explains) as the word "plan".
    """
    text = _PLACEHOLDER.sub(lambda match: _SPOKEN.get(match[1], "the line"), text)
    text = _BULLET.sub(r"\1.", text)
    for word in sorted(needs_words, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(word)}(s|'s)?\b", "plan", text, flags=re.IGNORECASE)
    return float(textstat.flesch_kincaid_grade(text)) + 5
