"""Puts a change into `data/`, all of it or nothing, and never twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.knowledge import load
from bot.knowledge.load import ROOT, ContentError, Problem
from bot.nlu.safety_examples import read_examples
from bot.stories.change import (
    EXAMPLES,
    GUIDE,
    SAFETY_EXAMPLES,
    TOPIC_EXAMPLES,
    Change,
    Item,
    approvals_needed,
)
from bot.stories.contradictions import contradictions
from bot.stories.insert import add_examples, add_safety_examples, add_stories, edit_answer, messages_in
from bot.stories.made_up import personal_details
from bot.stories.told import FOLDER, SAFETY, read_rules, read_stories


def apply(change: Change, root: Path = ROOT) -> list[str]:
    """Put `change` into the files of `root` and name those that changed; none if it is all there already.

    Raises ContentError with every fault found, and OSError; nothing is changed then.
    """
    problems = [problem for item in change.items for problem in _not_approved(item)]
    if problems:
        raise ContentError(problems)
    with TemporaryDirectory() as folder:
        changed = try_out(change, root, Path(folder))
        _take_over(changed, Path(folder), root)
    return changed


def try_out(change: Change, root: Path, trial: Path) -> list[str]:
    """Put `change` into a copy of `data/` in the empty folder `trial`, and check all of it there.

    Names the files that changed. Raises ContentError with every fault found.
    """
    shutil.copytree(root / "data", trial / "data")
    problems: list[Problem] = []
    for item in change.items:
        try:
            problems += _personal(item)
        except (ContentError, yaml.YAMLError) as error:
            problems += _problems(error, f"proposal {item.id}")
            continue
        for file, piece in item.files.items():
            try:
                _put(trial / file, file, piece, item)
            except (ContentError, yaml.YAMLError) as error:
                problems += _problems(error, file)
    problems = problems or list(_faults(change, trial))
    if problems:
        raise ContentError(problems)
    files = {file for item in change.items for file in item.files}
    return sorted(file for file in files if _read(trial / file) != _read(root / file))


def _problems(error: ContentError | yaml.YAMLError, file: str) -> list[Problem]:
    if isinstance(error, ContentError):
        return error.problems
    return [Problem(file, "the change", "-", str(error).replace("\n", " "))]


def _put(path: Path, file: str, piece: str, item: Item) -> None:
    text = _read(path)
    if file == SAFETY or file.startswith(FOLDER):
        text = add_stories(text, piece, file)
    elif not text:
        raise ContentError([Problem(file, item.name, "-", "there is no such file")])
    elif file.startswith(TOPIC_EXAMPLES):
        text = add_examples(text, piece, file)
    elif file.startswith(SAFETY_EXAMPLES):
        text = add_safety_examples(text, piece, file)
    else:
        text = edit_answer(text, piece, item.before, file)
    path.write_text(text, encoding="utf-8")


def _personal(item: Item) -> Iterator[Problem]:
    """Nobody's details go into data/, whoever made the file."""
    if item.kind != "story":
        return
    for story in item.stories():
        for number, turn in enumerate(story.turns, 1):
            if not turn.pressed and personal_details(turn.says):
                yield Problem(story.file, story.name, f"message {number}", "holds a personal detail")
    for file, piece in item.files.items():
        if file.startswith(EXAMPLES) and any(map(personal_details, messages_in(piece, file))):
            yield Problem(file, item.name, "examples", "hold a personal detail")


def _faults(change: Change, root: Path) -> Iterator[Problem]:
    """What is wrong in the copy once everything is in it."""
    files = {file for item in change.items for file in item.files}
    new = {(file, item.name) for item in change.items for file in item.files}
    try:
        found = contradictions(read_stories(root), read_rules(root))
        yield from (problem for problem in found if (problem.file, problem.entry) in new)
        if any(file.startswith(TOPIC_EXAMPLES) for file in files):
            yield from _said_twice(root, files)
        if any(file.startswith(SAFETY_EXAMPLES) for file in files):
            read_examples(root)
        if any(file.startswith((GUIDE, SAFETY)) for file in files):
            knowledge = load(root)
            yield from (p for item in change.items for p in _unknown_words(item, knowledge))
    except ContentError as error:
        yield from error.problems


def _unknown_words(item: Item, knowledge: Any) -> Iterator[Problem]:
    """A story of data/safety may only name words and answers that there are."""
    cards = {f"languages.{name}" for name in knowledge.help_cards}
    known = {"reply": cards | set(knowledge.safety.texts()), "topic": set(knowledge.answers)}
    known["also"] = known["reply"]
    for story in item.stories() if SAFETY in item.files else ():
        for number, turn in enumerate(story.turns, 1):
            for field, names in known.items():
                if (name := getattr(turn, field)) and name not in names:
                    yield Problem(SAFETY, story.name, f"message {number}", f"{field}: there is no {name!r}")


def _said_twice(root: Path, files: Iterable[str]) -> Iterator[Problem]:
    """A message that is an example of two topics teaches neither."""
    topics: dict[str, tuple[str, str]] = {}
    paths = sorted((root / "data" / "nlu").glob("*.yml"), key=lambda path: f"data/nlu/{path.name}" in files)
    for path in paths:
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for line in filter(None, map(str.strip, block["examples"].splitlines())):
                message = line.removeprefix("- ").casefold()
                topic, file = topics.setdefault(message, (block["intent"], path.name))
                if topic != block["intent"]:
                    wrong = f"one of its messages is an example of {topic} in data/nlu/{file} too"
                    yield Problem(f"data/nlu/{path.name}", block["intent"], "examples", wrong)


def _not_approved(item: Item) -> Iterator[Problem]:
    people = {approved.number for approved in item.approvals}
    needed = approvals_needed(item.touches_safety)
    if len(people) < needed:
        wrong = f"{needed} people must approve it, and {len(people)} did"
        yield Problem(f"proposal {item.id}", item.name, "approvals", wrong)


def _take_over(files: Iterable[str], trial: Path, root: Path) -> None:
    """Replace the files of `root`; if one cannot be replaced, put back those that were."""
    former = {file: _read(root / file) for file in files}
    done: list[str] = []
    try:
        for file in former:
            done.append(file)
            _replace(root / file, _read(trial / file))
    except OSError:
        for file in done:
            if former[file]:
                _replace(root / file, former[file])
            else:
                (root / file).unlink(missing_ok=True)
        raise


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105  # in one step: a reader sees the old file or the new one


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
