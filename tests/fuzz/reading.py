"""All that reads a message before the model does, in the order in which it is done, and what must hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from bot.channels.clean import LONGEST, clean
from bot.knowledge import shared
from bot.nlu.clauses import MOST, clauses
from bot.nlu.encoder import export, shared_encoder
from bot.nlu.plain_words import PlainWords
from bot.nlu.safety_patterns import SafetyPatterns
from bot.privacy.redaction import Redactor
from bot.privacy.words import shared_words


def make_reader() -> Callable[[str], None]:
    """A function that reads a text and raises AssertionError where a promise is broken."""
    export()
    spelling = PlainWords(shared_encoder().vocabulary())
    patterns, redactor = SafetyPatterns(spelling), Redactor(shared_words(), shared())

    def read(text: str) -> None:
        cleaned = clean(text)
        assert len(cleaned) <= LONGEST
        assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co")]
        parts = clauses(cleaned)
        assert len(parts) <= MOST
        for part in (cleaned, *parts):
            patterns.find(spelling.plain(part))
        for said in (cleaned, text.encode("utf-8", "replace").decode("utf-8")[: 2 * LONGEST]):
            stored = redactor.redacted(said).text
            assert redactor.redacted(stored).text == stored, "redacted twice is not redacted once"

    return read
