"""The conversations of data/safety/stories.yml go on the real bot as they are written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT
from bot.stories.play import words_of
from tests.conftest import Chat

pytestmark = pytest.mark.rasa
STORIES = yaml.safe_load((ROOT / "data" / "safety" / "stories.yml").read_text(encoding="utf-8"))["stories"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["story"])
def test_the_conversation_goes_as_it_is_written(
    chat: Chat, knowledge: Knowledge, story: dict[str, Any]
) -> None:
    for turn in story["turns"]:
        replies = chat.replies(turn.get("says") or turn["taps"])
        said = "\n\n".join(reply["text"] for reply in replies)
        if "reply" in turn:
            assert said.startswith(words_of(knowledge, turn["reply"])), turn
        if "also" in turn:
            assert words_of(knowledge, turn["also"]) in said, turn
        if "topic" in turn:
            assert replies[0]["custom"]["topic"] == turn["topic"], turn
