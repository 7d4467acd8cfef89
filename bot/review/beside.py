"""The review room as a process of its own beside the bot, so that neither can break the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

UNTIL_INPUT_ENDS = "--until-input-ends"
_PATIENCE = 5  # seconds that the review room has to finish the pages it is making
_PAUSES = 1.0, 60.0  # seconds before it is started again: the first time, and at most


@contextmanager
def review_room(host: str, port: int) -> Iterator[None]:
    """Serve the review room while the bot runs, again if it ends. If it cannot start it says so.

    Its standard input is a pipe that nobody writes to. However this process ends, also by kill -9,
    the system closes the pipe, and the review room ends with it.
    """
    command = [sys.executable, "-c", "from bot.cli import main; main()", "review"]
    room = _Room([*command, "--host", host, "--port", str(port), UNTIL_INPUT_ENDS])
    try:
        yield
    finally:
        room.stop()


class _Room:
    def __init__(self, command: list[str]) -> None:
        self._command, self._stopping = command, threading.Event()
        self._process = self._started()
        self._watch = threading.Thread(target=self._start_again, daemon=True)
        self._watch.start()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def _start_again(self) -> None:
        pause, longest = _PAUSES
        while not self._stopping.is_set():
            self._process.wait()
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, longest)
            self._process = self._started()

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def end_with_input() -> None:
    """Ask this process to end as soon as nobody can write to its standard input any more."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
