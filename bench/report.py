"""The comparison as a table with medians, spread, ratios and aims, and as a plot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

# Name, what is above the line, what is below it, and the aim.
AIMS = (
    ("p50 to the published encoder's", ("ours", "p50 of 1, ms"), ("ours", "the encoder as published, p50 ms"),
     "<=", 2.5),
    ("p50 to that of the encoder in 8 bits", ("ours", "p50 of 1, ms"), ("ours", "the encoder alone, p50 ms"),
     "<=", 2.5),
    ("p50, stock to ours", ("stock", "p50 of 1, ms"), ("ours", "p50 of 1, ms"), ">=", 6.0),
    ("messages a second of a core, ours to stock", ("ours", "messages a second of a core, 8"),
     ("stock", "messages a second of a core, 8"), ">=", 6.0),
    ("turn 500 to turn 5", ("ours", "turn 500, ms"), ("ours", "turn 5, ms"), "<=", 1.3),
    ("start, stock to ours", ("stock", "start, seconds"), ("ours", "start, seconds"), ">=", 4.0),
    ("memory, ours to stock", ("ours", "memory, MB"), ("stock", "memory, MB"), "<=", 0.6),
    ("training, stock to ours", ("stock", "training, seconds"), ("ours", "training, seconds"), ">=", 5.0),
    ("two processes to one", ("ours", "messages a second, two processes"), ("ours", "messages a second of 8"),
     ">=", 1.8),
)  # fmt: skip


def table(result: dict[str, Any]) -> Iterator[str]:
    """Markdown: each figure with the spread of its rounds, then each aim."""
    figures = result["figures"]
    yield f"{result['date']}, {result['machine']}, {result['settings']['rounds']} rounds\n"
    yield "| figure | ours | stock | stock / ours |\n|---|---|---|---|"
    for name in dict.fromkeys([*figures["ours"], *figures["stock"]]):
        sides = [figures[side].get(name) for side in ("ours", "stock")]
        ratio = f"{median(sides[1]) / median(sides[0]):.2f}" if all(sides) and median(sides[0]) else ""
        yield f"| {name} | {_spread(sides[0])} | {_spread(sides[1])} | {ratio} |"
    yield "\n| aim | measured | aimed at | |\n|---|---|---|---|"
    for name, above, below, sign, aim in AIMS:
        over, under = (figures[side].get(figure) for side, figure in (above, below))
        if not over or not under:
            yield f"| {name} | not measured | {sign} {aim} | |"
            continue
        ratio_ = median(over) / median(under)
        met = ratio_ <= aim if sign == "<=" else ratio_ >= aim
        yield f"| {name} | {ratio_:.2f} | {sign} {aim} | {'met' if met else 'not met'} |"
    yield "\nStock's training time is extrapolated, not measured: see docs/speed.md."


def plot(result: dict[str, Any], target: Path) -> None:
    """Waits by people at once, and by turn of one conversation; the bars are the rounds' spread."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (people, turns) = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    for side, found in result["figures"].items():
        for axes, names in (
            (people, {at: f"p50 of {at}, ms" for at in (1, 8, 64)}),
            (turns, {at: f"turn {at}, ms" for at in (5, 50, 500)}),
        ):
            at = [place for place, name in names.items() if found.get(name)]
            rounds = [found[names[place]] for place in at]
            middle = [median(each) for each in rounds]
            spread = [
                [m - min(each) for m, each in zip(middle, rounds, strict=True)],
                [max(each) - m for m, each in zip(middle, rounds, strict=True)],
            ]
            axes.errorbar(at, middle, yerr=spread, fmt="o-", capsize=3, label=side)
    people.set(xlabel="people at once", ylabel="milliseconds, p50", xscale="log", yscale="log")
    turns.set(xlabel="turn of one conversation", ylabel="milliseconds", xscale="log", yscale="log")
    people.legend()
    figure.savefig(target, dpi=90)


def _spread(values: list[float] | None) -> str:
    if not values:
        return "not measured"
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"
