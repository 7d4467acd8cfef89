"""Turns a reviewed conversation into a story that `make test` plays, and into examples to learn from.

A story in which nothing is wrong goes into data/stories, which tests/test_stories.py plays. One in which a
message shows danger goes into data/safety/stories.yml, which tests/test_safety_stories.py plays.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import yaml

from bot.review.judged import Judged
from bot.stories.change import REVIEWED, SAFETY_EXAMPLES, VOICE
from bot.stories.homes import examples_file, measured_messages
from bot.stories.told import SAFETY

_WIDTH = 110
LOOK_ALIKES = f"{SAFETY_EXAMPLES}look_alikes/others.yml"
Words = Mapping[int, str]  # what is said, by the number of the turn; turns that are left out are missing


def files_of(
    name: str, shows: str, messages: Iterable[Judged], words: Words, about: Mapping[int, str]
) -> dict[str, str]:
    """The pieces of YAML for data/, by file.

    `about`: the category of danger, by the number of the turn, for messages whose level was wrong.
    """
    kept = [message for message in messages if message.turn.number in words]
    if touches_safety(kept):
        files = {SAFETY: _safety_story(name, shows, kept, words)}
    else:
        files = {REVIEWED: _story(name, shows, kept, words)}
    return files | _examples(kept, words) | _safety_examples(kept, words, about)


def touches_safety(messages: Iterable[Judged]) -> bool:
    """Whether any of them shows danger or was thought to, or had words of data/safety as its answer."""
    return any(message.shows_danger or message.reply for message in messages)


def _story(name: str, shows: str, messages: list[Judged], words: Words) -> str:
    lines = textwrap.wrap(shows, _WIDTH, initial_indent="  # ", subsequent_indent="  # ")
    lines += [f"  - story: {_scalar(name)}", "    steps:"]
    for message in messages:
        lines += ["      - user: |", f"          {words[message.turn.number]}"]
        lines += [f"        intent: {message.topic}", f"      - action: {message.action}"]
    return "\n".join(lines) + "\n"


def _safety_story(name: str, shows: str, messages: list[Judged], words: Words) -> str:
    lines = [f"  - story: {_scalar(name)}", f"    why: {_scalar(shows)}", "    turns:"]
    for message in messages:
        turn = {"taps" if message.turn.pressed else "says": words[message.turn.number]}
        if message.reply and message.is_known:
            turn["reply"] = message.reply
        missed = message.level_was_wrong and message.level  # help comes first then, and maybe alone
        if message.answered and message.is_known and not missed:
            turn["topic"] = message.answered
        lines.append(f"      - {_scalar(turn)}")
    return "\n".join(lines) + "\n"


def _examples(messages: list[Judged], words: Words) -> dict[str, str]:
    """For data/nlu: what reviewers judged. Not what shows danger: the screen would learn it as harmless."""
    found: list[tuple[str, str, str]] = []
    for message in messages:
        says = words[message.turn.number]
        if message.by_somebody and not message.level and _may_be_learned(message, says):
            try:
                found.append((examples_file(message.topic), message.topic, says))
            except KeyError:  # such as a number from a list
                continue
    files: dict[str, str] = {}
    for (file, topic), group in groupby(sorted(found), key=lambda one: one[:2]):
        lines = [f"- intent: {topic}", "  metadata:", f"    voice: {VOICE}", "  examples: |"]
        lines += [f"    - {says}" for says in dict.fromkeys(says for _, _, says in group)]
        files[file] = files.get(file, "") + "\n".join(lines) + "\n"
    return files


def _safety_examples(messages: list[Judged], words: Words, about: Mapping[int, str]) -> dict[str, str]:
    """For data/safety/examples: what was missed, or was a false alarm."""
    files: dict[str, str] = {}
    for message in messages:
        number, level = message.turn.number, message.level.name.lower()
        if not message.level_was_wrong or not _may_be_learned(message, words[number]):
            continue
        categories = [about[number]] if message.level else []
        file = f"{SAFETY_EXAMPLES}{about[number]}.yml" if message.level else LOOK_ALIKES
        lines = [f"- level: {level}", f"  categories: {_scalar(categories)}", f"  voice: {VOICE}"]
        lines += ["  messages: |", f"    - {words[number]}"]
        files[file] = files.get(file, "") + "\n".join(lines) + "\n"
    return files


def _may_be_learned(message: Judged, says: str) -> bool:
    return not message.turn.pressed and says.casefold() not in measured_messages()


def _scalar(value: Any) -> str:
    """`value` as YAML in one line."""
    written = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return str(written).removesuffix("...\n").strip()
