"""What several tests need: the bot itself, running as its users run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest

from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.knowledge import Knowledge, load
from bot.knowledge.load import ROOT
from bot.training import ensure_model

BOT = Path(sys.executable).parent / "bot"
READY_WITHIN = 240  # seconds


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="session")
def bot() -> Iterator[str]:
    """The address of a bot that was started with `bot run`."""
    with running() as address:
        yield address


class running:  # noqa: N801  # reads as a sentence: with running(...) as address
    """Starts `bot run` on a free port and stops it at the end.

    `review`: the port of its review room; without one nothing is kept for reviewers.
    What it keeps is in a folder of its own, unless YOUR_SAY_DATA names one.
    """

    def __init__(
        self, *arguments: str, log: Path | None = None, review: int | None = None, **environment: str
    ) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        reviewed = ("--review-port", str(review)) if review else ("--without-review",)
        self.arguments = (*reviewed, *arguments)
        self.environment = {"YOUR_SAY_DATA": mkdtemp(prefix="bot-tests-"), **environment}
        self.log = log

    def __enter__(self) -> str:
        self.start()
        until(lambda: answers(self.address), READY_WITHIN)
        return self.address

    def start(self) -> None:
        """Start it without waiting until it answers."""
        ensure_model()
        command = [str(BOT), "run", "--port", str(self.port), *self.arguments]
        output = self.log.open("w") if self.log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self.environment}, stdout=output, stderr=output
        )

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


def until(happened: Callable[[], bool], seconds: float) -> None:
    """Wait until it happened; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


class Chat:
    """One young person's conversation over the web channel."""

    def __init__(self, address: str, sender: str) -> None:
        self.address, self.sender = address, sender

    def replies(self, message: Any) -> list[dict[str, Any]]:
        response = httpx.post(
            f"{self.address}/webhooks/rest/webhook",
            json={"sender": self.sender, "message": message},
            timeout=30,
        )
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    def says(self, message: Any) -> str:
        """The words of the reply."""
        return "\n\n".join(reply["text"] for reply in self.replies(message))

    def buttons(self, message: Any) -> dict[str, str]:
        """The reply's buttons: title and payload."""
        return {b["title"]: b["payload"] for reply in self.replies(message) for b in reply.get("buttons", [])}


@pytest.fixture
def chat(bot: str, request: pytest.FixtureRequest) -> Chat:
    return Chat(bot, request.node.name)
