"""A change to `data/` in one JSON file: exported by the review room, put in place by `bot stories apply`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import Field, ValidationError, constr, validator

from bot.knowledge.load import ContentError, Problem
from bot.knowledge.schema import Entry
from bot.stories.insert import messages_in
from bot.stories.told import FOLDER, SAFETY, Story, stories_in

TOPIC_EXAMPLES, SAFETY_EXAMPLES, GUIDE = "data/nlu/", "data/safety/examples/", "data/guide/"
EXAMPLES = (TOPIC_EXAMPLES, SAFETY_EXAMPLES)
VOICE = "reviewed conversations"  # who speaks in examples that come from conversations
REVIEWED = f"{FOLDER}/reviewed_conversations.yml"
if TYPE_CHECKING:
    FileName: TypeAlias = str
    Initials: TypeAlias = str
else:
    FileName = constr(
        regex=r"^data/(stories|nlu|guide|safety/examples(/look_alikes)?)/\w+\.yml$|^" + SAFETY + "$"
    )
    Initials = constr(regex=r"^[A-Z]{2,4}$")


def approvals_needed(touches_safety: bool) -> int:
    """How many people must approve a change before it may go into `data/`."""
    return 2 if touches_safety else 1


class Approved(Entry):
    """By whom and when. `number` is the account in the review room: initials may be shared."""

    initials: Initials
    number: int
    on: date


class Item(Entry):
    """One approved proposal. `files`: the piece of YAML that goes into each file of data/.

    `before`: for an edited answer, the words that the edit was made from, by field.
    """

    id: int
    kind: Literal["story", "answer"]
    name: str
    touches_safety: bool
    approvals: tuple[Approved, ...] = ()
    files: dict[FileName, str]
    before: dict[str, str] = Field(default_factory=dict)

    def stories(self) -> list[Story]:
        """The stories that it adds. Raises ContentError when they are none."""
        pieces = {
            file: piece for file, piece in self.files.items() if file == SAFETY or file.startswith(FOLDER)
        }
        return [story for file, piece in pieces.items() for story in stories_in(piece, file)]

    def learned(self) -> set[str]:
        """The messages that come as training examples. Raises ContentError when there are none to read."""
        pieces = {file: piece for file, piece in self.files.items() if file.startswith(EXAMPLES)}
        return {message for file, piece in pieces.items() for message in messages_in(piece, file)}


class Change(Entry):
    """`your_say_change` is the version of this format."""

    your_say_change: Literal[1] = 1
    items: tuple[Item, ...]

    @validator("items")
    def must_hold_something(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        if not items:
            raise ValueError("holds nothing")
        return items


def read_change(text: str, file: str) -> Change:
    """The change that `text`, of a file of this name, holds. Raises ContentError that names the field."""
    try:
        return Change.parse_raw(text)
    except ValidationError as error:
        problems = [
            Problem(file, "the change", ".".join(map(str, fault["loc"])), fault["msg"])
            for fault in error.errors()
        ]
        raise ContentError(problems) from error
