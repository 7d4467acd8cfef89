"""Nobody can be traced, and what is forgotten is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.privacy.pseudonyms import KEY, keys, pseudonym, pseudonyms
from bot.privacy.where import FOLDER, SettingError, secret


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.delenv(KEY, raising=False)
    keys.cache_clear()
    yield tmp_path
    keys.cache_clear()


def test_a_pseudonym_is_the_same_each_time_and_differs_by_person_and_channel() -> None:
    assert pseudonym("rest", "1") == pseudonym("rest", "1")
    assert len({pseudonym("rest", "1"), pseudonym("rest", "2"), pseudonym("telegram", "1")}) == 3


def test_a_pseudonym_does_not_show_the_id() -> None:
    assert "123456" not in pseudonym("telegram", "123456")


def test_a_pseudonym_is_the_same_after_a_restart() -> None:
    before = pseudonym("telegram", "1")
    keys.cache_clear()
    assert pseudonym("telegram", "1") == before


def test_the_key_can_be_read_by_its_owner_only(folder: Path) -> None:
    pseudonym("telegram", "1")
    assert (folder / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_after_a_new_key_what_was_kept_under_the_old_one_is_still_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(KEY, "the-old-one")
    before = pseudonym("telegram", "1")
    monkeypatch.setenv(KEY, "the-new-one the-old-one")
    keys.cache_clear()
    assert pseudonym("telegram", "1") != before
    assert pseudonyms("telegram", "1") == [pseudonym("telegram", "1"), before]


def test_a_secret_may_stand_in_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "key").write_text("from a file\n")
    monkeypatch.setenv(f"{KEY}_FILE", str(folder / "key"))
    assert secret(KEY) == "from a file"
    monkeypatch.setenv(f"{KEY}_FILE", str(folder / "nowhere"))
    with pytest.raises(SettingError, match=f"{KEY}_FILE.*nowhere"):
        secret(KEY)
