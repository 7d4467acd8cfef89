#!/usr/bin/env python3
"""Prints what is publicly known against the packages that Rasa holds at old versions, and what we decided.

Then asks pip-audit, if it is installed and reaches its service, about all locked packages: ends with 1 if it
names something that is not in requirements/advisories.yml.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
LISTS = ("locked.txt", "rasa.txt")
DECISIONS = ("accepted", "lift")
PATIENCE = 600  # seconds


@dataclass(frozen=True)
class Accepted:
    """A package that stays at an old version, and why that is bearable."""

    package: str
    version: str
    advisories: list[dict[str, str]]
    reach: str
    decision: str
    reason: str
    checked: date


def advisories(file: Path = REQUIREMENTS / "advisories.yml") -> list[Accepted]:
    """What is in `file`. Ends the program, naming the entry, if a field is missing or unknown."""
    entries = []
    for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
        try:
            entries.append(Accepted(**entry))
        except TypeError as error:
            sys.exit(f"{file}: {entry.get('package', 'an entry without package')}: {error}")
    return entries


def locked() -> dict[str, str]:
    """The version of each locked package."""
    lines = "\n".join((REQUIREMENTS / name).read_text(encoding="utf-8") for name in LISTS)
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lines, flags=re.M))


def table(entries: list[Accepted]) -> str:
    parts = []
    for entry in entries:
        head = f"{entry.package} {entry.version}: {entry.decision} (checked {entry.checked})"
        known = [f"{advisory['id']}: {advisory['says']}" for advisory in entry.advisories] or ["none known"]
        said = [*known, f"Reach: {entry.reach}", f"Why: {entry.reason}"]
        below = [fill(line, 108, initial_indent="  ", subsequent_indent="    ") for line in said]
        parts.append("\n".join([head, *below]))
    return "\n\n".join(parts)


def scanned() -> list[dict[str, Any]] | None:
    """What pip-audit found in each package, or None if it is not there or cannot reach its service."""
    program = shutil.which("pip-audit") or shutil.which("pip-audit", path=str(Path(sys.executable).parent))
    if not program:
        print("pip-audit is not installed: only the list above was looked at.")
        return None
    lists = [part for name in LISTS for part in ("-r", str(REQUIREMENTS / name))]
    command = [program, "--format", "json", "--progress-spinner", "off", "--no-deps", "--disable-pip", *lists]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        return list(json.loads(ran.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print("pip-audit cannot reach its service from here: only the list above was looked at.")
        return None


def unexplained(found: list[dict[str, Any]], entries: list[Accepted]) -> list[str]:
    """What pip-audit names and our list does not, by any of its ids."""
    explained = {(entry.package, advisory["id"]) for entry in entries for advisory in entry.advisories}
    return [
        f"{package['name']} {package['version']}: {fault['id']} is not in requirements/advisories.yml"
        for package in found
        for fault in package.get("vulns", [])
        if not any((package["name"], name) in explained for name in (fault["id"], *fault.get("aliases", [])))
    ]


def main() -> None:
    entries = advisories()
    print(table(entries), end="\n\n")
    found = scanned()
    if found is None:
        return
    if missing := unexplained(found, entries):
        sys.exit("\n".join(missing))
    print(f"pip-audit looked at {len(found)} packages and found nothing that is not explained.")


if __name__ == "__main__":
    main()
