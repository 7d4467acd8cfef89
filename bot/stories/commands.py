"""`bot stories check` and `bot stories apply`."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from argparse import _SubParsersAction as Commands
from pathlib import Path


def add_to(parser: ArgumentParser) -> None:
    """Add the commands to `bot stories`."""
    commands: Commands[ArgumentParser] = parser.add_subparsers(required=True, metavar="COMMAND")
    says = "check a change from the review room: may it go into data/, and does the model play it?"
    check = commands.add_parser("check", help=says, description=says)
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument("file", nargs="?", type=Path, help="the exported file; - reads what comes in")
    which.add_argument("--all", action="store_true", help="play every story of data/ and keep the result")
    check.add_argument("--json", action="store_true", help="print the report as one line of JSON")
    check.set_defaults(run=_check)
    says = "put an exported change into data/, all of it or nothing"
    apply = commands.add_parser("apply", help=says, description=says)
    apply.add_argument("file", type=Path, help="the exported file")
    apply.set_defaults(run=_apply)


def _check(arguments: Namespace) -> None:
    from bot.stories.change import read_change
    from bot.stories.checking import NoModelError, check_all, check_change

    if arguments.json:
        os.nice(10)  # started by the review room, beside a bot that young people wait for
    try:
        if arguments.all:
            report = check_all()
            told = report["stories"]
            problems = [f"{name}: {wrong}" for name, story in told.items() for wrong in story["problems"]]
            said = f"{len(told) - len(problems)} of {len(told)} stories play as they are written"
        else:
            report = check_change(read_change(_text(arguments.file), arguments.file.name))
            problems, said = report["problems"], "It may go into data/, and plays as it is written"
    except NoModelError as error:
        if not arguments.json:
            sys.exit(str(error))
        report, problems = {"could_not": str(error)}, []
    if arguments.json:
        print(json.dumps(report))
        return
    for line in [*report.get("notes", []), *problems]:
        print(line)
    if arguments.all or not problems:
        print(said)
    sys.exit(1 if problems else 0)


def _apply(arguments: Namespace) -> None:
    from bot.stories.apply import apply
    from bot.stories.change import read_change

    change = read_change(_text(arguments.file), arguments.file.name)
    changed = apply(change)
    if not changed:
        print("Nothing to do: all of it is in data/ already.")
        return
    for item in change.items:
        approved = ", ".join(f"{a.initials} on {a.on:%-d %B %Y}" for a in item.approvals)
        print(f"{item.kind} {item.name!r}, approved by {approved}")
    print("\nChanged:", *changed, sep="\n  ")
    print(
        "\nNext: `git diff` shows the change, and `make test` trains a model with it and plays every story."
    )


def _text(path: Path) -> str:
    try:
        return (sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{path}: {error}")
