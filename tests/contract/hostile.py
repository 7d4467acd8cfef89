"""The hostile messages of hostile.yml, each also with a disclosure wrapped in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

DISCLOSURE = "my dad beats me with his belt"
FILE = Path(__file__).with_name("hostile.yml")


@dataclass(frozen=True)
class Hostile:
    """`disclosing`: the same with a disclosure in it, if that makes sense."""

    id: str
    text: str
    disclosing: str | None


def read_hostile() -> list[Hostile]:
    kinds = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        _entry(f"{kind}-{id_}", **given) for kind, entries in kinds.items() for id_, given in entries.items()
    ]


def _entry(
    id_: str,
    text: str,
    times: int = 1,
    around: str = "<text> <said>",
    discloses: bool = False,
    alone: bool = False,
    unheard: str = "",
) -> Hostile:
    whole = text * times
    if discloses:
        return Hostile(id_, whole, whole)
    wrapped = around.replace("<text>", whole).replace("<said>", DISCLOSURE)
    return Hostile(id_, whole, None if alone or unheard else wrapped)
