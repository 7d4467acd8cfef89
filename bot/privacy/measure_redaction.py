"""How much personal detail redaction takes out, and how much else it takes with it.

The messages stand in YAML blocks of a `voice`, a `part` ("development" or "held out") and
`messages`, one a line, with each detail marked: "my names {name:tyler}".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.privacy.found import Found
from bot.privacy.redaction import KINDS, redacted

_MARKED = re.compile(r"\{([A-Za-z ]+):([^{}]+)\}")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Marked:
    """A message and the details that a person marked in it."""

    text: str
    details: tuple[Found, ...]
    part: str
    voice: str


@dataclass(frozen=True)
class Recall:
    """Of `marked` details how many are gone to the last word, and gone under the name of their kind."""

    marked: int
    gone: int
    named_rightly: int

    @property
    def share(self) -> float:
        return self.gone / max(1, self.marked)


@dataclass(frozen=True)
class Damage:
    """Of `words` that are no detail how many were taken out; of `harmless` messages how many were changed."""

    words: int
    taken: int
    harmless: int
    changed: int

    @property
    def share(self) -> float:
        return self.taken / max(1, self.words)


def read(path: Path) -> list[Marked]:
    """The marked messages of `path`. Raises ValueError with the message whose mark is not understood."""
    blocks = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        _unmarked(line.strip(), str(block["part"]), str(block["voice"]))
        for block in blocks
        for line in block["messages"].splitlines()
    ]


def _unmarked(line: str, part: str, voice: str) -> Marked:
    text, details, at = "", [], 0
    for mark in _MARKED.finditer(line):
        if mark[1] not in KINDS:
            raise ValueError(f"{mark[1]!r} is not a kind of detail: {line}")
        text += line[at : mark.start()]
        details.append(Found(len(text), len(text) + len(mark[2]), mark[1]))
        text, at = text + mark[2], mark.end()
    text += line[at:]
    if "{" in text or "}" in text:
        raise ValueError(f"a mark is not closed: {line}")
    return Marked(text, tuple(details), part, voice)


def recall(messages: Iterable[Marked]) -> dict[str, Recall]:
    """For each kind that is marked somewhere in `messages`."""
    counts = {kind: [0, 0, 0] for kind in KINDS}
    for message in messages:
        found = redacted(message.text).details
        for detail in message.details:
            gone = _is_gone(detail, message.text, found)
            rightly = gone and _is_gone(detail, message.text, [f for f in found if f.kind == detail.kind])
            counts[detail.kind] = [
                n + more for n, more in zip(counts[detail.kind], (1, gone, rightly), strict=True)
            ]
    return {kind: Recall(*count) for kind, count in counts.items() if count[0]}


def damage(messages: Iterable[Marked]) -> Damage:
    words = taken = harmless = changed = 0
    for message in messages:
        found = redacted(message.text).details
        hurt = sum(_touches(word, found) for word in _ordinary_words(message))
        words, taken = words + len(_ordinary_words(message)), taken + hurt
        if not message.details:
            harmless, changed = harmless + 1, changed + bool(found)
    return Damage(words, taken, harmless, changed)


def mistakes(messages: Iterable[Marked]) -> Iterator[str]:
    """Each message of which something was left, or too much taken, with what became of it."""
    for message in messages:
        result = redacted(message.text)
        left = [d for d in message.details if not _is_gone(d, message.text, result.details)]
        hurt = [w for w in _ordinary_words(message) if _touches(w, result.details)]
        if left or hurt:
            words = [f"left {d.kind} {message.text[d.start : d.end]!r}" for d in left]
            words += [f"took {message.text[start:end]!r}" for start, end in hurt]
            yield f"{message.text}\n  -> {result.text}\n     {'; '.join(words)}"


def measure(path: Path, show_errors: bool = False) -> None:
    """Print recall by kind and damage for each part of `path`."""
    messages = read(path)
    for part in dict.fromkeys(message.part for message in messages):
        print("\n".join(table(part, [m for m in messages if m.part == part])))
        if show_errors:
            print("\n".join(mistakes(m for m in messages if m.part == part)))


def table(title: str, messages: Sequence[Marked]) -> Iterator[str]:
    yield f"{title}: {len(messages)} messages"
    yield f"  {'kind':14} {'marked':>6}  {'taken out':>9}  {'as its kind':>11}"
    for kind, found in recall(messages).items():
        rightly = found.named_rightly / max(1, found.marked)
        yield f"  {kind:14} {found.marked:6}  {found.share:9.1%}  {rightly:11.1%}"
    hurt = damage(messages)
    yield f"  other words taken out: {hurt.taken} of {hurt.words} ({hurt.share:.2%})"
    yield f"  messages without details changed: {hurt.changed} of {hurt.harmless}"


def _ordinary_words(message: Marked) -> list[tuple[int, int]]:
    spans = (match.span() for match in _WORD.finditer(message.text))
    return [span for span in spans if not _touches(span, message.details)]


def _is_gone(detail: Found, text: str, found: Iterable[Found]) -> bool:
    """Whether every word of `detail` lies within what was found."""
    spans = [(f.start, f.end) for f in found]
    words = (match.span() for match in _WORD.finditer(text, detail.start, detail.end))
    return all(all(any(s <= at < e for s, e in spans) for at in range(*word)) for word in words)


def _touches(word: tuple[int, int], found: Iterable[Found]) -> bool:
    return any(start < word[1] and word[0] < end for start, end, _ in found)
