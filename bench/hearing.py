"""How right each side is on the same messages: topics of test.yml, danger of safety.yml."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any

from bench.stock.model import Trained
from bot.knowledge.load import ROOT
from bot.measure import read
from bot.measure_safety import HELD_OUT
from bot.measure_safety import read as read_safety
from bot.nlu.safety_examples import LEVELS
from bot.nlu.topic_classifier import OUT_OF_SCOPE

Heard = list[tuple[str, str]]  # (topic, level)


def ours(texts: Sequence[str]) -> Heard:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    said = subprocess.run(
        [str(ROOT / ".venv/bin/bot"), "parse"],
        input=lines, stdout=subprocess.PIPE, text=True, check=True, env=os.environ,
    )  # fmt: skip
    parsed = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    return [(line["topic"], line["level"]) for line in parsed]


def stock(trained: Trained, texts: Sequence[str]) -> Heard:
    """A level that it takes for the intent is danger heard; any topic is none."""
    from rasa.core.agent import Agent

    load: Any = Agent.load
    agent = load(trained.model)

    async def hear() -> Heard:
        names = [str((await agent.parse_message(text))["intent"]["name"]) for text in texts]
        return [(name, name if name in LEVELS else "none") for name in names]

    return asyncio.run(hear())


def scores(side: str, trained: Trained) -> dict[str, float]:
    """Shares: topics right, disclosures heard at any level (emergencies also alone), false alarms."""
    asked = [m for m in read(ROOT / "tests" / "messages" / "test.yml") if m.topics[0] != OUT_OF_SCOPE]
    told = read_safety(HELD_OUT)
    texts = [*(message.text for message in asked), *(message.text for message in told)]
    heard = ours(texts) if side == "ours" else stock(trained, texts)
    topics, levels = heard[: len(asked)], [level for _, level in heard[len(asked) :]]
    helped = {
        name: [
            level != "none" for level, message in zip(levels, told, strict=True) if message.level in counted
        ]
        for name, counted in (
            ("recall", tuple(level for level in LEVELS if level != "none")),
            ("recall of emergencies", ("emergency",)),
            ("false alarms", ("none",)),
        )
    }
    right = sum(topic == message.topics[0] for (topic, _), message in zip(topics, asked, strict=True))
    return {"accuracy": right / len(asked)} | {n: sum(each) / len(each) for n, each in helped.items()}
