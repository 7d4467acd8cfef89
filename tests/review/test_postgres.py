"""The journal and the review room in PostgreSQL, for more than one machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from bot.privacy.journal import Journal
from tests.conftest import until
from tests.review.test_server import SOON, Served, make_first_account
from tests.services.servers import Postgres

pytestmark = pytest.mark.skipif(not Postgres.is_here(), reason="no PostgreSQL here (initdb, postgres)")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database; its password needs quoting."""
    postgres = Postgres(tmp_path_factory.mktemp("postgres"))
    postgres.start()
    yield postgres.url
    postgres.stop()


@pytest.fixture
def served(database: str, tmp_path: Path) -> Iterator[Served]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    folder = tmp_path / "var"
    folder.mkdir()
    with Served(folder, YOUR_SAY_DATABASE=f"{database}?application_name=room") as served:
        yield served
    assert sorted(file.name for file in folder.iterdir()) == ["review.key"]


def test_what_is_journalled_is_read_and_forgotten_there(database: str, served: Served) -> None:
    browser, journal = make_first_account(served), Journal(database)
    said = {"text": "what is an advocate", "pressed": False, "channel": "widget", "place": "devon"}
    said |= {"topic": "what_is_an_advocate", "level": "none", "speaker": "", "why": ""}
    journal.write("f" * 32, time.time(), "user", said | _UNDERSTOOD)
    until(lambda: browser.get("/conversation/1/").status_code == 200, SOON)
    journal.forget("f" * 32, time.time())
    until(lambda: browser.get("/conversation/1/").status_code == 404, SOON)


_UNDERSTOOD: dict[str, object] = {"confidence": 0.9, "offers": [], "runners_up": [], "categories": []}


@pytest.mark.parametrize(
    "statement", ["UPDATE review_auditentry SET did = 'x'", "DELETE FROM review_auditentry"]
)
def test_the_audit_log_cannot_be_changed_there_either(database: str, served: Served, statement: str) -> None:
    make_first_account(served)
    with psycopg.connect(database) as connection:
        before = connection.execute("SELECT * FROM review_auditentry ORDER BY id").fetchall()
        connection.commit()
        assert before
        with pytest.raises(psycopg.DatabaseError, match="append-only"):
            connection.execute(statement)
        connection.rollback()
        assert connection.execute("SELECT * FROM review_auditentry ORDER BY id").fetchall() == before


def test_no_entry_is_passed_over_while_a_slower_bot_is_still_writing_one(
    database: str, tmp_path: Path
) -> None:
    """A number is given out when an entry is written, and it is there to read later: both in one order."""
    journal = Journal(database)
    journal.purge(time.time() + 1)
    with psycopg.connect(database) as slow, psycopg.connect(database, autocommit=True) as watch:
        slow.execute("INSERT INTO journal (conversation, at, kind, entry) VALUES ('slow', 0, 'user', '{}')")
        quick = Thread(target=journal.write, args=("quick", 0.0, "user", {}))
        quick.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        until(lambda: watch.execute(waiting).fetchone() == (1,), SOON)
        assert list(journal.after(0)) == []
        slow.commit()
        quick.join()
    assert [entry.conversation for entry in journal.after(0)] == ["slow", "quick"]
