"""Every rule and every story is predicted rightly by the real model, and the data has no mistakes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.knowledge.load import ROOT
from bot.training import ensure_model

pytestmark = pytest.mark.rasa
RASA = [sys.executable, "-m", "rasa"]
QUIET = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
STORIES = sorted((ROOT / "data" / "stories").glob("*.yml"))


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RASA, *arguments], cwd=ROOT, env=QUIET, capture_output=True, text=True)


def test_rasa_finds_no_fault_in_the_data() -> None:
    done = rasa("data", "validate", "--fail-on-warnings", "--data", "data/nlu", "data/rules", "data/stories")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_every_story_plays_as_it_is_written(tmp_path: Path) -> None:
    done = rasa(
        "test", "core", "--model", str(ensure_model()), "--stories", "data/stories", "--e2e",
        "--fail-on-prediction-errors", "--no-plot", "--out", str(tmp_path),
    )  # fmt: skip
    failed = tmp_path / "failed_test_stories.yml"
    assert done.returncode == 0, failed.read_text() if failed.exists() else done.stderr[-3000:]


def test_there_are_at_least_forty_conversations_each_with_a_comment() -> None:
    told = [story for path in STORIES for story in yaml.safe_load(path.read_text())["stories"]]
    assert len(told) >= 40
    assert len({story["story"] for story in told}) == len(told)
    for path in STORIES:
        lines = path.read_text().splitlines()
        starts = [number for number, line in enumerate(lines) if line.strip().startswith("- story:")]
        assert [lines[n] for n in starts if not lines[n - 1].strip().startswith("#")] == []


def test_every_turn_of_a_story_shows_what_was_typed() -> None:
    for path in STORIES:
        for story in yaml.safe_load(path.read_text())["stories"]:
            turns = [step for step in story["steps"] if "intent" in step]
            assert [step for step in turns if not step.get("user")] == []
