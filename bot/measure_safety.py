"""How much danger the safety screen hears, and how often it cries wolf."""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from bot.knowledge.load import ROOT
from bot.nlu.clauses import clauses
from bot.nlu.safety_decision import Reading, Thresholds, decide
from bot.nlu.safety_examples import LEVELS
from bot.nlu.safety_screen import SafetyScreen
from bot.perturbations import PERTURBATIONS, in_three
from bot.training import ensure_model

LANGUAGES = ROOT / "tests" / "messages" / "safety_languages.yml"
HELD_OUT = ROOT / "tests" / "messages" / "safety.yml"
VALIDATION = ROOT / "tests" / "messages" / "safety_validation.yml"
Screened = dict[str, Any]


@dataclass(frozen=True)
class Labelled:
    text: str
    level: str
    categories: tuple[str, ...]
    style: str


@dataclass(frozen=True)
class Heard:
    """Shares of `messages`: given any help, given help at urgent or above, and at just the right level."""

    messages: int
    helped: float
    alarmed: float
    right: float

    def __str__(self) -> str:
        return f"{self.messages:5}  {self.helped:7.1%}  {self.alarmed:7.1%}  {self.right:7.1%}"


def read(path: Path) -> list[Labelled]:
    """Messages from YAML blocks, or from JSON lines {"text", "level", "categories", "style"}."""
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [
            Labelled(line["text"], line["level"], tuple(line["categories"]), line["style"]) for line in lines
        ]
    blocks = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Labelled(text, block["level"], tuple(block["categories"]), block.get("style", ""))
        for block in blocks
        for text in block["messages"]
    ]


def loaded_screen() -> SafetyScreen:
    """The safety screen of the trained model, on its own."""
    from rasa.engine.graph import ExecutionContext, GraphSchema

    folder = Path(tempfile.mkdtemp())
    storage, metadata = LocalModelStorage.from_model_archive(folder, ensure_model())
    name, node = next(
        (name, node) for name, node in metadata.predict_schema.nodes.items() if node.uses is SafetyScreen
    )
    config = {**SafetyScreen.get_default_config(), **node.config}
    resource = node.resource or Resource(name)
    return SafetyScreen.load(config, storage, resource, ExecutionContext(GraphSchema({}), "measure"))


def heard(messages: Sequence[Labelled], said: Sequence[Screened]) -> Heard:
    found = [LEVELS.index(s["level"]) for s in said]
    right = [s["level"] == message.level for message, s in zip(messages, said, strict=True)]
    count = max(1, len(found))
    return Heard(
        len(found),
        sum(map(bool, found)) / count,
        sum(level >= 2 for level in found) / count,
        sum(right) / count,
    )


def by(
    key: Callable[[Labelled], Iterable[str]], messages: Sequence[Labelled], said: Sequence[Screened]
) -> dict[str, Heard]:
    """How each group of messages was heard; a message may belong to several."""
    groups: dict[str, tuple[list[Labelled], list[Screened]]] = defaultdict(lambda: ([], []))
    for message, screened in zip(messages, said, strict=True):
        for name in key(message):
            groups[name][0].append(message)
            groups[name][1].append(screened)
    return {name: heard(*groups[name]) for name in sorted(groups)}


def perturbed(screen: SafetyScreen, messages: Sequence[Labelled]) -> dict[str, dict[str, Heard]]:
    """For each perturbation how each level was heard."""
    found = {}
    for perturb in PERTURBATIONS:
        chance = random.Random(perturb.__name__)
        said = [screen.screen(perturb(m.text, chance).lstrip("/ "), {}) for m in messages]
        found[perturb.__name__] = by(lambda m: [m.level], messages, said)
    said = [_in_pieces(screen, m.text) for m in messages]
    found["in_three_messages"] = by(lambda m: [m.level], messages, said)
    return found


def _in_pieces(screen: SafetyScreen, text: str) -> Screened:
    """The gravest of what was heard while `text` came in three messages."""
    pieces = in_three(text)
    said = [
        screen.screen(piece, {"before": pieces[max(0, place - 2) : place]})
        for place, piece in enumerate(pieces)
    ]
    return max(said, key=lambda s: LEVELS.index(s["level"]))


def measure(path: Path, show_errors: bool, perturb: bool) -> None:
    """Print how the messages of `path` are heard, by level, category and style."""
    messages, screen = read(path), loaded_screen()
    said = [screen.screen(message.text, {}) for message in messages]
    if show_errors:
        for message, screened in zip(messages, said, strict=True):
            if (message.level == "none") != (screened["level"] == "none") or (
                LEVELS.index(message.level) >= 2 > LEVELS.index(screened["level"])
            ):
                print(f"{message.level} -> {screened['level']} | {message.text} | {screened['why']}")
    print("\n".join(table(messages, said)))
    if perturb:
        for name, levels in perturbed(screen, messages).items():
            for level in LEVELS:
                if level in levels:
                    print(f"{name:20} {level:10} {levels[level]}")


def table(messages: Sequence[Labelled], said: Sequence[Screened]) -> Iterator[str]:
    yield f"{'':31} {'count':>5}  {'helped':>7}  {'urgent+':>7}  {'exactly':>7}"
    groups = {
        "level": lambda m: [m.level],
        "category": lambda m: m.categories,
        "style": lambda m: [f"{m.style}, {'harmless' if m.level == 'none' else 'disclosed'}"],
    }
    for kind, key in groups.items():
        for name, group in by(key, messages, said).items():
            yield f"{kind:8} {name:22} {group}"


def languages(screen: SafetyScreen) -> Iterator[str]:
    """For each other language how many of its pleas get its card, and how many harmless messages do."""
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))
    for language, kinds in found.items():
        shares = {kind: _share_with_a_card(screen, language, texts) for kind, texts in kinds.items()}
        yield f"{language:12}" + "".join(f"  {kind} {share:6.1%}" for kind, share in shares.items())


def _share_with_a_card(screen: SafetyScreen, language: str, texts: Sequence[str]) -> float:
    said = [screen.screen(text, {}) for text in texts]
    return sum(bool(s["level"] != "none" and s["language"] == language) for s in said) / len(said)


def calibrate() -> None:
    """Print for a grid of thresholds how the validation messages are heard, the safest first."""
    messages, screen = read(VALIDATION), loaded_screen()
    pieces = [[message.text, *clauses(message.text)] for message in messages]
    plain = [[screen.spelling.plain(piece) for piece in each] for each in pieces]
    levels, categories, _, _ = screen.chances([piece for each in plain for piece in each])
    readings = iter(zip(levels, categories, strict=True))
    read_all = [[Reading(piece, *next(readings)) for piece in each] for each in plain]
    patterns = [screen.patterns.find(each[0]) for each in plain]
    for least in _grid():
        said = [
            {"level": decide(whole, parts, pattern, least).level}
            for (whole, *parts), pattern in zip(read_all, patterns, strict=True)
        ]
        groups = by(lambda m: [m.level], messages, said)
        print(
            f"whole {least.whole} clause {least.clause} urgent {least.urgent}: "
            f"false alarms {groups['none'].helped:.1%}; emergency {groups['emergency'].helped:.1%}/"
            f"{groups['emergency'].alarmed:.1%}, urgent {groups['urgent'].helped:.1%}/"
            f"{groups['urgent'].alarmed:.1%}, concern {groups['concern'].helped:.1%}, "
            f"of these raised to urgent {groups['concern'].alarmed:.1%}"
        )


def _grid() -> Iterator[Thresholds]:
    wholes, parts, urgents = (
        (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        (0.6, 0.8, 0.9, 0.95, 0.98, 2.0),
        (0.25, 0.35, 0.5),
    )
    for whole, clause, urgent in product(wholes, parts, urgents):
        yield Thresholds(whole, clause, urgent, emergency=0.5, pattern=0.05, category=0.5, speaker=0.7)
