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


@contextmanager
def review_room(host: str, port: int) -> Iterator[None]:
    """Serve the review room while the bot runs. If it cannot start it says so, and the bot runs on.

    Its standard input is a pipe that nobody writes to. However this process ends, also by kill -9,
    the system closes the pipe, and the review room ends with it.
    """
    command = [sys.executable, "-c", "from bot.cli import main; main()", "review"]
    command += ["--host", host, "--port", str(port), UNTIL_INPUT_ENDS]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield
    finally:
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
