"""Every rule and every story is predicted rightly by the real model, and the data has no mistakes."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.shared.core.events import ActionExecuted, UserUttered

from bot.channels.turn import Turns
from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT
from bot.privacy.event_record import RASAS_OWN
from bot.privacy.pseudonyms import pseudonym
from bot.terminal import ready_agent

pytestmark = pytest.mark.rasa
RASA = [sys.executable, "-m", "rasa"]
QUIET = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
STORIES = sorted((ROOT / "data" / "stories").glob("*.yml"))


def told() -> list[dict[str, Any]]:
    """Every story of data/stories."""
    return [story for path in STORIES for story in yaml.safe_load(path.read_text())["stories"]]


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RASA, *arguments], cwd=ROOT, env=QUIET, capture_output=True, text=True)


def test_rasa_finds_no_fault_in_the_data() -> None:
    done = rasa("data", "validate", "--fail-on-warnings", "--data", "data/nlu", "data/rules", "data/stories")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


heard_turns: list[str] = []
false_alarms: list[str] = []


@pytest.fixture(scope="module")
def agent() -> Agent:
    return ready_agent()


@pytest.mark.parametrize("story", told(), ids=lambda story: story["story"])
async def test_the_story_plays_as_it_is_written(
    story: dict[str, Any], agent: Agent, knowledge: Knowledge
) -> None:
    turns = Turns("story", knowledge, agent.handle_message)
    conversation = pseudonym("story", story["story"])
    heard = 0
    for said, done in pairwise(story["steps"]):
        if "intent" not in said:
            continue
        await turns.take(story["story"], said["user"])
        tracker = await agent.tracker_store.retrieve(conversation)
        messages = [event for event in tracker.events if isinstance(event, UserUttered)]
        heard_turns.append(said["user"])
        if (messages[-1].parse_data.get("safety") or {}).get("level", "none") != "none":
            false_alarms.append(said["user"])
            return  # counted below: one wrong alarm does not make the story wrong
        acted = [e.action_name for e in tracker.events if isinstance(e, ActionExecuted)]
        heard += 1
        assert messages[-1].intent_name == said["intent"], said["user"]
        assert [name for name in acted if name not in RASAS_OWN][-1] == done["action"]
    assert heard == len([step for step in story["steps"] if "intent" in step])


def test_hardly_any_turn_of_a_story_raises_a_false_alarm() -> None:
    assert len(false_alarms) <= 0.06 * len(heard_turns), false_alarms


def test_there_are_at_least_forty_conversations_each_with_a_comment() -> None:
    stories = told()
    assert len(stories) >= 40
    assert len({story["story"] for story in stories}) == len(stories)
    for path in STORIES:
        lines = path.read_text().splitlines()
        starts = [number for number, line in enumerate(lines) if line.strip().startswith("- story:")]
        assert [lines[n] for n in starts if not lines[n - 1].strip().startswith("#")] == []


def test_every_turn_of_a_story_shows_what_was_typed() -> None:
    for path in STORIES:
        for story in yaml.safe_load(path.read_text())["stories"]:
            turns = [step for step in story["steps"] if "intent" in step]
            assert [step for step in turns if not step.get("user")] == []
