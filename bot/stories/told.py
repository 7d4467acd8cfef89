"""The stories of `data/` as they are written: what is said, and what the bot must do then."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.load import ROOT, ContentError, Problem

FOLDER = "data/stories"
SAFETY = "data/safety/stories.yml"  # stories with a disclosure, which have a shape of their own
_STARTS = re.compile(r"\s*- story:")
_EXPECTS = ("reply", "also", "topic")


@dataclass(frozen=True)
class Turn:
    """One message of the young person and what must follow; empty where the story does not say.

    `intent` and `action` are what a story of data/stories gives. `reply`, `also` and `topic` are what one of
    data/safety/stories.yml gives: the words that begin the reply, words in it, and the answer given.
    """

    says: str  # what is typed, or what a button sends
    intent: str = ""
    action: str = ""
    reply: str = ""
    also: str = ""
    topic: str = ""

    @property
    def pressed(self) -> bool:
        return self.says.startswith("/")


@dataclass(frozen=True)
class Story:
    """A conversation with a name and a line on what it shows. `file`: where it stands, within the project."""

    name: str
    shows: str
    file: str
    turns: tuple[Turn, ...]

    @property
    def is_safety(self) -> bool:
        return self.file == SAFETY

    @property
    def fingerprint(self) -> str:
        """Changes when a word of it does, so that an approval of other words does not count."""
        words = json.dumps([self.name, [astuple(turn) for turn in self.turns]])
        return hashlib.sha256(words.encode()).hexdigest()


def read_stories(root: Path = ROOT) -> list[Story]:
    """Every story of data/stories and data/safety/stories.yml, file by file.

    Raises ContentError for a file that cannot be read, a story of another shape and a name given twice.
    """
    stories: list[Story] = []
    problems: list[Problem] = []
    for path in [*sorted((root / FOLDER).glob("*.yml")), root / SAFETY]:
        file = str(path.relative_to(root))
        try:
            stories += stories_in(path.read_text(encoding="utf-8"), file)
        except ContentError as error:
            problems += error.problems
    first: dict[str, Story] = {}
    for story in stories:
        if story is not first.setdefault(story.name, story):
            wrong = f"the name is already taken in {first[story.name].file}"
            problems.append(Problem(story.file, story.name, "story", wrong))
    if problems:
        raise ContentError(problems)
    return stories


def stories_in(text: str, file: str) -> list[Story]:
    """The stories of a whole file, or of a piece of one that holds nothing else. Raises ContentError."""
    whole = text if re.search(r"^stories:", text, re.MULTILINE) else f"stories:\n{text}"
    try:
        entries = yaml.load(whole, Loader=yaml.CSafeLoader)["stories"]
        named = [(entry, str(entry["story"])) for entry in entries]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        wrong = f"is no list of stories: {error}".replace("\n", " ")
        raise ContentError([Problem(file, "the file", "stories", wrong)]) from error
    stories, problems = [], []
    for (entry, name), comment in zip(named, _comments(whole), strict=True):
        try:
            turns = tuple(_safety_turns(entry) if file == SAFETY else _turns(entry))
        except _ShapeError as error:
            problems.append(Problem(file, name, error.field, error.wrong))
            continue
        stories.append(Story(name, str(entry.get("why", comment)), file, turns))
    if problems:
        raise ContentError(problems)
    return stories


def read_rules(root: Path = ROOT) -> dict[str, str]:
    """The action that answers each intent, by the one-turn rules of data/rules."""
    actions = {}
    for path in sorted((root / "data" / "rules").glob("*.yml")):
        for rule in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["rules"]:
            heard, done = rule["steps"]
            actions.update({step["intent"]: done["action"] for step in heard.get("or", [heard])})
    return actions


class _ShapeError(Exception):
    def __init__(self, field: str, wrong: str) -> None:
        self.field, self.wrong = field, wrong


def _turns(entry: Mapping[str, Any]) -> Iterator[Turn]:
    """Of data/stories: what is typed with its intent, then the action, and so on."""
    steps = _listed(entry, "steps")
    if len(steps) % 2:
        raise _ShapeError("steps", "each message is followed by exactly one action")
    for number, (said, done) in enumerate(zip(steps[::2], steps[1::2], strict=True), 1):
        if set(said) != {"user", "intent"} or set(done) != {"action"}:
            raise _ShapeError(f"message {number}", "needs user and intent, and then an action")
        yield Turn(says=str(said["user"]).strip(), intent=str(said["intent"]), action=str(done["action"]))


def _safety_turns(entry: Mapping[str, Any]) -> Iterator[Turn]:
    """Of data/safety/stories.yml: what is typed or tapped, and what the reply must hold."""
    for number, turn in enumerate(_listed(entry, "turns"), 1):
        if len({"says", "taps"} & set(turn)) != 1 or set(turn) - {"says", "taps", *_EXPECTS}:
            raise _ShapeError(f"message {number}", "needs says or taps, and may have reply, also and topic")
        expects = {field: str(turn.get(field, "")) for field in _EXPECTS}
        yield Turn(says=str(turn.get("says") or turn["taps"]), **expects)


def _listed(entry: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    listed = entry.get(field)
    if not listed or not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise _ShapeError(field, "is not a list of messages")
    return listed


def _comments(text: str) -> Iterator[str]:
    """The comment above each story, in one line."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _STARTS.match(line):
            above = number
            while above and lines[above - 1].strip().startswith("#"):
                above -= 1
            yield " ".join(comment.strip().removeprefix("#").strip() for comment in lines[above:number])
