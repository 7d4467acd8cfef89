"""Who was forgotten and when: a pseudonym and a time, so that nothing said before is written afterwards.

A turn may wait on the disk of a machine that cannot reach the database, and an entry of the journal in
RabbitMQ. Neither can be deleted from here; it is dropped when it comes.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, String, Table, select
from sqlalchemy.engine import Connection

from bot.privacy.database import TABLES

_forgotten = Table(
    "forgotten",
    TABLES,
    Column("conversation", String(64), primary_key=True),
    Column("at", Float, primary_key=True),  # seconds since 1970
)


def note(connection: Connection, conversation: str, at: float) -> None:
    """From now on whatever was said until `at` counts as deleted."""
    connection.execute(_forgotten.delete().filter_by(conversation=conversation, at=at))
    connection.execute(_forgotten.insert().values(conversation=conversation, at=at))


def covers(connection: Connection, conversation: str, at: float) -> bool:
    """Whether what was said then was deleted since."""
    since = select(_forgotten.c.at).where(_forgotten.c.conversation == conversation, _forgotten.c.at >= at)
    return connection.execute(since.limit(1)).first() is not None


def purge(connection: Connection, before: float) -> None:
    """Delete what was noted before that time: nothing waits for so long."""
    connection.execute(_forgotten.delete().where(_forgotten.c.at < before))
