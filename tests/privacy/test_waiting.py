"""While the database is down turns wait on disk or in memory, and neither is lost nor kept for too long."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.knowledge.load import ROOT
from bot.privacy.conversations import KEPT_FOR, Conversations
from bot.privacy.database import open_database
from bot.privacy.journal import FORGOTTEN, Journal
from bot.privacy.schema import NOTED_IN
from bot.privacy.spool import Spool
from bot.privacy.tracker_store import ConversationStore
from bot.privacy.where import KEPT_DAYS, SettingError
from tests.privacy.kept import ANNA, DOMAIN, Kept, said, say
from tests.services.servers import Postgres

pytestmark = pytest.mark.rasa


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


async def test_turns_wait_on_disk_while_the_database_is_down_and_go_there_in_order(kept: Kept) -> None:
    await say(kept.store, "before")
    kept.break_database()
    for text in ("one", "two", "three"):
        await say(kept.store, text)
    assert said(await kept.store.retrieve(ANNA)) == ["one", "two", "three"]
    assert not await kept.store.is_usable()
    kept.mend_database()
    assert kept.store.catch_up() == 3
    assert await kept.store.is_usable()
    assert said(await kept.opened().retrieve(ANNA)) == ["before", "one", "two", "three"]
    told = [entry.said["text"] for entry in Journal(kept.url).after(0) if entry.kind == "user"]
    assert told == ["before", "one", "two", "three"]


async def test_what_waits_survives_the_process(kept: Kept) -> None:
    kept.break_database()
    await say(kept.store, "one")
    program = (
        "import json, sys; from pathlib import Path; from bot.privacy.spool import Spool; "
        f"Spool(Path({str(kept.folder / 'other')!r})).put(json.loads(sys.argv[1]))"
    )
    [line] = next((kept.folder / "spool").glob("*.jsonl")).read_text().splitlines()
    subprocess.run([sys.executable, "-c", program, line], cwd=ROOT, check=True)
    kept.mend_database()
    later = ConversationStore(DOMAIN, Conversations(open_database(kept.url)), Spool(kept.folder / "other"))
    assert later.waiting() == 1
    assert later.catch_up() == 1
    assert said(await later.retrieve(ANNA)) == ["one"]
    assert not list((kept.folder / "other").iterdir())


async def test_what_was_done_before_a_process_died_is_not_done_again(tmp_path: Path) -> None:
    spool, done = Spool(tmp_path), []
    for number in range(3):
        spool.put({"conversation": ANNA, "number": number})

    def do_two(operation: dict[str, Any]) -> None:
        if len(done) == 2:
            raise InterruptedError
        done.append(operation["number"])

    with pytest.raises(InterruptedError):
        spool.catch_up(do_two)
    left = left_behind(tmp_path)
    after: list[int] = []
    Spool(left).catch_up(lambda operation: after.append(operation["number"]))
    assert done + after == [0, 1, 2]


def left_behind(folder: Path) -> Path:
    """What is in `folder`, as a process that is no longer there leaves it."""
    left = folder / "left"
    left.mkdir()
    for file in folder.glob("*.jsonl"):
        (left / file.name).write_bytes(file.read_bytes())
    return left


def test_what_an_earlier_release_had_done_before_it_ended_is_not_done_again(tmp_path: Path) -> None:
    lines = [json.dumps({"conversation": ANNA, "number": number}) + "\n" for number in range(3)]
    (tmp_path / "1-x.jsonl").write_text("".join(lines))
    (tmp_path / "1-x.done").write_text("2")
    done: list[Any] = []
    Spool(tmp_path).catch_up(done.append)
    assert [operation["number"] for operation in done] == [2]
    assert not list(tmp_path.iterdir())


def test_what_is_done_leaves_the_disk_though_more_waits_behind_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.put({"conversation": ANNA, "text": "unmistakeable"})
    spool.put({"conversation": "b" * 32, "text": "another"})

    def do_one(operation: dict[str, Any]) -> None:
        if operation["text"] == "another":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        spool.catch_up(do_one)
    [file] = tmp_path.iterdir()
    assert b"unmistakeable" not in file.read_bytes()
    assert b"another" in file.read_bytes()


def test_a_file_in_which_nothing_waits_any_more_is_tidied_away(tmp_path: Path) -> None:
    (tmp_path / "1-x.jsonl").write_text("     \n")
    assert Spool(tmp_path).waiting() == 0
    assert not list(tmp_path.iterdir())


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    whole = json.dumps({"conversation": ANNA, "number": 1})
    (tmp_path / "1-x.jsonl").write_text(f'{whole}\n{{"conversation": "aa')
    done: list[Any] = []
    Spool(tmp_path).catch_up(done.append)
    assert [operation["number"] for operation in done] == [1]


def test_the_spool_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    living = Spool(tmp_path)
    living.put({"conversation": ANNA})
    assert Spool(tmp_path).waiting() == 0
    assert living.waiting() == 1


async def test_a_turn_is_kept_in_memory_when_the_disk_takes_nothing(kept: Kept) -> None:
    await say(kept.store, "before")
    kept.break_database()
    (kept.folder / "spool").write_text("no folder can be made here")
    await say(kept.store, "one")
    assert said(await kept.store.retrieve(ANNA)) == ["one"]
    assert kept.store.waiting() == 1
    kept.mend_database()
    assert kept.store.catch_up() == 1
    assert said(await kept.opened().retrieve(ANNA)) == ["before", "one"]


async def test_what_is_deleted_while_the_database_is_down_is_deleted_later(kept: Kept) -> None:
    await say(kept.store, "before")
    kept.break_database()
    await say(kept.store, "one")
    assert await kept.store.delete(ANNA) is None
    kept.mend_database()
    kept.store.catch_up()
    assert await kept.opened().retrieve(ANNA) is None
    assert [entry.kind for entry in Journal(kept.url).after(0)] == [FORGOTTEN]


async def test_what_waits_on_disk_is_gone_from_there_as_soon_as_somebody_asks(kept: Kept) -> None:
    kept.break_database()
    await say(kept.store, "unmistakeable")
    assert b"unmistakeable" in on_the_disk(kept)
    await kept.store.delete(ANNA)
    assert b"unmistakeable" not in on_the_disk(kept)
    assert kept.store.waiting() == 1  # the deletion itself
    await say(kept.store, "said after it")
    kept.mend_database()
    kept.store.catch_up()
    assert said(await kept.opened().retrieve(ANNA)) == ["said after it"]


def on_the_disk(kept: Kept) -> bytes:
    return b"".join(file.read_bytes() for file in (kept.folder / "spool").glob("*"))


async def test_what_waits_in_memory_is_forgotten_too(kept: Kept) -> None:
    kept.break_database()
    (kept.folder / "spool").write_text("no folder can be made here")
    await say(kept.store, "one")
    await kept.store.delete(ANNA)
    assert kept.store.waiting() == 1
    kept.mend_database()
    kept.store.catch_up()
    assert await kept.opened().retrieve(ANNA) is None
    assert [entry.kind for entry in Journal(kept.url).after(0)] == [FORGOTTEN]


@pytest.mark.parametrize("disk", ["takes it", "is full"])
async def test_a_turn_that_waits_here_is_not_written_when_another_process_deleted_the_conversation(
    kept: Kept, disk: str
) -> None:
    await say(kept.store, "before")
    kept.break_database()
    if disk == "is full":
        (kept.folder / "spool").write_text("no folder can be made here")
    await say(kept.store, "one")
    kept.mend_database()
    Conversations(open_database(kept.url)).forget(ANNA, time.time())
    assert kept.store.catch_up() == 1
    assert await kept.store.retrieve(ANNA) is None
    assert Conversations(open_database(kept.url)).export(ANNA)["journal"] == []
    assert await kept.store.is_usable()


class Later:
    """A clock that is ahead by so many seconds, for the store and what is below it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        now = time.time() + seconds
        for module in ("tracker_store", "conversations"):
            monkeypatch.setattr(f"bot.privacy.{module}.time", lambda: now)


@pytest.mark.parametrize("disk", ["takes it", "is full"])
async def test_nothing_waits_for_longer_than_it_may_be_kept_though_the_database_never_returns(
    kept: Kept, disk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.break_database()
    if disk == "is full":
        (kept.folder / "spool").write_text("no folder can be made here")
    await say(kept.store, "unmistakeable")
    Later(monkeypatch, KEPT_DAYS * 24 * 3600 - 60)
    with pytest.raises(OperationalError):
        kept.store.purge()
    assert kept.store.waiting() == 1
    Later(monkeypatch, KEPT_DAYS * 24 * 3600 + 60)
    with pytest.raises(OperationalError):
        kept.store.purge()
    assert kept.store.waiting() == 0
    assert b"unmistakeable" not in on_the_disk(kept)


async def test_without_a_copy_for_reviewers_a_turn_waits_no_longer_than_the_conversation_is_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.break_database()
    conversations = Conversations(open_database(kept.url))
    store = ConversationStore(DOMAIN, conversations, Spool(kept.folder / "spool"), keep_journal=False)
    await say(store, "one")
    Later(monkeypatch, KEPT_FOR + 60)
    with pytest.raises(OperationalError):
        store.purge()
    assert store.waiting() == 0


async def test_what_is_too_old_by_the_time_the_database_returns_is_not_written(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.break_database()
    await say(kept.store, "one")
    kept.mend_database()
    Later(monkeypatch, KEPT_DAYS * 24 * 3600 + 60)
    assert kept.store.catch_up() == 1
    assert list(Journal(kept.url).after(0)) == []
    assert Conversations(open_database(kept.url)).export(ANNA)["turns"] == []


async def test_the_wish_to_be_forgotten_waits_for_as_long_as_it_must(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(kept.store, "one")
    kept.break_database()
    await kept.store.delete(ANNA)
    Later(monkeypatch, 400 * 24 * 3600)
    with pytest.raises(OperationalError):
        kept.store.purge()
    assert kept.store.waiting() == 1
    kept.mend_database()
    kept.store.catch_up()
    assert [entry.kind for entry in Journal(kept.url).after(0)] == [FORGOTTEN]


async def test_a_bot_whose_database_is_down_at_the_start_keeps_turns_for_it(kept: Kept) -> None:
    kept.break_database()
    kept.store.prepare()
    await say(kept.store, "one")
    assert kept.store.waiting() == 1
    kept.mend_database()
    assert kept.store.catch_up() == 1
    assert said(await kept.opened().retrieve(ANNA)) == ["one"]


@pytest.mark.skipif(not Postgres.is_here(), reason="no PostgreSQL here")
async def test_it_is_so_with_postgresql_too_whose_tables_are_made_when_it_comes(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "postgres")
    conversations = Conversations(open_database(postgres.url))
    store = ConversationStore(DOMAIN, conversations, Spool(tmp_path / "spool"))
    store.prepare()
    await say(store, "one")
    assert store.waiting() == 1
    postgres.start()
    try:
        assert store.catch_up() == 1
        assert said(await store.retrieve(ANNA)) == ["one"]
        assert await store.is_usable()
    finally:
        postgres.stop()


async def test_a_bot_is_not_started_on_the_database_of_a_newer_release(kept: Kept) -> None:
    kept.store.prepare()
    with open_database(kept.url).begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE {NOTED_IN} SET version_num = '9999'"))
    with pytest.raises(SettingError, match="newer release"):
        kept.opened().prepare()


async def test_a_bot_that_runs_keeps_turns_while_the_database_is_one_of_a_newer_release(kept: Kept) -> None:
    kept.break_database()
    await say(kept.store, "one")
    kept.mend_database()
    Conversations(open_database(kept.url)).prepare()
    with open_database(kept.url).begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE {NOTED_IN} SET version_num = '9999'"))
    with pytest.raises(SQLAlchemyError):
        kept.store.catch_up()
    await say(kept.store, "two")
    assert kept.store.waiting() == 2
