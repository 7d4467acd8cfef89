"""The journal: what was said, redacted, in order, until the review room has read it.

A table of its own, so that reviewers never see Rasa's rows. It is written by the bot and read by the
projector of `bot.review`; both may be other processes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text, select, text
from sqlalchemy.engine import Connection, Row

from bot.privacy import forgotten
from bot.privacy.database import TABLES, open_database
from bot.privacy.schema import bring_up_to_date

FORGOTTEN = "forgotten"  # the kind of entry that says: delete what you have of this conversation

_entries = Table(
    "journal",
    TABLES,
    # SQLite counts up by itself only for its own plain integers
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("conversation", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("kind", String(16), nullable=False),  # user, bot, action or forgotten
    Column("entry", Text, nullable=False),  # JSON
    sqlite_autoincrement=True,  # a number is never used twice, so that the projector misses nothing
)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `said` is what `event_record` keeps of Rasa's event."""

    number: int
    conversation: str
    at: float
    kind: str
    said: dict[str, Any]


class Journal:
    """Appends, reads and deletes entries. Raises SQLAlchemyError when the database cannot be used."""

    def __init__(self, url: str | None = None) -> None:
        self._engine = open_database(url)
        bring_up_to_date(self._engine)

    def write(self, conversation: str, at: float, kind: str, said: dict[str, Any]) -> None:
        """`at`: seconds since 1970. `said` must be redacted already."""
        with self._engine.begin() as connection:
            add(connection, conversation, [{"at": at, "kind": kind, "said": said}])

    def after(self, number: int, most: int = 1000) -> Iterator[Entry]:
        """The entries after `number`, in order, at most so many."""
        wanted = select(_entries).where(_entries.c.number > number).order_by(_entries.c.number).limit(most)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        yield from map(_entry, rows)

    def forget(self, conversation: str, at: float) -> None:
        """Delete the conversation here, and leave word that others must delete it too."""
        with self._engine.begin() as connection:
            wipe(connection, conversation, at)

    def receive(self, entry: Entry) -> None:
        """Write an entry of another journal under its own number; one that is there already is left, and so
        is one that comes after word that its conversation was forgotten: a bot may have carried it slowly.
        """
        with self._engine.begin() as connection:
            one_at_a_time(connection)
            there = select(_entries.c.number).where(_entries.c.number == entry.number)
            if connection.execute(there).first():
                return
            if entry.kind == FORGOTTEN:
                connection.execute(_entries.delete().where(_entries.c.conversation == entry.conversation))
                forgotten.note(connection, entry.conversation, entry.at)
            elif forgotten.covers(connection, entry.conversation, entry.at):
                return
            row = {"number": entry.number, "conversation": entry.conversation, "at": entry.at}
            said = json.dumps(entry.said, ensure_ascii=False)
            connection.execute(_entries.insert().values(**row, kind=entry.kind, entry=said))

    def drop(self, up_to: int) -> int:
        """Delete the entries up to this number, which the review room has read; says how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(_entries.delete().where(_entries.c.number <= up_to)).rowcount)

    def purge(self, before: float) -> int:
        """Delete what is older than `before` (seconds since 1970); says how many entries."""
        with self._engine.begin() as connection:
            return purge(connection, before)


def add(connection: Connection, conversation: str, entries: Sequence[dict[str, Any]]) -> None:
    """Append `entries`, each with at, kind and said, within the transaction of `connection`."""
    one_at_a_time(connection)
    rows = [
        {
            "conversation": conversation,
            "at": entry["at"],
            "kind": entry["kind"],
            "entry": json.dumps(entry["said"], ensure_ascii=False),
        }
        for entry in entries
    ]
    connection.execute(_entries.insert(), rows)


def wipe(connection: Connection, conversation: str, at: float) -> int:
    """Delete a conversation and leave word of it, within the transaction; says how many entries."""
    one_at_a_time(connection)
    forgotten.note(connection, conversation, at)
    deleted = connection.execute(_entries.delete().where(_entries.c.conversation == conversation))
    word = {"conversation": conversation, "at": at, "kind": FORGOTTEN, "entry": "{}"}
    connection.execute(_entries.insert().values(**word))
    return int(deleted.rowcount)


def purge(connection: Connection, before: float) -> int:
    """Delete what is older than `before` (seconds since 1970), within the transaction."""
    return int(connection.execute(_entries.delete().where(_entries.c.at < before)).rowcount)


def of(connection: Connection, conversation: str) -> list[Entry]:
    """The entries of one conversation that the review room has not read yet, in order."""
    wanted = select(_entries).where(_entries.c.conversation == conversation, _entries.c.kind != FORGOTTEN)
    return [_entry(row) for row in connection.execute(wanted.order_by(_entries.c.number))]


def _entry(row: Row) -> Entry:
    return Entry(row.number, row.conversation, row.at, row.kind, json.loads(row.entry))


def one_at_a_time(connection: Connection) -> None:
    """Let no other process write to the journal until the transaction is over. SQLite never does.

    PostgreSQL numbers before it commits: a reader could pass over what is still on its way.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE journal IN EXCLUSIVE MODE"))  # readers need not wait
