"""How much danger is heard, beside a keyword list and beside the same examples as plain Rasa intents."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from bot.knowledge.load import ROOT
from bot.measure_safety import HELD_OUT, Screened, by, languages, loaded_screen, perturbed, read, table
from bot.nlu.safety_examples import LEVELS, read_examples
from bot.quiet import quiet_rasa

ORDINARY = 4000  # questions beside the examples, as the screen learns them
Hears = Callable[[Sequence[str]], list[Screened]]


def keyword_list() -> Hears:
    """The usual kind: any whole keyword is an alarm."""
    words = yaml.safe_load((Path(__file__).parent / "keywords.yml").read_text())["keywords"]
    listed = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.I)
    return lambda texts: [{"level": "urgent" if listed.search(text) else "none"} for text in texts]


def plain_intents(folder: Path) -> Hears:
    """Each level an intent of stock Rasa: count vectors of words and letters, logistic regression."""
    import rasa.model_training
    from rasa.core.agent import Agent

    nlu = [yaml.safe_load(path.read_text())["nlu"] for path in sorted((ROOT / "data" / "nlu").glob("*.yml"))]
    ordinary = [line for file in nlu for block in file for line in block["examples"].splitlines()]
    by_level: dict[str, list[str]] = {level: [] for level in LEVELS}
    by_level["none"] += [
        line.strip().removeprefix("- ") for line in ordinary[:: max(1, len(ordinary) // ORDINARY)]
    ]
    for example in read_examples():
        by_level[example.level].append(example.text)
    config = {
        "recipe": "default.v1",
        "assistant_id": "plain",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "LogisticRegressionClassifier"},
        ],
        "policies": [{"name": "RulePolicy"}],
    }
    examples = [
        {"intent": level, "examples": "".join(f"- {text.replace('[', '(')}\n" for text in texts)}
        for level, texts in by_level.items()
    ]
    (folder / "config.yml").write_text(yaml.safe_dump(config))
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": examples}, allow_unicode=True))
    quiet_rasa()
    model = rasa.model_training.train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    agent = Agent.load(str(model))

    async def hear(texts: Sequence[str]) -> list[Screened]:
        return [{"level": (await agent.parse_message(text))["intent"]["name"] or "none"} for text in texts]

    return lambda texts: asyncio.run(hear(texts))


def harmless_in_public(data: Path) -> list[str]:
    """What adults ask a bank or a calendar (CLINC150's test part): none of it is a disclosure."""
    if not data.exists():
        return []
    lines = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    return [line["text"] for line in lines if line["split"] == "test"]


def run(data: Path) -> None:
    """Print the tables. `data`: CLINC150's messages, left out if they are not there."""
    screen, messages = loaded_screen(), read(HELD_OUT)

    def ours(texts: Sequence[str]) -> list[Screened]:
        return [screen.screen(text, {}) for text in texts]

    texts = [message.text for message in messages]
    print("\n".join(table(messages, ours(texts))))
    print("\nperturbed (share helped)")
    cells = perturbed(screen, messages)
    for name, levels in cells.items():
        print(f"{name:20}" + "".join(f"  {level} {levels[level].helped:6.1%}" for level in LEVELS))
    print("\nother languages (share given the card of that language)")
    print("\n".join(languages(screen)))
    public = harmless_in_public(data)
    print("\ncompared (share helped; of harmless messages that is a false alarm)")
    with tempfile.TemporaryDirectory() as folder:
        rivals = {
            "this screen": ours,
            "keyword list": keyword_list(),
            "Rasa intents": plain_intents(Path(folder)),
        }
        for name, hears in rivals.items():
            levels = by(lambda m: [m.level], messages, hears(texts))
            line = f"{name:14}" + "".join(f"  {level} {levels[level].helped:6.1%}" for level in LEVELS)
            alarms = sum(said["level"] != "none" for said in hears(public))
            print(line + (f"  CLINC150 {alarms / len(public):.2%} of {len(public)}" if public else ""))
