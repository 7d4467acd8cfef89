"""Starts `bot stories check` apart from the pages, which import no Rasa, and sees what came of it."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from bot.privacy.where import data_folder

COMMAND = (str(Path(sys.executable).with_name("bot")), "stories", "check", "--json")


class State(Enum):
    NONE = "was not started"
    RUNNING = "is running"
    DONE = "has reported"
    LOST = "ended without a report"


def start(name: str, arguments: Sequence[str], given: str = "") -> None:
    """Start the job `name`, unless it is running. `given` is what it reads; it is written nowhere else.

    Its output goes into a file that is locked for as long as the job lives, however it ends: a lock
    belongs to the open file, which the job inherits, and nobody has to remember a process.
    """
    if look(name)[0] is State.RUNNING:
        return
    with _file(name).open("w") as output, TemporaryFile() as words:
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody else started it just now
            return
        words.write(given.encode())
        words.seek(0)
        subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=words,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it goes on when the review room is stopped
        )


def look(name: str) -> tuple[State, dict[str, Any]]:
    """What has become of the job `name`, and its report if there is one."""
    try:
        with _file(name).open() as output:
            fcntl.flock(output, fcntl.LOCK_SH | fcntl.LOCK_NB)
            written = output.read().strip()
    except FileNotFoundError:
        return State.NONE, {}
    except BlockingIOError:
        return State.RUNNING, {}
    try:
        report = json.loads(written.rpartition("\n")[2])
    except ValueError:
        return State.LOST, {}
    return State.DONE, report


def forget(name: str) -> None:
    """Its report was taken."""
    _file(name).unlink(missing_ok=True)


def _file(name: str) -> Path:
    folder = data_folder() / "checks"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.json"
