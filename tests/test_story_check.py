"""`bot stories check` plays stories on the real model and says where it goes another way."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import Knowledge
from bot.privacy.where import FOLDER
from bot.stories.change import REVIEWED
from bot.stories.play import Played, Player
from bot.stories.told import SAFETY, Story, Turn, read_stories
from bot.terminal import ready_agent
from bot.training import fingerprint
from tests.conftest import BOT

pytestmark = pytest.mark.rasa
VISIT = Turn(
    "what happens when a social worker comes round our house", "social_worker_visit", "action_answer"
)
WHY = Turn("but why tho", "follow_why", "action_follow_up")
ODD = "bluebottles in the custard"  # nobody asks about anything with this
HIT = "my step dad hits me every time mum goes to work"
Plays = Callable[..., Played]


@pytest.fixture(scope="module")
def plays(knowledge: Knowledge) -> Plays:
    player = Player(ready_agent(), knowledge)

    def played(*turns: Turn, file: str = REVIEWED, learns: Collection[str] = ()) -> Played:
        return asyncio.run(player.play(Story("a story", "", file, turns), learns))

    return played


def test_a_story_that_goes_as_it_is_written(plays: Plays, knowledge: Knowledge) -> None:
    played = plays(VISIT, WHY)
    assert (played.problems, played.notes) == ([], [])
    assert played.replies[0].startswith(knowledge.say(knowledge.answers["social_worker_visit"].answer)[:60])
    assert played.replies[1] == knowledge.say(knowledge.answers["social_worker_visit"].follow_ups["why"])


def test_a_button_is_pressed_and_not_typed(plays: Plays) -> None:
    more = Turn('/follow_more{"topic": "social_worker_visit"}', "follow_more", "action_follow_up")
    assert plays(VISIT, more).problems == []


def test_a_message_that_is_understood_otherwise_is_named(plays: Plays) -> None:
    (problem,) = plays(VISIT, Turn(ODD, "advocate_get", "action_advocate"), WHY).problems
    assert problem.startswith("Message 2: it is understood as ")
    assert problem.endswith("(advocate_get)")


def test_another_action_than_the_story_says_is_named(plays: Plays) -> None:
    (problem,) = plays(Turn(VISIT.says, VISIT.intent, "action_menu")).problems
    assert problem == "Message 1: it is answered by action_answer, and the story says action_menu"


def test_what_comes_with_a_training_example_is_played_as_if_it_were_learned(
    plays: Plays, knowledge: Knowledge
) -> None:
    played = plays(Turn(ODD, "advocate_what", "action_answer"), WHY, learns={ODD})
    assert played.problems == []
    assert len(played.notes) == 1
    assert "Message 1 is not understood as the story says yet" in played.notes[0]
    assert played.replies[0].startswith(knowledge.say(knowledge.answers["advocate_what"].answer)[:60])


def test_an_example_that_the_model_knows_already_needs_no_note(plays: Plays) -> None:
    assert plays(VISIT, learns={VISIT.says}).notes == []


def test_a_disclosure_in_an_ordinary_story_is_named(plays: Plays) -> None:
    (problem,) = plays(Turn(HIT, "social_worker_visit", "action_answer")).problems
    assert "heard as something wrong" in problem


def test_a_disclosure_is_answered_as_the_story_says(plays: Plays) -> None:
    told = [
        Turn(HIT, reply="levels.urgent", also="phrases.safe_now"),
        Turn("/safe_now", reply="phrases.safe"),
    ]
    assert plays(*told, file=SAFETY).problems == []
    (problem,) = plays(Turn(HIT, reply="levels.emergency"), file=SAFETY).problems
    assert "does not begin with levels.emergency (heard: urgent)" in problem


def test_a_missed_disclosure_with_an_example_stops_the_story_there(plays: Plays) -> None:
    played = plays(Turn(ODD, reply="levels.urgent"), Turn("ta"), file=SAFETY, learns={ODD})
    assert played.problems == []
    assert "is not heard as the story says yet" in played.notes[0]
    assert played.replies == []


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(BOT), "stories", "check", *arguments]
    environment = {**os.environ, FOLDER: str(folder)}
    return subprocess.run(command, input=given, env=environment, capture_output=True, text=True)


def test_the_command_reports_on_a_change(tmp_path: Path) -> None:
    piece = (
        "  # Shows that a visit can be asked about.\n"
        "  - story: a test of the command\n    steps:\n"
        f"      - user: |\n          {VISIT.says}\n        intent: social_worker_visit\n"
        "      - action: action_answer\n"
    )
    item: dict[str, Any] = {"id": 1, "kind": "story", "name": "a test", "touches_safety": False}
    change = json.dumps({"items": [item | {"files": {REVIEWED: piece}}]})
    done = run(tmp_path, "-", "--json", given=change)
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["problems"], report["model"]) == ([], fingerprint())
    assert "social worker" in report["replies"]["a test of the command"][0]
    assert list(tmp_path.glob("**/journal*")) == []  # nobody said it


def test_the_command_plays_every_story_and_keeps_the_result(tmp_path: Path) -> None:
    done = run(tmp_path, "--all")
    kept = json.loads((tmp_path / "stories.json").read_text())
    told = {story.name: story.fingerprint for story in read_stories()}
    assert {name: result["fingerprint"] for name, result in kept["stories"].items()} == told
    broken = {name: result["problems"] for name, result in kept["stories"].items() if result["problems"]}
    assert len(broken) <= 0.06 * len(told), broken  # as many as tests/test_stories.py lets pass
    assert f"{len(told) - len(broken)} of {len(told)} stories play as they are written" in done.stdout
