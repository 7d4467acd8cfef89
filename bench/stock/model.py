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
# The last line of a progress bar of Rasa's: epochs done, of all, the time they took, and what was measured.
_BAR = re.compile(r"Epochs: 100%\|[^|]*\| (\d+)/\1 \[(?:(\d+):)?(\d+):(\d+)<[^\]\r\n]*\]")


@dataclass(frozen=True)
class Trained:
    """Where the stock bot is and what it cost; times in seconds."""

    folder: str
    epochs: int
    messages: int
    all_messages: int
    measured: float
    epochs_of_diet: float  # of `measured`, what went into DIET's epochs
    epochs_of_policies: float

    @property
    def model(self) -> str:
        return str(Path(self.folder) / "models" / "stock.tar.gz")

    def whole(self) -> float:
        """An extrapolation, not a measurement: all epochs on all messages, each costing the same."""
        fixed = self.measured - self.epochs_of_diet - self.epochs_of_policies
        times = FULL_EPOCHS / self.epochs
        of_diet = self.epochs_of_diet * self.all_messages / self.messages
        return fixed + times * (of_diet + self.epochs_of_policies)


def trained(epochs: int, of_a_topic: int, of_a_level: int) -> Trained:
    """The stock bot for these settings and our present content; trained now if it was not before."""
    intents, all_messages = project.examples(of_a_topic, of_a_level)
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
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
    diet, policies = _epochs(log.read_text(errors="replace"))
    messages = sum(map(len, intents.values()))
    result = Trained(str(folder), epochs, messages, all_messages, measured, diet, policies)
    noted.write_text(json.dumps(asdict(result)))
    return result


def _epochs(log: str) -> tuple[float, float]:
    """Seconds in the epochs of DIET and in those of the policies. DIET's bar alone shows `i_acc`."""
    seconds = {True: 0.0, False: 0.0}
    for bar in _BAR.finditer(log):
        hours, minutes, rest = (int(part or 0) for part in bar.groups()[1:])
        seconds["i_acc" in bar.group()] += 3600 * hours + 60 * minutes + rest
    if not all(seconds.values()):
        raise ValueError("Rasa's progress bars do not read as they used to: see train.log")
    return seconds[True], seconds[False]
