"""Stands in for `bot stories check`, which needs a trained model: the same process and lock around it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.review import jobs
from tests.conftest import until

WITHIN = 60  # seconds, on a machine that trains beside
SCRIPT = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
(folder / "given").write_text(sys.stdin.read())
(folder / "pid.new").write_text(str(os.getpid()))
(folder / "pid.new").rename(folder / "pid")
while not (folder / "report").exists():
    time.sleep(0.02)
print((folder / "report").read_text())
"""


class Checker:
    """Runs until it is told what to report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def was_given(self) -> dict[str, Any]:
        """The change that it was asked about."""
        self._wait()
        return json.loads((self.folder / "given").read_text())  # type: ignore[no-any-return]

    def reports(self, name: str, **report: Any) -> None:
        """The job `name` ends with this report."""
        (self.folder / "report.new").write_text(
            json.dumps({"problems": [], "notes": [], "replies": {}} | report)
        )
        (self.folder / "report.new").rename(self.folder / "report")
        until(lambda: jobs.look(name)[0] is not jobs.State.RUNNING, WITHIN)

    def is_killed(self, name: str) -> None:
        """The job `name` is ended by force, as when the machine goes down."""
        self._wait()
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        until(lambda: jobs.look(name)[0] is not jobs.State.RUNNING, WITHIN)
        (self.folder / "pid").unlink()

    def _wait(self) -> None:
        until((self.folder / "pid").exists, WITHIN)


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checker]:
    """For a fixture of the tests."""
    folder = tmp_path / "checker"
    folder.mkdir()
    script = folder / "check.py"
    script.write_text(SCRIPT)
    monkeypatch.setattr(jobs, "COMMAND", (sys.executable, str(script), str(folder)))
    yield Checker(folder)
    (folder / "report").touch()  # whatever still runs ends
