"""Of the disclosures that the screen misses, how many the review room's second listener ranks high."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.knowledge.load import ROOT
from bot.measure_safety import HELD_OUT, VALIDATION, Labelled, loaded_screen, read
from bot.review.detector import Detector

_MESSAGES = ROOT / "tests" / "messages"
SETS = {
    "chosen on": ((VALIDATION,), _MESSAGES / "validation.yml"),
    "held out": ((HELD_OUT, _MESSAGES / "safety_like_samples.yml"), _MESSAGES / "test.yml"),
}
READ = (0.05, 0.1, 0.2)  # of all that was not flagged, the most suspected


def run() -> None:
    """Print a line for each set of messages. Ordinary questions are in it, as in a real day, as harmless."""
    screen, detector = loaded_screen(), Detector()
    for name, (files, questions) in SETS.items():
        messages = [*(message for file in files for message in read(file)), *_ordinary(questions)]
        left = [message for message in messages if screen.screen(message.text, {})["level"] == "none"]
        ranked = sorted(left, key=lambda message: detector.suspicion(message.text), reverse=True)
        print(name, _told(ranked))


def _ordinary(file: Path) -> list[Labelled]:
    topics = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Labelled(text, "none", (), "ordinary") for texts in topics.values() for text in texts]


def _told(ranked: Sequence[Labelled]) -> str:
    missed = [message.level != "none" for message in ranked]
    found = ", ".join(
        f"{sum(missed[: round(len(missed) * share)])} in the first {share:.0%}" for share in READ
    )
    return f"{len(missed)} not flagged, {sum(missed)} of them disclosures: {found}"
