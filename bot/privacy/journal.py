"""The journal: what was said, redacted, in order, until the review room has read it.

A table of its own, so that reviewers never see Rasa's rows. It is written by the bot and read by the
projector of `bot.review`; both may be other processes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    select,
    text,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from bot.privacy.where import DATABASE, KEPT_DAYS, data_folder

logger = logging.getLogger(__name__)
FORGOTTEN = "forgotten"  # the kind of entry that says: delete what you have of this conversation
_PATIENCE = 5  # seconds that a writer waits for another

_entries = Table(
    "journal",
    MetaData(),
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
    """One thing that happened. `said` is what `journal_broker` kept of Rasa's event."""

    number: int
    conversation: str
    at: float
    kind: str
    said: dict[str, Any]


def database_url() -> str:
    """SQLAlchemy's address of the journal's database."""
    return os.environ.get(DATABASE) or f"sqlite:///{data_folder() / 'journal.db'}"


class Journal:
    """Appends, reads and deletes entries. Raises SQLAlchemyError when the database cannot be used."""

    def __init__(self, url: str | None = None) -> None:
        self._engine = _engine(url or database_url())
        _entries.metadata.create_all(self._engine)

    def write(self, conversation: str, at: float, kind: str, said: dict[str, Any]) -> None:
        """`at`: seconds since 1970. `said` must be redacted already."""
        entry = json.dumps(said, ensure_ascii=False)
        with self._engine.begin() as connection:
            _one_at_a_time(connection)
            connection.execute(
                _entries.insert().values(conversation=conversation, at=at, kind=kind, entry=entry)
            )

    def after(self, number: int, most: int = 1000) -> Iterator[Entry]:
        """The entries after `number`, in order, at most so many."""
        wanted = select(_entries).where(_entries.c.number > number).order_by(_entries.c.number).limit(most)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            yield Entry(row.number, row.conversation, row.at, row.kind, json.loads(row.entry))

    def forget(self, conversation: str, at: float) -> None:
        """Delete the conversation here, and leave word that others must delete it too."""
        with self._engine.begin() as connection:
            _one_at_a_time(connection)
            connection.execute(_entries.delete().where(_entries.c.conversation == conversation))
            connection.execute(
                _entries.insert().values(conversation=conversation, at=at, kind=FORGOTTEN, entry="{}")
            )

    def drop(self, up_to: int) -> int:
        """Delete the entries up to this number, which the review room has read; says how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(_entries.delete().where(_entries.c.number <= up_to)).rowcount)

    def purge(self, before: float) -> int:
        """Delete what is older than `before` (seconds since 1970); says how many entries."""
        with self._engine.begin() as connection:
            return int(connection.execute(_entries.delete().where(_entries.c.at < before)).rowcount)


async def keep_no_longer(journal: Journal) -> None:
    """Delete once an hour what is older than `KEPT_DAYS`, in case no review room is there to read it."""
    while True:
        try:
            journal.purge(time() - KEPT_DAYS * 24 * 3600)
        except SQLAlchemyError as error:
            logger.error("the journal could not be tidied: %s", type(error).__name__)
        await asyncio.sleep(3600)


def _one_at_a_time(connection: Connection) -> None:
    """PostgreSQL numbers before it commits: a reader could pass over what is still on its way."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE journal IN EXCLUSIVE MODE"))  # readers need not wait


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(
        url, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": _PATIENCE}
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # the projector reads while the bot writes
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # what is forgotten is overwritten too
    return engine
