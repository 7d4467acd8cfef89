"""requirements/advisories.yml is about what is locked, gives reasons and was looked at lately."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.knowledge.load import ROOT
from scripts.audit import DECISIONS, Accepted, advisories, locked, table, unexplained

ENTRIES = advisories()
PATH = re.compile(r"\b(?:bot|tests|deploy|docs|requirements|rasa)/[\w/.-]*\w")
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.package)


@each_entry
def test_the_package_is_still_locked_at_that_version(entry: Accepted) -> None:
    assert locked()[entry.package] == entry.version


@each_entry
def test_the_decision_has_a_reason_and_says_what_can_be_reached(entry: Accepted) -> None:
    assert entry.decision in DECISIONS
    assert len(entry.reason.split()) > 3
    assert len(entry.reach.split()) > 3


@each_entry
def test_it_was_looked_at_within_a_year(entry: Accepted) -> None:
    assert date.today() - timedelta(days=365) <= entry.checked <= date.today()


@each_entry
def test_each_advisory_says_what_it_is_and_its_id_is_one_or_openly_not_known(entry: Accepted) -> None:
    for advisory in entry.advisories:
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-\w{4}){3}|PYSEC-\d{4}-\d+|not verified", advisory["id"])
        assert len(advisory["says"].split()) > 2


@each_entry
def test_the_files_that_it_points_to_are_there(entry: Accepted) -> None:
    for path in PATH.findall(f"{entry.reach} {entry.reason}"):
        inside = ROOT / ".venv/lib/python3.11/site-packages" if path.startswith("rasa/") else ROOT
        assert (inside / path).exists(), path


def test_each_package_stands_there_once() -> None:
    assert len({entry.package for entry in ENTRIES}) == len(ENTRIES)


def test_every_package_that_rasa_holds_at_one_version_is_explained() -> None:
    needs = (ROOT / "requirements" / "rasa-needs.in").read_text(encoding="utf-8")
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", needs, flags=re.M)}
    explained = {entry.package for entry in ENTRIES} | LATEST_OF_ITS_LINE
    assert pinned <= explained


def found(name: str, *ids: str) -> list[dict[str, object]]:
    """What pip-audit says of a package with one fault."""
    return [{"name": name, "version": "1", "vulns": [{"id": ids[0], "aliases": list(ids[1:])}]}]


def test_what_a_scanner_names_by_another_of_its_ids_is_explained() -> None:
    assert unexplained(found("keras", "PYSEC-2024-1", "CVE-2024-3660"), ENTRIES) == []


def test_what_a_scanner_names_that_is_not_written_down_is_reported_with_its_package() -> None:
    assert "keras 1: CVE-2099-0001" in unexplained(found("keras", "CVE-2099-0001"), ENTRIES)[0]
    assert unexplained(found("aiohttp", "CVE-2024-3660"), ENTRIES)


def test_a_field_that_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    file = tmp_path / "advisories.yml"
    file.write_text("- package: keras\n  version: 2.12.0\n")
    with pytest.raises(SystemExit, match=r"keras.*reason"):
        advisories(file)


def test_the_table_shows_each_decision_and_its_reason() -> None:
    printed = " ".join(table(ENTRIES).split())
    assert all(f"{entry.package} {entry.version}: {entry.decision}" in printed for entry in ENTRIES)
    assert all(" ".join(entry.reason.split()) in printed for entry in ENTRIES)


# Held at one version, but by us or beside another that is explained.
LATEST_OF_ITS_LINE = {"dnspython", "matplotlib", "tensorflow-io-gcs-filesystem"}
