"""What understanding a message costs with 10, 100 and 1,000 topics: our messages again under new names.

At the level of NLU and in process, and for ours without the safety screen, which does not know of topics.
The names mean nothing, so how right the answers are means nothing either.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from bench.stock import project
from bot.knowledge.load import ROOT
from bot.nlu.safety_examples import LEVELS
from bot.quiet import quiet_rasa

COUNTS = (10, 100, 1000)
EACH = 8  # messages that each topic learns


def cost(side: str, topics: int, texts: Sequence[str]) -> float:
    """The median milliseconds of a message. Trains, with a single epoch for stock: it is the same to run."""
    import rasa.model_training
    from rasa.core.agent import Agent

    intents = [texts for name, texts in project.examples(EACH, EACH)[0].items() if name not in LEVELS]
    nlu = [
        {
            "intent": f"topic_{number}",
            "metadata": {"voice": "bench"},
            "examples": "".join(f"- {project.plain(text)}\n" for text in texts),
        }
        for number, texts in enumerate(islice(cycle(intents), topics))
    ]
    config = {"recipe": "default.v1", "assistant_id": "bench", "language": "en", "pipeline": _pipeline(side)}
    quiet_rasa()
    train: Any = rasa.model_training.train_nlu
    load: Any = Agent.load
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))
        (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True))
        agent = load(str(train(str(folder / "config.yml"), str(folder / "nlu.yml"), name)))
        return asyncio.run(_median(agent, texts))


async def _median(agent: Any, texts: Sequence[str]) -> float:
    times = []
    for text in [*texts[:5], *texts]:  # the first few wait for what is built on first use
        started = time.perf_counter()
        await agent.parse_message(text)
        times.append(1000 * (time.perf_counter() - started))
    return median(times[5:])


def _pipeline(side: str) -> list[dict[str, Any]]:
    if side == "stock":
        return project.pipeline(1)
    parts: list[dict[str, Any]] = yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"]
    learning = [part for part in parts if part["name"].endswith(("Tokenizer", "Featurizer", "Classifier"))]
    return [{k: v for k, v in part.items() if k != "benefit_of_doubt"} for part in learning]
