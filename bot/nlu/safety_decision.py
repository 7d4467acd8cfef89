"""From what was read in a message and in its parts to one level, and why.

A level is only ever lowered by evidence - words that the screen learned to be harmless -
and never by the absence of a keyword: what it is unsure about counts as distress.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.safety_examples import CATEGORIES, LEVELS
from bot.nlu.safety_patterns import Pattern


@dataclass(frozen=True)
class Thresholds:
    """Least probabilities, chosen on tests/messages/safety_validation.yml by `bot calibrate-safety`.

    `whole`, `clause`: that anything is wrong, for the whole message and for a part of it.
    `urgent`, `emergency`: of what is wrong, the share that must be at least this grave.
    `pattern`: that anything is wrong, below which even the plainest words are taken as a joke.
    `category`: to name a category besides the likeliest. `speaker`: that it is not a young person.
    """

    whole: float
    clause: float
    urgent: float
    emergency: float
    pattern: float
    category: float
    speaker: float


@dataclass(frozen=True)
class Reading:
    """What was made of one piece of text: a probability for each level and each category."""

    text: str
    levels: Sequence[float]
    categories: Sequence[float]

    @property
    def alarm(self) -> float:
        """The probability that anything is wrong."""
        return 1.0 - self.levels[0]


@dataclass(frozen=True)
class Verdict:
    """`reading` is the piece that decided; None if nothing is wrong."""

    level: str
    categories: tuple[str, ...] = ()
    sure: float = 0.0
    reading: Reading | None = None
    pattern: str | None = None


CALM = Verdict(LEVELS[0])


def decide(whole: Reading, parts: Sequence[Reading], pattern: Pattern | None, least: Thresholds) -> Verdict:
    """The gravest of what the whole message, its parts and the patterns say."""
    alarmed = [whole] if whole.alarm >= least.whole else []
    alarmed += [part for part in parts if part.alarm >= least.clause]
    verdicts = [_read(reading, least) for reading in alarmed]
    if pattern and whole.alarm >= least.pattern:
        categories = pattern.categories + tuple(c for c in _named(whole, least) if alarmed)
        unique = tuple(dict.fromkeys(categories))
        verdicts.append(Verdict(pattern.level, unique, whole.alarm, whole, pattern.id))
    return max(verdicts, key=lambda verdict: (LEVELS.index(verdict.level), verdict.sure), default=CALM)


def _read(reading: Reading, least: Thresholds) -> Verdict:
    _, _, urgent, emergency = (chance / max(reading.alarm, 1e-9) for chance in reading.levels)
    if emergency >= least.emergency:
        level = LEVELS[3]
    else:
        level = LEVELS[2] if urgent + emergency >= least.urgent else LEVELS[1]
    return Verdict(level, _named(reading, least), reading.alarm, reading)


def _named(reading: Reading, least: Thresholds) -> tuple[str, ...]:
    ranked = sorted(zip(reading.categories, CATEGORIES, strict=True), reverse=True)
    return tuple(name for place, (chance, name) in enumerate(ranked) if not place or chance >= least.category)
