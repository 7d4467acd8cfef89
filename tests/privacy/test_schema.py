"""The tables of the bot's database go from release to release without loss, on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from bot.knowledge.load import ROOT
from bot.privacy.conversations import Conversations, Turn
from bot.privacy.database import IN_MEMORY, TABLES, open_database
from bot.privacy.journal import Journal
from bot.privacy.schema import MIGRATIONS, NOTED_IN, VERSION, NewerDatabaseError, bring_up_to_date
from bot.privacy.where import SettingError
from tests.services.servers import SOON

ANNA = "a" * 32
# What the first release made, which noted no version: as `sqlite3 journal.db .schema` and `pg_dump` say.
FIRST = (
    "CREATE TABLE turns (conversation VARCHAR(64) NOT NULL, number INTEGER NOT NULL, at FLOAT NOT NULL, "
    "message VARCHAR(80), turn TEXT NOT NULL, PRIMARY KEY (conversation, number))",
    "CREATE INDEX ix_turns_at ON turns (at)",
    "CREATE TABLE journal (number {number}, conversation VARCHAR(64) NOT NULL, at FLOAT NOT NULL, "
    "kind VARCHAR(16) NOT NULL, entry TEXT NOT NULL)",
    "CREATE INDEX ix_journal_conversation ON journal (conversation)",
    f"INSERT INTO turns VALUES ('{ANNA}', 1, 1.5, NULL, '{{\"events\": [], \"state\": {{}}}}')",
    "INSERT INTO journal (conversation, at, kind, entry) "
    f"VALUES ('{ANNA}', 1.5, 'user', '{{\"text\": \"hi\"}}')",
)
NUMBER = {
    "sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY",
}


def do(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def version(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text(f"SELECT version_num FROM {NOTED_IN}")).scalar())


def as_the_first_release_left_it(url: str) -> Engine:
    engine = open_database(url)
    do(engine, *(statement.replace("{number}", NUMBER[engine.dialect.name]) for statement in FIRST))
    return engine


def differences(engine: Engine) -> list[object]:
    """Between the tables that are there and those that the code works with."""
    with engine.connect() as connection:
        options = {"compare_type": True, "version_table": NOTED_IN, "include_name": _is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), TABLES))


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    return (kind, name) != ("table", "sqlite_sequence")  # SQLite's own


def test_the_changes_make_the_tables_that_the_code_works_with(url: str) -> None:
    engine = open_database(url)
    bring_up_to_date(engine)
    assert differences(engine) == []
    assert version(engine) == VERSION


def test_the_last_change_is_the_version_of_this_release() -> None:
    changes = sorted(file.name for file in (MIGRATIONS / "versions").glob("*.py"))
    assert changes[-1].startswith(f"{VERSION}_")


def test_a_database_of_the_first_release_is_taken_over_with_all_that_is_in_it(url: str) -> None:
    engine = as_the_first_release_left_it(url)
    conversations = Conversations(engine, kept_for=1e12)
    held = conversations.export(ANNA)
    assert [turn["at"] for turn in held["turns"]] == [1.5]
    assert [entry["text"] for entry in held["journal"]] == ["hi"]
    assert version(engine) == VERSION
    assert differences(engine) == []
    conversations.add(Turn(ANNA, 2, 2.5, None, [], {}, [{"at": 2.5, "kind": "user", "said": {"text": "x"}}]))
    assert [entry.number for entry in Journal(url).after(0)] == [1, 2]


def test_a_database_in_which_only_the_review_room_of_the_first_release_made_its_table_is_taken_over(
    url: str,
) -> None:
    engine = as_the_first_release_left_it(url)
    do(engine, "DROP TABLE turns")
    bring_up_to_date(engine)
    assert differences(engine) == []
    assert [entry.said["text"] for entry in Journal(url).after(0)] == ["hi"]


def test_a_database_of_a_newer_release_is_refused_and_left_as_it_is(url: str) -> None:
    engine = open_database(url)
    bring_up_to_date(engine)
    do(engine, f"UPDATE {NOTED_IN} SET version_num = '9999'")
    with pytest.raises(SettingError, match=r"version 9999.* newer release.*0002.*runbook") as refused:
        bring_up_to_date(engine)
    assert "p@ss" not in str(refused.value)
    assert "p%40ss" not in str(refused.value)
    assert version(engine) == "9999"


def test_for_a_bot_that_runs_a_newer_database_is_one_that_cannot_be_used(url: str) -> None:
    bring_up_to_date(engine := open_database(url))
    do(engine, f"UPDATE {NOTED_IN} SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError):
        Conversations(engine).last(ANNA)
    do(engine, f"UPDATE {NOTED_IN} SET version_num = '{VERSION}'")
    assert Conversations(engine).last(ANNA) is None


def test_bots_that_start_at_once_change_the_tables_once(url: str) -> None:
    engine = as_the_first_release_left_it(url)
    program = (
        "import sys; from bot.privacy.conversations import Conversations; "
        "from bot.privacy.database import open_database; "
        "sys.stdin.readline(); Conversations(open_database(sys.argv[1])).prepare()"
    )
    bots = [
        subprocess.Popen(
            [sys.executable, "-c", program, url], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for bot in bots:
        assert bot.stdin
        bot.stdin.write(b"go\n")
        bot.stdin.flush()
    assert [bot.communicate(timeout=SOON)[1].decode()[-500:] for bot in bots] == [""] * 4
    assert {bot.returncode for bot in bots} == {0}
    assert version(engine) == VERSION
    assert differences(engine) == []
    assert [entry.said["text"] for entry in Journal(url).after(0)] == ["hi"]


def test_a_change_that_fails_half_way_changes_nothing(url: str) -> None:
    engine = as_the_first_release_left_it(url)
    do(engine, "CREATE TABLE forgotten (something TEXT)")  # in the way of the second version
    with pytest.raises(Exception, match="forgotten"):
        bring_up_to_date(engine)
    assert NOTED_IN not in inspect(engine).get_table_names()
    do(engine, "DROP TABLE forgotten")
    bring_up_to_date(engine)
    assert version(engine) == VERSION


def test_a_database_that_is_current_is_opened_without_what_changes_it(url: str) -> None:
    bring_up_to_date(open_database(url))
    program = (
        "import sys; from bot.privacy.conversations import Conversations; "
        "from bot.privacy.database import open_database; "
        "Conversations(open_database(sys.argv[1])).prepare(); print('alembic' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, check=True, capture_output=True)
    assert said.stdout.strip() == b"False"


def test_what_is_only_in_memory_has_the_same_tables() -> None:
    engine = open_database(IN_MEMORY)
    bring_up_to_date(engine)
    assert differences(engine) == []
