"""What somebody may ask of us about their own conversation: a copy of it, and its deletion."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from math import inf
from time import time
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.privacy.conversations import KEPT_FOR, Conversations, is_turn_of
from bot.privacy.database import open_database
from bot.privacy.pseudonyms import pseudonyms
from bot.privacy.spool import Spool, on_disk
from bot.privacy.where import BROKER, KEPT_DAYS, SettingError, secret

Result = TypeVar("Result")


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
    """What is held, one entry for each of our keys under which there is something.

    `waiting` is what waits on the disk of this machine for the database.
    """
    from bot.review.held import held

    conversations, found = Conversations(open_database()), []
    for name in pseudonyms(channel, person):
        waiting = [operation["turn"] for operation in on_disk() if is_turn_of(name, inf, operation)]
        kept = {**conversations.export(name), "waiting": waiting, "review": held(name)}
        if kept["turns"] or kept["journal"] or kept["waiting"] or any(kept["review"].values()):
            found.append(kept)
    return found


def delete(channel: str, person: str) -> dict[str, Any]:
    """Delete it everywhere, and say what that was and what it does not reach at once."""
    from bot.review import held

    conversations, deleted, at, not_yet = Conversations(open_database()), [], time(), _not_yet()
    for name in pseudonyms(channel, person):
        receipt = conversations.forget(name, at)
        left = Spool()
        waiting = left.drop(partial(is_turn_of, name, at))
        left.close()
        waits = sum(is_turn_of(name, at, operation) for operation in on_disk())
        counts = {"turns": receipt.turns, "journal": receipt.entries, "waiting": waiting}
        deleted.append({**counts, "still_waiting": waits, "review": held.delete(name)})
    return {
        "at": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
        "deleted": deleted,
        "not_yet": not_yet,
    }


def _not_yet() -> list[str]:
    """For staff: what a deletion does not reach at once, and when it does."""
    days = f"after {KEPT_DAYS} days in any case"
    reached = [
        "What a bot has in memory of a conversation that goes on is forgotten with the next message, or "
        f"{KEPT_FOR // 60} minutes after the last.",
        "A turn that waits on a disk or in memory because its bot cannot reach the database is dropped "
        f"there, not written, as soon as it can, and {days}. still_waiting counts those on this machine.",
        "A backup from before holds it until that backup is deleted (KEEP_DAYS of deploy/backup.sh).",
        "A story that was made of it and approved stays: other words, with every detail swapped.",
    ]
    if secret(BROKER):
        reached.append(
            "A review room with a database of its own deletes it when word of this comes through RabbitMQ, "
            f"which is after what was on the way there before; RabbitMQ itself drops that {days}. Its "
            "copy is not counted here."
        )
    return reached


def purge() -> dict[str, int]:
    """Delete what is too old, everywhere; says how much."""
    from bot.privacy.journal import Journal
    from bot.review.retention import clean_up

    gone = Conversations(open_database()).purge()
    return {"turns": gone.turns, "journal": gone.entries, "review": clean_up(Journal())}


def purge_what_waits(now: float) -> int:
    """Delete what waits on this machine for longer than it may, left by bots that are gone; says how much.

    Bots that run do it themselves. Needs no database. `now`: seconds since 1970.
    """
    left, conversations = Spool(), Conversations(open_database())
    dropped = left.drop(lambda operation: conversations.is_too_old(operation, now))
    left.close()
    return dropped


def _export(arguments: argparse.Namespace) -> None:
    _print(lambda: _with_the_room(export, arguments.channel, arguments.person))


def _delete(arguments: argparse.Namespace) -> None:
    _print(lambda: _with_the_room(delete, arguments.channel, arguments.person))


def _purge(_: argparse.Namespace) -> None:
    # What waits first of all, since the database may be gone for good
    _print(lambda: {"waiting": purge_what_waits(time()), **_with_the_room(purge)})


def _with_the_room(do: Callable[..., Result], *arguments: str) -> Result:
    from bot.review.server import set_up

    set_up()
    return do(*arguments)


def _print(what: Callable[[], object]) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error

    try:
        said = json.dumps(what(), ensure_ascii=False, indent=2, default=str)
    except (ImproperlyConfigured, SettingError) as error:
        sys.exit(str(error))
    except (SQLAlchemyError, Error) as error:
        sys.exit(f"The database cannot be used, nothing is certain: {type(error).__name__}. Try again.")
    except OSError as error:
        sys.exit(f"{error.filename} cannot be used, nothing is certain: {error.strerror}.")
    print(said)
