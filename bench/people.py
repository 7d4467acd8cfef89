"""People who talk to a server over REST, each with a connection kept open, without a pause to think."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import httpx
import numpy as np

from bench.servers import Server

TURNS = {5: range(3, 8), 50: range(46, 55), 500: range(491, 506)}  # what stands for each turn


@dataclass(frozen=True)
class Load:
    """What came of so many people at once; milliseconds, and messages for each second."""

    p50: float
    p95: float
    p99: float
    a_second: float
    a_second_of_a_core: float  # by the processor time that the servers took, not the client
    empty: int  # replies with nothing in them, and faults


def load(servers: Sequence[Server], texts: Sequence[str], people: int, messages: int) -> Load:
    """So many people, spread over the servers, say so many messages in all."""
    busy, started = sum(s.processor() for s in servers), time.perf_counter()
    times, empty = asyncio.run(_all(servers, texts, people, messages))
    took = time.perf_counter() - started
    busy = sum(s.processor() for s in servers) - busy
    p50, p95, p99 = (float(np.percentile(times, share)) for share in (50, 95, 99))
    return Load(p50, p95, p99, len(times) / took, len(times) / busy, empty)


def long_conversation(server: Server, texts: Sequence[str], last: int = 500) -> dict[int, float]:
    """The median milliseconds around turn 5, 50 and 500 of one conversation, as far as `last`."""
    until = max(max(turns) for turn, turns in TURNS.items() if turn <= last)
    said = [texts[turn % len(texts)] for turn in range(until + 1)]
    times, _ = asyncio.run(_one(server, said, f"long-{time.time_ns()}"))
    return {turn: median(times[at] for at in around) for turn, around in TURNS.items() if turn <= last}


async def _all(
    servers: Sequence[Server], texts: Sequence[str], people: int, messages: int
) -> tuple[list[float], int]:
    each, now = max(1, messages // people), time.time_ns()
    said = await asyncio.gather(
        *(
            _one(
                servers[person % len(servers)],
                [texts[(person * each + turn) % len(texts)] for turn in range(each)],
                f"{now}-{person}",
            )
            for person in range(people)
        )
    )
    return [spent for times, _ in said for spent in times], sum(empty for _, empty in said)


async def _one(server: Server, texts: Sequence[str], sender: str) -> tuple[list[float], int]:
    times, empty = [], 0
    async with httpx.AsyncClient(timeout=120) as client:
        for text in texts:
            asked = time.perf_counter()
            said = await client.post(
                f"{server.address}/webhooks/rest/webhook", json={"sender": sender, "message": text}
            )
            times.append(1000 * (time.perf_counter() - asked))
            empty += said.status_code != 200 or not said.json()
    return times, empty
