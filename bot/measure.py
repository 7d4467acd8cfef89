"""How well messages are understood, and what each choice of thresholds costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.load import ROOT
from bot.nlu.topic_classifier import OUT_OF_SCOPE
from bot.nlu.topic_decision import Decision, Thresholds, decide, without_conversation

VALIDATION = ROOT / "tests" / "messages" / "validation.yml"
ASKED = ("not_sure", OUT_OF_SCOPE)


@dataclass(frozen=True)
class Labelled:
    """A message and the topics that would be right answers to it, the best first."""

    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Shares of the messages in scope (the first four) and out of scope (the last two)."""

    right: float
    right_or_offered: float
    asked: float
    hedged: float  # answered, with the next likeliest topics shown too
    refused: float
    refused_or_asked: float
    in_scope: int
    out_of_scope: int

    def __str__(self) -> str:
        return (
            f"in scope ({self.in_scope}): right {self.right:.1%}, "
            f"right or offered {self.right_or_offered:.1%}, asked back {self.asked:.1%}, "
            f"answered with alternatives {self.hedged:.1%}; "
            f"out of scope ({self.out_of_scope}): refused or asked {self.refused_or_asked:.1%}, "
            f"of these refused {self.refused:.1%}"
        )


def read(path: Path) -> list[Labelled]:
    """Messages from YAML (topic: [messages]) or JSON lines ({"text", "topic", "also"})."""
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Labelled(line["text"], (line["topic"], *line.get("also", []))) for line in lines]
    topics: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Labelled(text, (topic,)) for topic, texts in topics.items() for text in texts]


def measure(path: Path, show_errors: bool) -> None:
    """Print the score of the whole pipeline on the messages of `path`."""
    messages = read(path)
    decisions = asyncio.run(_understand(message.text for message in messages))
    if show_errors:
        for message, decision in zip(messages, decisions, strict=True):
            if not _right(message, decision):
                print(f"{message.topics[0]} -> {decision.topic} {decision.offers} | {message.text}")
    print(score(messages, decisions))


def score(messages: Iterable[Labelled], decisions: Iterable[Decision]) -> Score:
    inside: list[tuple[Labelled, Decision]] = []
    outside: list[tuple[Labelled, Decision]] = []
    for message, decision in zip(messages, decisions, strict=True):
        (outside if message.topics[0] == OUT_OF_SCOPE else inside).append((message, decision))
    return Score(
        right=_share(_right(m, d) for m, d in inside),
        right_or_offered=_share(
            _right(m, d) or any(topic in d.offers for topic in m.topics) for m, d in inside
        ),
        hedged=_share(d.topic not in ASKED and bool(d.offers) for _, d in inside),
        asked=_share(d.topic in ASKED for _, d in inside),
        refused=_share(d.topic == OUT_OF_SCOPE for _, d in outside),
        refused_or_asked=_share(d.topic in ASKED for _, d in outside),
        in_scope=len(inside),
        out_of_scope=len(outside),
    )


def _right(message: Labelled, decision: Decision) -> bool:
    return decision.topic in message.topics


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / max(1, len(counted))


async def _understand(texts: Iterable[str]) -> list[Decision]:
    from bot.knowledge import shared
    from bot.terminal import ready_agent, turns, understood

    agent = ready_agent()
    reader = turns(agent, shared())
    said = [await understood(agent, reader, text) for text in texts]
    return [Decision(s["topic"], s["confidence"], tuple(s["offers"])) for s in said]


def calibrate() -> None:
    """Print the score on the validation messages for a grid of thresholds, the best right-or-offered first.

    The temperature and thresholds of config.yml are chosen from this by hand, and their
    cost is written beside them.
    """
    messages = read(VALIDATION)
    rankings = asyncio.run(_rank(message.text for message in messages))
    for least in _grid():
        print(f"{least}: {score(messages, [decide(ranking, least) for ranking in rankings])}")


def _grid() -> Iterator[Thresholds]:
    for answer, certain, refuse in product((0.2, 0.3, 0.4), (0.6, 0.8, 0.9, 0.95), (0.4, 0.6, 0.8, 0.9)):
        yield Thresholds(answer, certain, refuse)


async def _rank(texts: Iterable[str]) -> list[Any]:
    from bot.terminal import ready_agent

    agent = ready_agent()
    parsed = [await agent.parse_message(text) for text in texts]
    return [
        without_conversation([(p["name"], p["confidence"]) for p in said["intent_ranking"]])
        for said in parsed
    ]
