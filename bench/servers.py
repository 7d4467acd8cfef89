"""Starts and stops either side as a user would, and says what it takes."""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import yaml

from bench.stock.model import ENVIRONMENT, Trained
from bot.knowledge.load import ROOT

PATIENCE = 300.0  # seconds to the first answer
FIRST = "what is an advocate"


@dataclass
class Server:
    """One side that answers over REST; `processes` are what was started for it."""

    address: str
    processes: list[psutil.Process] = field(default_factory=list)
    ready: float = 0.0  # seconds from start to the first answer

    def family(self) -> Iterator[psutil.Process]:
        for process in self.processes:
            yield from (process, *process.children(recursive=True))

    def memory(self) -> float:
        """Resident megabytes of all its processes."""
        return float(sum(process.memory_info().rss for process in self.family())) / 2**20

    def processor(self) -> float:
        """Seconds that it has kept processors busy so far."""
        return float(sum(sum(process.cpu_times()[:2]) for process in self.family()))


@contextmanager
def ours() -> Iterator[Server]:
    """`bot run` with everything on, in a data folder of its own."""
    port, review = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = [str(ROOT / ".venv/bin/bot"), "run", "--port", str(port), "--review-port", str(review)]
        with _running(port, {"YOUR_SAY_DATA": folder}, (ROOT, command)) as server:
            yield server


@contextmanager
def stock(trained: Trained) -> Iterator[Server]:
    """`rasa run` and `rasa run actions`, with conversations in SQLite, since ours are on disk too."""
    port, actions = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        endpoints = Path(name) / "endpoints.yml"
        endpoints.write_text(
            yaml.safe_dump(
                {
                    "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
                    "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": f"{name}/stock.db"},
                }
            )
        )
        rasa, folder = [sys.executable, "-m", "rasa", "run"], Path(trained.folder)
        bot = [*rasa, "--interface", "127.0.0.1", "--port", str(port), "--model", trained.model]
        bot += ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
        apart = [*rasa, "actions", "--port", str(actions), "--actions", "actions"]
        with _running(port, {}, (folder, apart), (folder, bot)) as server:
            yield server


@contextmanager
def _running(
    port: int, settings: Mapping[str, str], *commands: tuple[Path, Sequence[str]]
) -> Iterator[Server]:
    server, started = Server(f"http://127.0.0.1:{port}"), time.monotonic()
    with tempfile.TemporaryFile() as log:
        try:
            for folder, command in commands:
                server.processes.append(
                    psutil.Popen(command, cwd=folder, env={**ENVIRONMENT, **settings}, stdout=log, stderr=log)
                )
            _first_answer(server, started)
            server.ready = time.monotonic() - started
            yield server
        finally:
            family = list(server.family())
            for process in server.processes:
                process.terminate()
            for process in psutil.wait_procs(family, timeout=20)[1]:
                process.kill()


def _first_answer(server: Server, started: float) -> None:
    while time.monotonic() - started < PATIENCE:
        if any(not process.is_running() for process in server.processes):
            break
        try:
            said = httpx.post(
                f"{server.address}/webhooks/rest/webhook",
                json={"sender": "first", "message": FIRST},
                timeout=30,
            )
            if said.status_code == 200 and said.json():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{server.address} did not answer")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
