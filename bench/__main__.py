"""`make bench`: prints every figure that this machine can measure."""

from __future__ import annotations

import os
from pathlib import Path

from bench import clinc150, likely_misses, review, safety, turns
from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.knowledge.load import ROOT
from bot.measure import measure

BENCHMARKS = Path(os.environ.get("BENCHMARKS", ROOT.parent / "shared" / "benchmarks"))


def main() -> None:
    for name in ("validation.yml", "test.yml"):
        print(f"\nMessages understood, tests/messages/{name}")
        measure(ROOT / "tests" / "messages" / name, show_errors=False)
    print("\nOne turn in process, milliseconds")
    turns.run()
    data = BENCHMARKS / "clinc150.jsonl"
    print("\nDanger heard, tests/messages/safety.yml")
    safety.run(data)
    print("\nDisclosures that were missed, ranked by the second listener")
    likely_misses.run()
    print(f"\nPages of the review room among {review.COUNT:,} conversations")
    review.run()
    if data.exists():
        print("\nCLINC150, the same pipeline trained on its messages")
        clinc150.run(data)
    else:
        print(f"\nCLINC150 left out: {data} is not there (set BENCHMARKS to its folder)")


if __name__ == "__main__":
    main()
