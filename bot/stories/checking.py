"""Checks changes and stories as `bot stories check` does: in a copy of `data/`, then on the present model."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.knowledge import shared
from bot.knowledge.load import ROOT, ContentError, Problem
from bot.privacy.where import data_folder
from bot.stories.apply import try_out
from bot.stories.change import Change
from bot.stories.told import Story, read_stories
from bot.training import fingerprint, model_file

if TYPE_CHECKING:
    from bot.stories.play import Played
Report = dict[str, Any]
NO_MODEL = (
    "There is no model for the present content yet. `bot train` makes it, which takes about 30 minutes."
)


class NoModelError(Exception):
    """The content has changed since the last training."""


def results_file() -> Path:
    """Where the last check of all stories is kept."""
    return data_folder() / "stories.json"


def check_change(change: Change) -> Report:
    """Whether each story of `change` may go into `data/` and plays as it is written, for the review room.

    `problems` are sentences, empty when all is well; `replies` what the bot said, by story and turn.
    Raises NoModelError.
    """
    report: Report = {"model": fingerprint(), "at": _now(), "problems": [], "notes": [], "replies": {}}
    with TemporaryDirectory() as folder:
        try:
            try_out(change, ROOT, Path(folder))
        except ContentError as error:
            report["problems"] = [_sentence(problem) for problem in error.problems]
            return report
    stories = {story: item.learned() for item in change.items for story in item.stories()}
    for story, played in _play(stories).items():
        report["problems"] += played.problems
        report["notes"] += played.notes
        report["replies"][story.name] = played.replies
    return report


def check_all() -> Report:
    """Play every story of `data/` and keep what came of it in `results_file`. Raises NoModelError."""
    report: Report = {"model": fingerprint(), "at": _now(), "stories": {}}
    for story, played in _play(dict.fromkeys(read_stories(), ())).items():
        report["stories"][story.name] = {
            "fingerprint": story.fingerprint,
            "problems": played.problems,
            "replies": played.replies,
        }
    unfinished = results_file().with_suffix(".new")
    unfinished.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(results_file())
    return report


def _play(stories: Mapping[Story, Collection[str]]) -> dict[Story, Played]:
    """What came of each story, given the messages that come as examples with it. Raises NoModelError."""
    model = model_file()
    if not stories:
        return {}
    if not model.exists():
        raise NoModelError(NO_MODEL)
    from bot.agent import load_agent
    from bot.stories.play import Player

    async def play_all(player: Player) -> dict[Story, Played]:
        return {story: await player.play(story, learns) for story, learns in stories.items()}

    with (data_folder() / "check.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one model at a time: it takes half a gigabyte
        # No endpoints: conversations in memory and actions here, whatever the server beside has.
        return asyncio.run(play_all(Player(load_agent(model, Path("/dev/null")), shared())))


def _sentence(problem: Problem) -> str:
    return f"{problem.field[0].upper()}{problem.field[1:]}: {problem.wrong}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
