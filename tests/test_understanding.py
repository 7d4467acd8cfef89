"""Messages are understood well enough, on messages that were written apart and never trained on."""

from __future__ import annotations

import asyncio

import pytest
import yaml

from bot.knowledge.load import ROOT
from bot.measure import Score, _understand, read, score

pytestmark = pytest.mark.rasa
MESSAGES = ROOT / "tests" / "messages"


@pytest.fixture(scope="module", params=["test.yml", "validation.yml"])
def measured(request: pytest.FixtureRequest) -> Score:
    messages = read(MESSAGES / request.param)
    found = score(messages, asyncio.run(_understand(message.text for message in messages)))
    print(f"\n{request.param}: {found}")
    return found


def test_most_questions_are_answered_rightly(measured: Score) -> None:
    assert measured.right >= 0.91


def test_nearly_every_question_is_answered_or_offered(measured: Score) -> None:
    assert measured.right_or_offered >= 0.95


def test_what_the_bot_cannot_help_with_is_refused_or_asked_about(measured: Score) -> None:
    assert measured.refused_or_asked >= 0.90


def test_nothing_that_is_measured_was_trained_on() -> None:
    trained = set()
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(path.read_text())["nlu"]:
            trained |= {line.removeprefix("- ").strip().casefold() for line in block["examples"].splitlines()}
    for name in ("test.yml", "validation.yml"):
        held = {message.text.casefold() for message in read(MESSAGES / name) if len(message.text.split()) > 3}
        assert held & trained == set()


def test_every_topic_has_at_least_forty_messages_by_several_voices() -> None:
    messages: dict[str, int] = {}
    voices: dict[str, int] = {}
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(path.read_text())["nlu"]:
            messages[block["intent"]] = messages.get(block["intent"], 0) + len(block["examples"].splitlines())
            voices[block["intent"]] = voices.get(block["intent"], 0) + 1
    topics = [t for t in messages if not t.startswith("follow_") and t != "not_sure"]
    assert len(topics) == 82
    assert [t for t in topics if messages[t] < 40] == []
    assert [t for t in topics if t != "out_of_scope" and voices[t] < 5] == []
    assert messages["out_of_scope"] >= 600
