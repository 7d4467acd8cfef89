"""Brings the tables of the bot's database to the version that this release needs.

A change of a table is a file in `migrations/versions` with the next number, which becomes `VERSION`. It only
adds: bots are exchanged one after the other, and those of the release before still write meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import column, inspect, select, table, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.privacy.database import IN_MEMORY, TABLES
from bot.privacy.where import SettingError

VERSION = "0002"
NOTED_IN = "bot_version"  # the table that says which version is there
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = int.from_bytes(b"your_say", "big")  # PostgreSQL knows this kind of lock by a number
_one_at_a_time = Lock()  # alembic changes one database at a time in a process


class NewerDatabaseError(SettingError, SQLAlchemyError):
    """A newer release has changed the tables. Who starts the bot is told; for a bot that runs already it
    is a database that cannot be used: turns wait on disk.
    """


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables that are missing and change those of an earlier release, keeping what is in them.

    Raises NewerDatabaseError, and SQLAlchemyError when the database cannot be used.
    """
    if str(engine.url) == IN_MEMORY:  # nothing of another release can be there
        TABLES.create_all(engine)
        return
    with engine.connect() as connection:
        found = _version(connection)
    if found is not None and found > VERSION:
        address = engine.url.render_as_string(hide_password=True)
        raise NewerDatabaseError(
            f"{address}: its tables have version {found}, which a newer release made. This one knows them "
            f"up to {VERSION}. Run that release, or restore the backup from before it (docs/runbook.md)."
        )
    if found != VERSION:
        _change(engine)


def _version(connection: Connection) -> str | None:
    """None: no tables, or those of a release that did not note it, which are those of the first version."""
    if not inspect(connection).has_table(NOTED_IN):
        return None
    noted = select(column("version_num")).select_from(table(NOTED_IN))
    found: str | None = connection.execute(noted).scalar()
    return found


def _change(engine: Engine) -> None:
    from alembic import command  # takes half a second to import, and is hardly ever needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _one_at_a_time, engine.begin() as connection:
        _alone(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, VERSION)


def _alone(connection: Connection) -> None:
    """Others that start at the same moment wait, and then find nothing left to do."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))  # its driver would begin only with the first row
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    connection.execute(text("SET LOCAL statement_timeout = 0"))  # a change may take long; a lock may not
