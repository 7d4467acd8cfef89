"""Reads data/safety/examples: what a disclosure sounds like, and what only looks like one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
SPEAKERS = ("young person", "adult", "professional", "offender")
_FIELDS = {"level", "categories", "voice", "style", "speaker", "messages"}


@dataclass(frozen=True)
class Example:
    """`style` says how it is said: "indirect", "gaming"; "safe_now" answers "are you safe right now?"."""

    text: str
    level: str
    categories: tuple[str, ...]
    speaker: str
    style: str


def read_examples(root: Path = ROOT) -> list[Example]:
    """Every example of data/safety/examples.

    Raises ContentError for an unknown field, level, category or speaker, and for a message that
    stands there with two levels.
    """
    folder = root / "data" / "safety" / "examples"
    examples: dict[tuple[str, str], Example] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.yml")):
        file = str(path.relative_to(root))
        try:
            blocks = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["examples"]
        except (yaml.YAMLError, KeyError, TypeError) as error:
            problems.append(Problem(file, "the file", "examples", str(error).replace("\n", " ")))
            continue
        for number, block in enumerate(blocks, 1):
            faults = list(_faults(block))
            problems += [Problem(file, f"block {number}", field, wrong) for field, wrong in faults]
            if faults:
                continue
            for example in _messages(block):
                first = examples.setdefault((example.text.casefold(), example.style), example)
                if first.level != example.level:
                    wrong = f"{example.text!r} is {first.level} elsewhere and {example.level} here"
                    problems.append(Problem(file, f"block {number}", "level", wrong))
    if problems:
        raise ContentError(problems)
    return list(examples.values())


def _faults(block: dict[str, Any]) -> Iterator[tuple[str, str]]:
    level, categories = block.get("level"), block.get("categories") or []
    if strange := set(block) - _FIELDS:
        yield "the block", f"unknown: {sorted(strange)}"
    if level not in LEVELS:
        yield "level", f"unknown: {level!r}"
    if strange := set(categories) - set(CATEGORIES):
        yield "categories", f"unknown: {sorted(strange)}"
    if (level == LEVELS[0]) == bool(categories):
        yield "categories", "a disclosure has at least one, and what is harmless has none"
    if block.get("speaker", SPEAKERS[0]) not in SPEAKERS:
        yield "speaker", f"unknown: {block['speaker']!r}"
    if not isinstance(block.get("messages"), str):
        yield "messages", "must be lines of text"


def _messages(block: dict[str, Any]) -> Iterator[Example]:
    for line in filter(None, map(str.strip, block["messages"].splitlines())):
        yield Example(
            text=line.removeprefix("- "),
            level=block["level"],
            categories=tuple(block.get("categories") or ()),
            speaker=block.get("speaker", SPEAKERS[0]),
            style=block.get("style", ""),
        )
