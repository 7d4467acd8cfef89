"""How long a turn takes, from what was typed to the reply, beside the encoder's own time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import quantiles

from bot.knowledge import shared
from bot.knowledge.load import ROOT
from bot.measure import read
from bot.nlu.encoder import shared_encoder
from bot.terminal import ready_agent, turns

ROUNDS = 3


def run() -> None:
    texts = [message.text for message in read(ROOT / "tests" / "messages" / "test.yml")][::4]
    conversation = turns(ready_agent(), shared())
    loop = asyncio.new_event_loop()
    encode = shared_encoder()

    def turn(number: int, text: str) -> None:
        loop.run_until_complete(conversation.take(f"{number}", text))

    for name, step in (("the encoder alone", lambda _, text: encode([text])), ("a whole turn", turn)):
        for round_ in range(1, ROUNDS + 1):
            times = [_milliseconds(step, number, text) for number, text in enumerate(texts)]
            cuts = quantiles(times, n=100)
            print(f"{name:18} round {round_}: p50 {cuts[49]:.1f}  p95 {cuts[94]:.1f}  p99 {cuts[98]:.1f}")


def _milliseconds(step: Callable[[int, str], object], number: int, text: str) -> float:
    started = time.perf_counter()
    step(number, text)
    return 1000 * (time.perf_counter() - started)
