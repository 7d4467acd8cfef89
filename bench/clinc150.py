"""CLINC150 (Larson and others, 2019) through our own components, against its published table.

The data is not part of the project. The threshold is chosen on the validation part;
the test part is only measured.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from bot.knowledge.load import ROOT
from bot.nlu.topic_classifier import OUT_OF_SCOPE
from bot.quiet import quiet_rasa

PUBLISHED = {"Rasa (2019)": (91.5, 45.3), "BERT": (96.2, 52.3)}  # in-scope accuracy, out-of-scope recall, %
Rows = list[tuple[str, str]]  # (message, intent)
Ranked = list[tuple[str, float]]  # (intent, probability) of the likeliest


def run(data: Path) -> None:
    parts = _read(data)
    with tempfile.TemporaryDirectory() as folder:
        ranked = asyncio.run(_rank(_train(parts["train"], Path(folder)), parts))
    ours = yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"][-1]["answer"]
    chosen = _choose(parts["valid"], ranked["valid"])
    for name, (inside, outside) in PUBLISHED.items():
        print(f"{name:24} in scope {inside:.1f} %   out of scope {outside:.1f} %   (published)")
    for name, least in (("no threshold", 0.0), ("config.yml", ours), ("chosen on validation", chosen)):
        inside, outside = _score(parts["test"], ranked["test"], least)
        print(f"ours {least:.2f}, {name:22} in scope {inside:.2%}   out of scope {outside:.1%}")


def _read(data: Path) -> dict[str, Rows]:
    parts: dict[str, Rows] = defaultdict(list)
    for line in data.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        label = OUT_OF_SCOPE if row["label"] == "oos" else row["label"]
        parts[row["split"]].append((row["text"], label))
    return parts


def _train(rows: Rows, folder: Path) -> str:
    import rasa.model_training

    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        by_intent[intent].append(text)
    nlu = [
        {
            "intent": intent,
            "metadata": {"voice": "CLINC150"},
            "examples": "".join(f"- {text}\n" for text in texts),
        }
        for intent, texts in by_intent.items()
    ]
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    learning = ("Tokenizer", "Featurizer", "Classifier")
    config["pipeline"] = [part for part in config["pipeline"] if part["name"].endswith(learning)]
    for part in config["pipeline"]:
        part.pop("benefit_of_doubt", None)  # a choice of ours, not of this benchmark's
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, sort_keys=False))
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))
    return str(
        rasa.model_training.train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    )


async def _rank(model: str, parts: dict[str, Rows]) -> dict[str, Ranked]:
    from rasa.core.agent import Agent

    quiet_rasa()
    agent = Agent.load(model)
    ranked: dict[str, Ranked] = {}
    for part in ("valid", "test"):
        said = [await agent.parse_message(text) for text, _ in parts[part]]
        ranked[part] = [(s["intent"]["name"], s["intent"]["confidence"]) for s in said]
    return ranked


def _score(rows: Rows, ranked: Ranked, least: float) -> tuple[float, float]:
    right: npt.NDArray[np.bool_] = np.array(
        [(name if chance >= least else OUT_OF_SCOPE) == label
         for (_, label), (name, chance) in zip(rows, ranked, strict=True)]
    )  # fmt: skip
    outside = np.array([label == OUT_OF_SCOPE for _, label in rows])
    return float(right[~outside].mean()), float(right[outside].mean())


def _choose(rows: Rows, ranked: Ranked) -> float:
    """On validation: the best sum of both columns among thresholds that keep 95.5 % in scope."""
    candidates = [least for least in np.arange(0, 0.95, 0.05) if _score(rows, ranked, least)[0] >= 0.955]
    return float(max(candidates, key=lambda least: sum(_score(rows, ranked, least))))
