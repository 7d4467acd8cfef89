"""The model is trained again when what it learns from has changed, and only then."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.knowledge.load import ROOT
from bot.training import ensure_model, fingerprint, is_ours, model_file, seal


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in (
        "data/nlu",
        "data/rules",
        "data/stories",
        "data/safety",
        "bot/nlu",
        "bot/policies",
        "requirements",
    ):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_new_date_on_a_file_changes_nothing(copy: Path) -> None:
    before = fingerprint(copy)
    os.utime(copy / "config.yml", (0, 0))
    assert fingerprint(copy) == before == fingerprint(ROOT)


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/about.yml", "data/rules/answers.yml"])
def test_a_changed_word_changes_the_fingerprint(copy: Path, name: str) -> None:
    before = fingerprint(copy)
    (copy / name).write_text((copy / name).read_text() + "\n# one more word\n")
    assert fingerprint(copy) != before


def test_another_version_of_a_package_that_learns_changes_the_fingerprint(copy: Path) -> None:
    locked, before = copy / "requirements" / "locked.txt", fingerprint(copy)
    locked.write_text(locked.read_text().replace("scikit-learn==1.1.3", "scikit-learn==1.1.2"))
    assert fingerprint(copy) != before


def test_another_version_of_a_package_that_learns_nothing_does_not(copy: Path) -> None:
    locked, before = copy / "requirements" / "locked.txt", fingerprint(copy)
    said = locked.read_text()
    locked.write_text(said.replace("psutil==", "psutil==0."))
    assert locked.read_text() != said
    assert fingerprint(copy) == before


def test_a_model_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    model = tmp_path / "your-say-x.tar.gz"
    model.write_bytes(b"what was trained")
    assert not is_ours(model)
    seal(model)
    assert is_ours(model)
    model.write_bytes(b"what somebody put there")
    assert not is_ours(model)


@pytest.mark.parametrize("sealed", [False, True], ids=["no seal", "another's seal"])
def test_a_model_that_was_not_built_here_is_not_loaded(copy: Path, sealed: bool) -> None:
    model = model_file(copy)
    model.parent.mkdir()
    model.write_bytes(b"what was trained")
    if sealed:
        seal(model)
        model.write_bytes(b"what somebody put there")
    with pytest.raises(SystemExit, match="not the model that was built here"):
        ensure_model(copy)
