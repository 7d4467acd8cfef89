"""In which file of `data/` something stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.load import ROOT


def guide_file(topic: str, root: Path = ROOT) -> str:
    """The file with the answer to `topic`. Raises KeyError when there is none."""
    return _home(root, "guide", topic, lambda content: content.get("answers", {}))


def examples_file(topic: str, root: Path = ROOT) -> str:
    """The first file with examples of `topic`. Raises KeyError for what is not learned from examples."""
    return _home(root, "nlu", topic, lambda content: {block["intent"] for block in content["nlu"]})


def _home(root: Path, folder: str, topic: str, held: Any) -> str:
    for path in sorted((root / "data" / folder).glob("*.yml")):
        if topic in held(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)):
            return str(path.relative_to(root))
    raise KeyError(topic)


@lru_cache(maxsize=1)
def measured_messages(root: Path = ROOT) -> frozenset[str]:
    """Every message, in lower case, that measures how well the bot understands: none may be learned."""
    paths = (root / "tests" / "messages").glob("*.yml")
    contents = (yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in paths)
    return frozenset(line.casefold() for line in _lines(contents))


def _lines(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield from (line.strip().removeprefix("- ") for line in content.splitlines())
    elif isinstance(content, dict):
        yield from _lines(content.values())
    elif isinstance(content, Iterable):
        for item in content:
            yield from _lines(item)
