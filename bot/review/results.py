"""What came of the last check of all stories, as `bot stories check --all` kept it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.stories.checking import results_file
from bot.stories.told import Story
from bot.training import fingerprint


@dataclass(frozen=True)
class Result:
    """Of one story. `problems`: where it went another way; None if it was not checked on this model."""

    problems: list[str] | None = None
    replies: list[str] = field(default_factory=list)  # what the bot said, when these words were last played

    @property
    def says(self) -> str:
        if self.problems is None:
            return "Not checked on this model"
        return "Does not play as written" if self.problems else "Plays as written"


class Results:
    """The last check. One of another model tells nothing about the present one."""

    def __init__(self) -> None:
        file = results_file()
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self._stories = report.get("stories", {})
        self.is_present = report.get("model") == fingerprint()
        self.at = datetime.fromisoformat(report["at"]) if report else None

    def of(self, story: Story) -> Result:
        found = self._stories.get(story.name)
        if not found or found["fingerprint"] != story.fingerprint:
            return Result()
        return Result(found["problems"] if self.is_present else None, found["replies"])
