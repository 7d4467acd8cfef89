"""A long message is read in parts, and no part of it is left out."""

from __future__ import annotations

import pytest

from bot.nlu.clauses import MOST, clauses


@pytest.mark.parametrize("short", ["", "help", "he hits me", "what is an advocate then"])
def test_a_short_message_has_no_parts(short: str) -> None:
    assert clauses(short) == []


def test_sentences_are_parts() -> None:
    assert clauses("We had a roast. Then he hit me again") == ["We had a roast.", "Then he hit me again"]


@pytest.mark.parametrize("mark", [".", ""])
@pytest.mark.parametrize("count", [30, 100, 400])
def test_every_word_of_a_long_message_is_in_some_part(mark: str, count: int) -> None:
    words = [f"word{number}{mark if number % 5 == 4 else ''}" for number in range(count)]
    parts = clauses(" ".join(words))
    assert set(words) <= set(" ".join(parts).split())
    assert len(parts) <= MOST
