"""How three processes bear 1 to 512 people at once, and an hour of them: `python -m bench.load [--soak]`.

The real thing: widget, screen, model, redaction, PostgreSQL and Redis. Writes docs/load.png and prints
the table of docs/faults.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from bot.knowledge.load import ROOT
from tests.services.children import QUESTIONS
from tests.services.test_faults_of_servers import Bots

PEOPLE = (1, 8, 32, 128, 256, 512)
THINKS = 5.0  # seconds between an answer and the next message, on average
EACH = 40.0  # seconds
PROCESSES = 3
SOAK, SOAKING = 3600.0, 64  # seconds, people


@dataclass
class Seen:
    """What came of one number of people."""

    people: int
    seconds: list[float] = field(default_factory=list)  # of each answer
    errors: int = 0
    took: float = 0.0
    memory: int = 0  # bytes of all processes afterwards

    def row(self) -> str:
        p50, p95, p99 = (1000 * np.percentile(self.seconds, share) for share in (50, 95, 99))
        rate, memory = len(self.seconds) / self.took, self.memory / 2**20
        return (
            f"| {self.people} | {len(self.seconds)} | {rate:.1f} | {p50:.0f} | {p95:.0f} | {p99:.0f} "
            f"| {self.errors} | {memory:.0f} |"
        )


async def people(bots: Bots, many: int, seconds: float) -> Seen:
    """So many chat for so long, each with the bot it was given first."""
    seen, started = Seen(many), time.perf_counter()
    limits = httpx.Limits(max_connections=many + 10, max_keepalive_connections=many + 10)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        await asyncio.gather(*(_person(client, bots, seen, number, seconds) for number in range(many)))
    seen.took = time.perf_counter() - started
    seen.memory = sum(psutil.Process(bot.process.pid).memory_info().rss for bot in bots.living)
    return seen


async def _person(client: httpx.AsyncClient, bots: Bots, seen: Seen, number: int, seconds: float) -> None:
    chance, ends = random.Random(number), time.perf_counter() + seconds
    address = bots.addresses()[number % len(bots.living)]
    await asyncio.sleep(chance.uniform(0, THINKS))
    session = (await client.post(f"{address}/webhooks/widget/session", json={})).json()["session"]
    while time.perf_counter() < ends:
        said = {"session": session, "id": str(chance.random()), "message": chance.choice(QUESTIONS)}
        asked = time.perf_counter()
        try:
            answer = await client.post(f"{address}/webhooks/widget/message", json=said)
            seen.errors += answer.status_code != 200
        except httpx.TransportError:
            seen.errors += 1
        seen.seconds.append(time.perf_counter() - asked)
        await asyncio.sleep(chance.uniform(0, 2 * THINKS))


def plot(rows: list[Seen], target: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (waits, rates) = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    at = [row.people for row in rows]
    for share in (50, 95, 99):
        waits.plot(at, [1000 * np.percentile(row.seconds, share) for row in rows], "o-", label=f"p{share}")
    waits.set(xlabel="people at once", ylabel="milliseconds to the answer", xscale="log", yscale="log")
    waits.legend()
    rates.plot(at, [len(row.seconds) / row.took for row in rows], "o-")
    rates.set(xlabel="people at once", ylabel="messages a second", xscale="log")
    figure.savefig(target, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true", help=f"{SOAKING} people for an hour instead")
    parser.add_argument("--seconds", type=float, help="shorter or longer than that")
    arguments = parser.parse_args()
    bots = Bots(Path(tempfile.mkdtemp(prefix="pytest-load")) / "several")
    for server in (bots.postgres, bots.redis):
        server.start()
    try:
        bots.start(PROCESSES)
        print(
            "| people | messages | a second | p50 ms | p95 ms | p99 ms | errors | MB |\n"
            "|---|---|---|---|---|---|---|---|"
        )
        if arguments.soak:
            parts = 12
            each = (arguments.seconds or SOAK) / parts
            for _ in range(parts):
                print(asyncio.run(people(bots, SOAKING, each)).row(), flush=True)
            return
        rows = []
        for many in PEOPLE:
            rows.append(asyncio.run(people(bots, many, arguments.seconds or EACH)))
            print(rows[-1].row(), flush=True)
        plot(rows, ROOT / "docs" / "load.png")
        result = [{"people": row.people, "seconds": row.seconds, "errors": row.errors} for row in rows]
        (ROOT / ".cache" / "load.json").write_text(json.dumps(result))
    finally:
        for bot in bots.living:
            bot.process.send_signal(signal.SIGTERM)
        bots.stop()


if __name__ == "__main__":
    main()
