"""CSV that spreadsheet programs open without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a formula begins: OWASP, "CSV Injection"


def as_csv(rows: Iterable[Sequence[str | int]]) -> str:
    """The rows, with a mark that makes Excel read it as UTF-8. Words that would run get a ' before them."""
    text = io.StringIO()
    csv.writer(text).writerows([_still(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def _still(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell
