"""The journal and the review room in PostgreSQL, for more than one machine."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import psycopg
import pytest

from bot.privacy.journal import Journal
from tests.conftest import free_port, until
from tests.review.test_server import SOON, Served, make_first_account

# Debian keeps these two off the PATH
PLACES = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
INITDB, SERVER = shutil.which("initdb", path=PLACES), shutil.which("postgres", path=PLACES)
pytestmark = pytest.mark.skipif(not (INITDB and SERVER), reason="no PostgreSQL here (initdb, postgres)")
PASSWORD = "p@ss w/rd"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database; its password needs quoting."""
    assert INITDB
    assert SERVER
    folder, port = tmp_path_factory.mktemp("postgres"), free_port()
    owner = "postgres" if getpass.getuser() == "root" else None  # PostgreSQL refuses to run as root
    if owner:
        shutil.chown(folder, owner)
        for above in (folder.parent, folder.parent.parent):
            above.chmod(0o755)
    password = folder / "password"
    password.write_text(PASSWORD)
    if owner:
        shutil.chown(password, owner)
    data = folder / "data"
    make = [INITDB, "-D", str(data), "-U", "yoursay", "-A", "scram-sha-256", f"--pwfile={password}"]
    subprocess.run(make, check=True, capture_output=True, user=owner, cwd=folder)
    serve = [SERVER, "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    serve += ["-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, user=owner, cwd=folder)
    url = f"postgresql://yoursay:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
    try:
        until(lambda: _is_there(url), SOON)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # ends without waiting for those who are connected
        server.wait(SOON)


def _is_there(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


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
