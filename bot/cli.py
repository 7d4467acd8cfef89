"""The `bot` command."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from bot import (
    quiet,  # noqa: F401  # before anything of Rasa
    without_tensorflow,
)
from bot.knowledge import ContentError
from bot.knowledge.load import ROOT
from bot.my_data import add_commands as add_data_commands
from bot.review.beside import UNTIL_INPUT_ENDS
from bot.stories.commands import add_to as add_story_commands

REVIEW_PORT = 5006


def main() -> None:
    """Run one subcommand; a mistake in the content ends in one clear list and exit code 1."""
    without_tensorflow.leave_out()
    arguments = _parser().parse_args()
    try:
        arguments.run(arguments)
    except ContentError as error:
        sys.exit(str(error))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bot", description="Your Say: a rights and help chatbot")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, says: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        return added

    run = command("run", _run, "serve the bot: the chat page, the web channel, /health")
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=int, default=int(os.environ.get("PORT", "5005")))
    run.add_argument("--endpoints", type=Path, default=ROOT / "endpoints.yml")
    run.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml")
    run.add_argument("--review-host", default="127.0.0.1")
    run.add_argument("--review-port", type=int, default=REVIEW_PORT)
    run.add_argument(
        "--without-review", action="store_true", help="keep nothing for a review room, serve none"
    )
    run.add_argument(
        "--review-elsewhere", action="store_true", help="keep the journal, but leave its room to `bot review`"
    )
    review = command("review", _review, "serve the review room, where advocacy teams read conversations")
    review.add_argument("--host", default="127.0.0.1")
    review.add_argument("--port", type=int, default=REVIEW_PORT)
    review.add_argument("--demo", action="store_true", help="with made-up conversations, to try it")
    review.add_argument(UNTIL_INPUT_ENDS, action="store_true", help=argparse.SUPPRESS)
    command("chat", _chat, "chat in the terminal")
    ask = command("ask", _ask, "print the bot's reply to one message")
    ask.add_argument("message")
    command("parse", _parse, 'read JSON lines {"text": ...}, write what the bot understood')
    command("check", _check, "check all content; list each answer with reading age, source and date")
    command("train", _train, "train the model if the content has changed")
    command("calibrate", _calibrate, "try thresholds on the validation messages and print their cost")
    measure = command("measure", _measure, "print how many messages of a file are understood rightly")
    measure.add_argument(
        "messages", type=Path, help="YAML (topic: [messages]) or JSON lines (text, topic, also)"
    )
    measure.add_argument("--errors", action="store_true", help="print each error")
    command("calibrate-safety", _calibrate_safety, "try thresholds of the safety screen and print their cost")
    heard = command("measure-safety", _measure_safety, "print how much danger in a file of messages is heard")
    heard.add_argument(
        "messages", type=Path, help="YAML blocks or JSON lines (text, level, categories, style)"
    )
    heard.add_argument("--errors", action="store_true", help="print each miss and false alarm")
    heard.add_argument("--perturbed", action="store_true", help="also misspelt, shouted, quoted and so on")
    redaction = command(
        "measure-redaction", _measure_redaction, "print how many personal details of a file are taken out"
    )
    redaction.add_argument("messages", type=Path, help="YAML blocks (voice, part, messages, details marked)")
    redaction.add_argument("--errors", action="store_true", help="print each message with a mistake")
    add_data_commands(commands)
    says = "check stories, and put what the review room approved into data/"
    add_story_commands(commands.add_parser("stories", help=says, description=says))
    return parser


def _calibrate_safety(arguments: argparse.Namespace) -> None:
    from bot.measure_safety import calibrate

    calibrate()


def _measure_safety(arguments: argparse.Namespace) -> None:
    from bot.measure_safety import measure

    measure(arguments.messages, arguments.errors, arguments.perturbed)


def _measure_redaction(arguments: argparse.Namespace) -> None:
    from bot.privacy.measure_redaction import measure

    measure(arguments.messages, arguments.errors)


def _run(arguments: argparse.Namespace) -> None:
    from bot.training import ensure_model

    model = ensure_model()
    from bot.privacy.where import BROKER, SettingError, secret
    from bot.review.beside import review_room
    from bot.server import serve
    from bot.widget.page import SitesError

    review = not arguments.without_review
    # Where RabbitMQ brings the journal, the room is elsewhere too.
    here = review and not arguments.review_elsewhere and not secret(BROKER)
    room = review_room(arguments.review_host, arguments.review_port) if here else nullcontext()
    try:
        with room:
            serve(model, arguments.endpoints, arguments.credentials, arguments.host, arguments.port, review)
    except (SettingError, SitesError) as error:
        sys.exit(str(error))


def _review(arguments: argparse.Namespace) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from bot.review import beside, server

    os.umask(0o077)  # what it writes is for its own user only
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that pages are finished and folders tidied
    if arguments.until_input_ends:
        beside.end_with_input()
    try:
        if arguments.demo:
            server.serve_demo(arguments.host, arguments.port)
        else:
            server.serve(arguments.host, arguments.port)
    except OSError as error:
        sys.exit(f"The review room is not served at {arguments.host}:{arguments.port}: {error.strerror}")
    except ImproperlyConfigured as error:
        sys.exit(f"The review room is not served: {error}")


def _chat(arguments: argparse.Namespace) -> None:
    from bot.terminal import chat

    chat()


def _ask(arguments: argparse.Namespace) -> None:
    from bot.terminal import ask

    ask(arguments.message)


def _parse(arguments: argparse.Namespace) -> None:
    from bot.terminal import parse_lines

    parse_lines(sys.stdin, sys.stdout)


def _check(arguments: argparse.Namespace) -> None:
    from bot.check import check

    check()


def _train(arguments: argparse.Namespace) -> None:
    from bot.training import ensure_model

    print(ensure_model())


def _calibrate(arguments: argparse.Namespace) -> None:
    from bot.measure import calibrate

    calibrate()


def _measure(arguments: argparse.Namespace) -> None:
    from bot.measure import measure

    measure(arguments.messages, show_errors=arguments.errors)
