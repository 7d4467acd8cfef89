"""Writes a stock Rasa project from our topics, safety examples and stories."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.load import ROOT
from bot.nlu.safety_examples import LEVELS, read_examples

Examples = dict[str, list[str]]  # intent -> messages


def pipeline(epochs: int) -> list[dict[str, Any]]:
    """The pipeline of `rasa init`, with fewer epochs."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


def policies(epochs: int) -> list[dict[str, Any]]:
    return [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
        {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True},
    ]


def examples(of_a_topic: int, of_a_level: int) -> tuple[Examples, int]:
    """At most so many messages of each intent, evenly taken, and how many there are in all."""
    found: Examples = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                lines = block["examples"].splitlines()
                found[block["intent"]] += [line.strip().removeprefix("- ") for line in lines]
    for example in read_examples():
        found[example.level].append(example.text)
    taken = {
        intent: _evenly(texts, of_a_level if intent in LEVELS else of_a_topic)
        for intent, texts in found.items()
    }
    return taken, sum(map(len, found.values()))


def write(folder: Path, intents: Examples, epochs: int) -> None:
    """Everything that `rasa train` and `rasa run actions` need. Every intent has one action, as in a rule."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    answers = _answers()
    said = ("greet", "goodbye", "thanks")  # by plain responses; the rest by the action server
    action = {
        name: f"utter_{name}" if name in said else "action_help" if name in LEVELS else "action_answer"
        for name in [*intents, "nlu_fallback"]
    }
    domain = {
        "version": "3.1",
        "intents": sorted(intents),
        "actions": ["action_answer", "action_help"],
        "responses": {f"utter_{name}": [{"text": answers.get(name, name)}] for name in said},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": does}]} for name, does in action.items()]
    nlu = [
        {"intent": name, "examples": "".join(f"- {plain(text)}\n" for text in texts)}
        for name, texts in intents.items()
    ]
    config = {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "en",
        "pipeline": pipeline(epochs),
        "policies": policies(epochs),
    }
    for name, content in (
        ("config", config),
        ("domain", domain),
        ("nlu", {"version": "3.1", "nlu": nlu}),
        ("rules", {"version": "3.1", "rules": rules}),
        ("stories", {"version": "3.1", "stories": _stories(action)}),
        ("credentials", {"rest": None}),
    ):
        (folder / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    (folder / "answers.json").write_text(json.dumps(answers))
    shutil.copy(Path(__file__).with_name("actions.py"), folder / "actions.py")


def _evenly(texts: list[str], most: int) -> list[str]:
    return texts if len(texts) <= most else [texts[len(texts) * at // most] for at in range(most)]


def plain(text: str) -> str:
    """Without what Rasa would read as an entity or as several lines."""
    return " ".join(text.translate(str.maketrans("[]{}", "()()")).split())


def _answers() -> dict[str, str]:
    from bot.knowledge import shared

    answers = {name: answer.answer for name, answer in shared().answers.items()}
    return {
        **answers,
        "not_sure": answers["out_of_scope"],
        **dict.fromkeys(LEVELS, answers["emergency_999"]),
    }


def _stories(action: dict[str, str]) -> list[dict[str, Any]]:
    """Ours with the stock bot's actions; what a button of ours sends is left out."""
    written = []
    for path in sorted((ROOT / "data" / "stories").glob("*.yml")):
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]:
            heard = [step["intent"] for step in story["steps"] if step.get("intent") in action]
            steps = [step for name in heard for step in ({"intent": name}, {"action": action[name]})]
            if steps:
                written.append({"story": story["story"], "steps": steps})
    return written
