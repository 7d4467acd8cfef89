"""Trains the stock bot once, keeps it, and says honestly what the whole training would take."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.stock import project
from bot.knowledge.load import ROOT

KEPT = ROOT / ".cache" / "bench"
FULL_EPOCHS = 100  # of `rasa init`
ENVIRONMENT = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
# A state of a progress bar of Rasa's: epochs done, of how many, the time they took, and what was measured.
_BAR = re.compile(r"Epochs:[^|\r\n]*\|[^|]*\| (\d+)/(\d+) \[(?:(\d+):)?(\d+):(\d+)<[^\]\r\n]*\]")


@dataclass(frozen=True)
class Trained:
    """Where the stock bot is and what it cost; times in seconds."""

    folder: str
    epochs: int
    messages: int
    all_messages: int
    measured: float
    diet_epoch: float  # one epoch, without the first, in which TensorFlow builds its graph
    policies_epoch: float

    @property
    def model(self) -> str:
        return str(Path(self.folder) / "models" / "stock.tar.gz")

    def whole(self) -> float:
        """An extrapolation, not a measurement: all epochs on all messages, each costing the same."""
        more = FULL_EPOCHS - self.epochs
        diet = self.diet_epoch * (FULL_EPOCHS * self.all_messages / self.messages - self.epochs)
        return self.measured + diet + self.policies_epoch * more


def trained(epochs: int, of_a_topic: int, of_a_level: int) -> Trained:
    """The stock bot for these settings and our present content; trained now if it was not before.

    Raises ValueError for fewer than two epochs: what one costs could not be told.
    """
    if epochs < 2:
        raise ValueError("the stock bot needs at least 2 epochs")
    intents, all_messages = project.examples(of_a_topic, of_a_level)
    sources = b"".join((Path(__file__).parent / name).read_bytes() for name in ("project.py", "actions.py"))
    stories = b"".join(path.read_bytes() for path in sorted((ROOT / "data" / "stories").glob("*.yml")))
    key = hashlib.sha256(sources + stories + json.dumps([intents, epochs]).encode()).hexdigest()[:16]
    folder = KEPT / f"stock-{key}"
    noted = folder / "trained.json"
    if noted.exists():
        return Trained(**json.loads(noted.read_text()))
    project.write(folder, intents, epochs)
    started = time.monotonic()
    log = folder / "train.log"
    with log.open("w") as out:
        subprocess.run(
            [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock", "--data", "nlu.yml",
             "rules.yml", "stories.yml"],
            cwd=folder, env=ENVIRONMENT, stdout=out, stderr=out, check=True,
        )  # fmt: skip
    measured = time.monotonic() - started
    diet, policies = _epochs(log.read_bytes().decode(errors="replace"))  # a text file would lose "\r"
    messages = sum(map(len, intents.values()))
    result = Trained(str(folder), epochs, messages, all_messages, measured, diet, policies)
    noted.write_text(json.dumps(asdict(result)))
    return result


def _epochs(log: str) -> tuple[float, float]:
    """Seconds of an epoch of DIET, and of the policies together. DIET's bar alone shows `i_acc`."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for line in log.split("\n"):  # a bar writes over itself within its line
        states = [[int(part or 0) for part in bar.groups()] for bar in _BAR.finditer(line)]
        spent = {done: 3600 * hours + 60 * minutes + rest for done, _, hours, minutes, rest in states}
        if states and (last := states[-1][1]) in spent and 1 in spent and last > 1:
            seconds["i_acc" in line].append((spent[last] - spent[1]) / (last - 1))
    if not all(seconds.values()):
        raise ValueError("Rasa's progress bars do not read as they used to: see train.log")
    return sum(seconds[True]), sum(seconds[False])
