"""What somebody may ask of us about their own conversation: a copy of it, and its deletion."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from time import time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.privacy.conversations import Conversations
from bot.privacy.database import open_database
from bot.privacy.pseudonyms import pseudonyms


def add_commands(commands: Any) -> None:
    """Add `bot export-my-data`, `bot delete` and `bot purge` to the subcommands."""
    whose = (
        ("channel", "where they talk to the bot: telegram, rest or widget"),
        ("person", "the channel's own id of them, such as the number of their Telegram account"),
    )
    for name, run, says in (
        ("export-my-data", _export, "print everything that is held of one person's conversation, as JSON"),
        ("delete", _delete, "delete everything that is held of one person's conversation; prints a receipt"),
    ):
        command = commands.add_parser(name, help=says, description=says)
        command.set_defaults(run=run)
        for argument, meaning in whose:
            command.add_argument(argument, help=meaning)
    says = "delete at once what is older than it may be; the bot and the review room also do so by themselves"
    commands.add_parser("purge", help=says, description=says).set_defaults(run=_purge)


def export(channel: str, person: str) -> list[dict[str, Any]]:
    """What is held, one entry for each of our keys under which there is something."""
    from bot.review.held import held

    conversations, found = Conversations(open_database()), []
    for name in pseudonyms(channel, person):
        kept = {**conversations.export(name), "review": held(name)}
        if kept["turns"] or kept["journal"] or any(kept["review"].values()):
            found.append(kept)
    return found


def delete(channel: str, person: str) -> dict[str, Any]:
    """Delete it everywhere, and say what that was."""
    from bot.review import held

    conversations, deleted = Conversations(open_database()), []
    for name in pseudonyms(channel, person):
        receipt = conversations.forget(name, time())
        deleted.append({"turns": receipt.turns, "journal": receipt.entries, "review": held.delete(name)})
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "deleted": deleted}


def purge() -> dict[str, int]:
    """Delete what is too old, everywhere; says how much."""
    from bot.privacy.journal import Journal
    from bot.review.retention import clean_up

    gone = Conversations(open_database()).purge()
    return {"turns": gone.turns, "journal": gone.entries, "review": clean_up(Journal())}


def _export(arguments: argparse.Namespace) -> None:
    _print(lambda: export(arguments.channel, arguments.person))


def _delete(arguments: argparse.Namespace) -> None:
    _print(lambda: delete(arguments.channel, arguments.person))


def _purge(arguments: argparse.Namespace) -> None:
    _print(purge)


def _print(what: Any) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error

    from bot.privacy.where import SettingError
    from bot.review.server import set_up

    try:
        set_up()
        print(json.dumps(what(), ensure_ascii=False, indent=2, default=str))
    except (SQLAlchemyError, Error) as error:
        sys.exit(f"The database cannot be used, nothing is certain: {type(error).__name__}. Try again.")
    except (ImproperlyConfigured, SettingError) as error:
        sys.exit(str(error))
