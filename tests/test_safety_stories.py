"""The conversations of data/safety/stories.yml go on the real bot as they are written."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT
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
            assert said.startswith(words(knowledge, turn["reply"])), turn
        if "also" in turn:
            assert words(knowledge, turn["also"]) in said, turn
        if "topic" in turn:
            assert replies[0]["custom"]["topic"] == turn["topic"], turn


def words(knowledge: Knowledge, field: str) -> str:
    """What the bot says for `field`: levels.urgent, phrases.safe, languages.polish."""
    kind, name = field.split(".", 1)
    if kind == "languages":
        return knowledge.say(knowledge.help_cards[name].card)
    return knowledge.say(knowledge.safety.texts()[field])
