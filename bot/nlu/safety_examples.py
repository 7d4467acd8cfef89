"""Reads data/safety/examples: what a disclosure sounds like, and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.knowledge.load import ROOT, ContentError, Problem

LEVELS = ("none", "concern", "urgent", "emergency")
CATEGORIES = (
    "immediate_danger",
    "medical_emergency",
    "suicide",
    "self_harm",
    "physical_abuse",
    "sexual_abuse",
    "emotional_abuse",
    "neglect",
    "domestic_abuse",
    "exploitation",
    "online_abuse",
    "running_away",
    "harmful_practice",
    "friend_at_risk",
    "low_mood",
    "bullying",
    "eating_disorder",
    "substance_use",
    "bereavement",
)


@dataclass(frozen=True)
class Example:
    text: str
    level: str
    categories: tuple[str, ...]


def read_examples(root: Path = ROOT) -> list[Example]:
    """Every example of data/safety/examples. Raises ContentError for an unknown level or category."""
    examples: list[Example] = []
    problems: list[Problem] = []
    for path in sorted((root / "data" / "safety" / "examples").glob("*.yml")):
        for number, block in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))["examples"], 1):
            level, categories = block["level"], tuple(block.get("categories") or ())
            unknown = ({level} - set(LEVELS)) | (set(categories) - set(CATEGORIES))
            if unknown:
                problems.append(Problem(path.name, f"block {number}", "level", f"unknown: {sorted(unknown)}"))
            lines = filter(None, map(str.strip, block["messages"].splitlines()))
            examples += [Example(line.removeprefix("- "), level, categories) for line in lines]
    if problems:
        raise ContentError(problems)
    return examples
