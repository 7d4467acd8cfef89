"""`bot review --demo` shows made-up conversations and comes near no real ones, whatever is set."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import until
from tests.review.test_server import SOON, Served, make_first_account


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


@pytest.fixture
def real() -> Iterator[tuple[socket.socket, str]]:
    """Where a real database would be asked for, and its address; nobody answers there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener, f"postgresql://yoursay:secret@127.0.0.1:{listener.getsockname()[1]}/yoursay"


def was_asked(listener: socket.socket) -> bool:
    with suppress(BlockingIOError):
        listener.accept()[0].close()
        return True
    return False


def naming(real: str, how: str, folder: Path) -> dict[str, str]:
    """The settings that name the real database."""
    (folder / "address").write_text(real)
    in_file = {"YOUR_SAY_DATABASE_FILE": str(folder / "address")}
    return in_file if how == "file" else {"YOUR_SAY_DATABASE": real}


@pytest.mark.parametrize("how", ["setting", "file"])
def test_a_demo_never_opens_a_real_database(
    folder: Path, tmp_path: Path, real: tuple[socket.socket, str], how: str
) -> None:
    listener, address = real
    with Served(folder, "--demo", **naming(address, how, tmp_path)) as demo:
        assert "/conversation/" in make_first_account(demo).get("/").text
    assert not was_asked(listener)


@pytest.mark.parametrize("how", ["setting", "file"])
def test_a_room_that_is_no_demo_does_open_it(
    folder: Path, tmp_path: Path, real: tuple[socket.socket, str], how: str
) -> None:
    listener, address = real
    served = Served(folder, **naming(address, how, tmp_path))
    try:
        until(lambda: was_asked(listener), SOON)
    finally:
        served.process.kill()
        served.process.wait(SOON)


def test_a_demo_touches_no_real_data_and_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    with Served(folder, "--demo", TMPDIR=str(elsewhere)) as demo:
        browser = make_first_account(demo)
        assert "/conversation/" in browser.get("/").text
        assert list(folder.iterdir()) == []
        assert list(elsewhere.iterdir())
    assert list(elsewhere.iterdir()) == []
