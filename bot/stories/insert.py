"""Puts pieces of YAML into a file as a person would: comments and layout of the rest stay as they are.

Each function gives back the whole new text; what is there already is not put in again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.knowledge.load import ContentError, Problem
from bot.stories.told import stories_in

HEAD_OF_STORIES = """\
# Conversations that reviewers read and approved, with every personal detail changed.
version: "3.1"
stories:
"""


def add_stories(text: str, piece: str, file: str) -> str:
    """`text` of a file of stories with those of `piece` at its end. Raises ContentError."""
    text = text or HEAD_OF_STORIES
    there = {story.fingerprint for story in stories_in(text, file)} if text != HEAD_OF_STORIES else set()
    if all(story.fingerprint in there for story in stories_in(piece, file)):
        return text
    gap = "" if text.endswith("stories:\n") else "\n"
    return f"{text.rstrip()}\n{gap}{piece.rstrip()}\n"


def add_examples(text: str, piece: str, file: str) -> str:
    """`text` of a file of data/nlu with each block of `piece` beside its topic's. Raises ContentError."""
    for block in _list_in(piece, file):
        try:
            intent, voice, new = block["intent"], block["metadata"]["voice"], _lines_of(block["examples"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ContentError([Problem(file, "the examples", str(error), "is missing")]) from error
        text = _add_block(text, file, intent, voice, new)
    return text


def add_safety_examples(text: str, piece: str, file: str) -> str:
    """`text` of a file of data/safety/examples with the blocks of `piece` at its end. Raises ContentError."""
    there = {
        message for block in _list_in(text, file, "examples") for message in _lines_of(block["messages"])
    }
    if there.issuperset(messages_in(piece, file)):
        return text
    return f"{text.rstrip()}\n{piece.rstrip()}\n"


def edit_answer(text: str, piece: str, before: Mapping[str, str], file: str) -> str:
    """`text` of a file of data/guide with the words of `piece`, which nobody has approved there yet.

    `before`: the words that stood there when the edit was made, by field ("answer", "follow_ups.who").
    Raises ContentError when other words stand there now.
    """
    edited = yaml.load(piece, Loader=yaml.CSafeLoader)
    if not isinstance(edited, dict) or not all(isinstance(fields, dict) for fields in edited.values()):
        raise ContentError([Problem(file, "the edit", "-", "is not a topic with its fields")])
    for topic, fields in edited.items():
        for field, words in _flat(fields):
            text = _edit_field(text, file, topic, field, words, before.get(field))
    return text


def messages_in(piece: str, file: str) -> list[str]:
    """The messages in blocks of data/nlu or of data/safety/examples. Raises ContentError."""
    blocks = _list_in(piece, file)
    return [
        line for block in blocks for line in _lines_of(str(block.get("examples") or block.get("messages")))
    ]


@dataclass(frozen=True)
class _Block:
    intent: str
    voice: str
    messages: list[str]
    end: int  # the line after its last


def _add_block(text: str, file: str, intent: str, voice: str, messages: list[str]) -> str:
    blocks = [block for block in _blocks(text) if block.intent == intent]
    if not blocks:
        raise ContentError([Problem(file, intent, "intent", "has no examples in this file")])
    there = {message.casefold() for block in blocks for message in block.messages}
    lines = [f"    - {message}" for message in messages if message.casefold() not in there]
    if not lines:
        return text
    same = [block for block in blocks if block.voice == voice]
    if not same:
        lines = [f"- intent: {intent}", "  metadata:", f"    voice: {voice}", "  examples: |", *lines]
    return _put(text, [*same, blocks[-1]][0].end, 0, lines)


def _blocks(text: str) -> Iterator[_Block]:
    listed = _field(yaml.compose(text, Loader=yaml.CSafeLoader), "nlu")
    for node in listed.value:
        fields = {key.value: value for key, value in node.value}
        voice = _field(fields["metadata"], "voice").value
        examples = fields["examples"]
        yield _Block(
            fields["intent"].value, voice, _lines_of(examples.value), _last_line(text, examples.end_mark.line)
        )


def _edit_field(text: str, file: str, topic: str, field: str, words: str, before: str | None) -> str:
    try:
        entry = _field(_field(yaml.compose(text, Loader=yaml.CSafeLoader), "answers"), topic)
        *outer, name = field.split(".")
        place = entry
        for step in outer:
            place = _field(place, step)
        (key, value) = next((key, value) for key, value in place.value if key.value == name)
    except (KeyError, StopIteration) as error:
        raise ContentError([Problem(file, topic, field, "is not in this file")]) from error
    if value.value.strip() == words.strip():
        return text
    if before is None or value.value.strip() != before.strip():
        wrong = "has been changed since this edit was made: make the edit again from the present words"
        raise ContentError([Problem(file, topic, field, wrong)])
    start, margin = key.start_mark.line, " " * key.start_mark.column
    written = [f"{margin}  {line}" if line else "" for line in words.strip().split("\n")]
    text = _put(text, start, _end(text, value) - start, [f"{margin}{name}: |", *written])
    return _without_approval(text, topic)


def _without_approval(text: str, topic: str) -> str:
    """Other words than those a professional approved are not approved: CONTRIBUTING.md."""
    entry = _field(_field(yaml.compose(text, Loader=yaml.CSafeLoader), "answers"), topic)
    for key, value in entry.value:
        if key.value == "approved_by" and value.value != "null":
            line = key.start_mark.line
            text = _put(
                text, line, _end(text, value) - line, [f"{' ' * key.start_mark.column}approved_by: null"]
            )
    return text


def _end(text: str, value: yaml.Node) -> int:
    """The line after the last of a value."""
    if value.end_mark.column:
        return int(value.end_mark.line) + 1
    return _last_line(text, value.end_mark.line)


def _last_line(text: str, end: int) -> int:
    """`end` without the empty lines before it."""
    lines = text.split("\n")
    while not lines[end - 1].strip():
        end -= 1
    return end


def _put(text: str, line: int, instead_of: int, lines: list[str]) -> str:
    """`text` with `lines` at `line`, in the place of so many lines."""
    all_lines = text.split("\n")
    all_lines[line : line + instead_of] = lines
    return "\n".join(all_lines)


def _field(node: Any, name: str) -> Any:
    for key, value in node.value:
        if key.value == name:
            return value
    raise KeyError(name)


def _flat(fields: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{outer}{name}.")
        else:
            yield f"{outer}{name}", str(value)


def _lines_of(block: str) -> list[str]:
    return [line.strip().removeprefix("- ") for line in block.splitlines() if line.strip()]


def _list_in(text: str, file: str, key: str | None = None) -> list[dict[str, Any]]:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)
        listed = content[key] if key else content
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError([Problem(file, "the file", key or "-", str(error).replace("\n", " "))]) from error
    if not isinstance(listed, list) or not all(isinstance(block, dict) for block in listed):
        raise ContentError([Problem(file, "the file", key or "-", "is not a list of blocks")])
    return listed
