"""A story as people read it: as chat, and as a picture of its steps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge import Knowledge, shared
from bot.review import plain_names
from bot.stories.told import Story, Turn

_HEAVY = ("levels.", "languages.", "speakers.")  # replies to a message that shows danger


@dataclass(frozen=True)
class Exchange:
    """One message and its answer. `said` are the bot's words, if it is known which it says."""

    number: int
    pressed: bool
    words: str
    meant: str  # the topic, in words
    heavy: bool
    did: str  # what the bot did, in words
    said: str


def exchanges(story: Story, replies: Sequence[str] = ()) -> Iterator[Exchange]:
    """`replies`: what the bot said when the story was played, as far as that is known."""
    for number, turn in enumerate(story.turns, 1):
        heavy = turn.reply.startswith(_HEAVY)
        yield Exchange(
            number=number,
            pressed=turn.pressed,
            words=_title(turn.says) if turn.pressed else turn.says,
            meant=_meant(turn, heavy),
            heavy=heavy,
            did=_did(turn),
            said=replies[number - 1] if number <= len(replies) else _said(turn, shared()),
        )


def _meant(turn: Turn, heavy: bool) -> str:
    if heavy:
        return "Shows that something is wrong"
    if topic := turn.intent or turn.topic:
        return plain_names.topic(topic)
    return _title(turn.says) if turn.pressed else "Says something"


def _did(turn: Turn) -> str:
    if turn.action:
        return plain_names.action(turn.action)
    kind, _, name = turn.reply.partition(".")
    first = {
        "levels": f"gave help first ({name})",
        "languages": f"gave the help card in {name.title()}",
        "speakers": f"gave help first, for {plain_names.speaker(name)}",
        "phrases": "kept to what was said before about danger",
    }.get(kind, "")
    answer = f"answered “{plain_names.topic(turn.topic)}”" if turn.topic else ""
    return ", then ".join(part for part in (first, answer) if part) or "answered, in whatever words fit"


def _said(turn: Turn, knowledge: Knowledge) -> str:
    """The words, where the story itself tells which; else nothing."""
    if turn.action in ("action_answer", "action_signpost") and turn.intent in knowledge.answers:
        return knowledge.say(knowledge.answers[turn.intent].answer)
    if turn.reply.startswith("languages."):
        return knowledge.say(knowledge.help_cards[turn.reply.removeprefix("languages.")].card)
    texts = knowledge.safety.texts()
    if turn.reply in texts:
        return knowledge.say(texts[turn.reply])
    return knowledge.say(knowledge.answers[turn.topic].answer) if turn.topic in knowledge.answers else ""


def _title(payload: str) -> str:
    """What a button says, in words, and the answer that it is about."""
    name, brace, rest = payload.removeprefix("/").partition("{")
    about = json.loads(brace + rest) if brace else {}
    topic = about.get("topic")
    return f"{plain_names.topic(name)} ({plain_names.topic(topic)})" if topic else plain_names.topic(name)
