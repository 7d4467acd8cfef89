"""Ours beside stock Rasa, on the same machine, data and load: `python -m bench.compare`.

Writes .cache/bench/result.json and docs/speed.png, and prints the table. docs/speed.md explains it.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench import hearing, many_topics, report
from bench.people import load, long_conversation
from bench.servers import Server, ours, stock
from bench.stock.model import KEPT, trained
from bot.knowledge.load import ROOT
from bot.measure import read
from bot.nlu.encoder import Encoder, export, shared_encoder
from bot.training import model_file

PEOPLE = (1, 8, 64)
Figures = dict[str, list[float]]  # each figure of one side, a value for each round


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    if not model_file().exists():
        raise SystemExit("There is no model for the present content: run `bot train` first.")
    bot = trained(arguments.epochs, arguments.of_a_topic, arguments.of_a_level)
    texts = [message.text for message in read(ROOT / "tests" / "messages" / "test.yml")]
    texts = texts[:: max(1, len(texts) // arguments.messages)]
    figures: dict[str, Figures] = {"ours": defaultdict(list), "stock": defaultdict(list)}
    encoders = {
        "the encoder alone, p50 ms": shared_encoder(),
        "the encoder as published, p50 ms": Encoder(export(KEPT / "encoder", as_published=True)),
    }
    for number in range(1, arguments.rounds + 1):
        for name, encode in encoders.items():
            figures["ours"][name].append(_alone(encode, texts))
        for side, found in figures.items():
            print(f"round {number}: {side}", flush=True)
            _measure(ours() if side == "ours" else stock(bot), texts, arguments, found)
        with ours() as one, ours() as two:
            load([one, two], texts, 8, 16)
            rate = load([one, two], texts, 8, arguments.messages).a_second
            figures["ours"]["messages a second, two processes"].append(rate)
    if arguments.our_training:
        figures["ours"]["training, seconds"] = [arguments.our_training]
    figures["stock"]["training, seconds"] = [bot.whole()]
    if not arguments.without_hearing:
        for side, found in figures.items():
            for name, share in hearing.scores(side, bot).items():
                found[name] = [share]
    for side, found in figures.items() if arguments.many_topics else ():
        for count in many_topics.COUNTS:
            found[f"understanding with {count} topics, p50 ms"] = [many_topics.cost(side, count, texts)]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{_processor()}, Python {platform.python_version()}",
        "settings": vars(arguments),
        "stock": asdict(bot),
        "figures": figures,
    }


def _measure(
    side: AbstractContextManager[Server], texts: list[str], arguments: argparse.Namespace, found: Figures
) -> None:
    with side as server:
        found["start, seconds"].append(server.ready)
        load([server], texts, 1, 10)  # the first messages wait for what is built on first use
        for people in PEOPLE:
            said = load([server], texts, people, arguments.messages)
            for name in ("p50", "p95", "p99"):
                found[f"{name} of {people}, ms"].append(getattr(said, name))
            found[f"messages a second of {people}"].append(said.a_second)
            found[f"messages a second of a core, {people}"].append(said.a_second_of_a_core)
            found[f"empty replies of {people}"].append(said.empty)
        found["memory, MB"].append(server.memory())
        for turn, spent in long_conversation(server, texts, arguments.last_turn).items():
            found[f"turn {turn}, ms"].append(spent)


def _alone(encode: Encoder, texts: list[str]) -> float:
    times = []
    for text in texts:
        started = time.perf_counter()
        encode([text])
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def _processor() -> str:
    import psutil

    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{psutil.cpu_count()} x {names[0] if names else platform.processor()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=320, help="of each load")
    parser.add_argument("--last-turn", type=int, default=500, help="of the long conversation")
    parser.add_argument("--epochs", type=int, default=3, help="of the stock bot")
    parser.add_argument("--of-a-topic", type=int, default=30, help="messages the stock bot learns of each")
    parser.add_argument("--of-a-level", type=int, default=500, help="and of each level of danger")
    parser.add_argument("--our-training", type=float, help="seconds that `bot train` took here")
    parser.add_argument("--without-hearing", action="store_true", help="leave accuracy and recall out")
    parser.add_argument("--many-topics", action="store_true", help="also train with 10 to 1,000 topics")
    result = run(parser.parse_args())
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "result.json").write_text(json.dumps(result, indent=1))
    print("\n".join(report.table(result)))
    report.plot(result, ROOT / "docs" / "speed.png")


if __name__ == "__main__":
    main()
