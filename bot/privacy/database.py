"""The database of the bot: the conversations that go on, and the journal for reviewers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool, StaticPool

from bot.privacy.where import DATABASE, SettingError, data_folder, secret

TABLES = MetaData()
IN_MEMORY = "sqlite://"
_PATIENCE = 3  # seconds; after that the database counts as gone, and turns wait on disk for it
_CONNECTIONS = 4


def database_url() -> str:
    """SQLAlchemy's address of the database: `YOUR_SAY_DATABASE`, or a file of this machine."""
    return secret(DATABASE) or f"sqlite:///{data_folder() / 'journal.db'}"


def open_database(url: str | None = None) -> Engine:
    """The database, which need not be there yet. Raises SettingError for an address that cannot be read."""
    try:
        return _engine(url or database_url())
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingError(f"{DATABASE} must be postgresql://USER:PASSWORD@HOST/NAME") from error


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=_CONNECTIONS, pool_pre_ping=True, connect_args=_patience())
    threads: dict[str, Any] = {"check_same_thread": False, "timeout": _PATIENCE}
    if url == IN_MEMORY:
        return create_engine(url, poolclass=StaticPool, connect_args=threads)
    engine = create_engine(url, poolclass=QueuePool, pool_size=_CONNECTIONS, connect_args=threads)
    event.listen(engine, "connect", _as_we_need_it)
    return engine


def _patience() -> dict[str, Any]:
    """For PostgreSQL: neither a dead network nor a slow statement may hold up a young person."""
    milliseconds = _PATIENCE * 1000
    return {
        "connect_timeout": _PATIENCE,
        "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        "keepalives_idle": _PATIENCE,
        "keepalives_interval": 1,
        "keepalives_count": _PATIENCE,
        "tcp_user_timeout": milliseconds,
    }


def _as_we_need_it(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # the projector reads while the bot writes
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten too
