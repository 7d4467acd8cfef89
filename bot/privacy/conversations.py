"""The conversations that go on, in the database: redacted, under pseudonyms, each for an hour.

A turn is written in one piece with what the journal keeps of it, so that neither can be there without
the other. Everything here waits for the database; call it in a thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import time
from typing import Any

from sqlalchemy import Column, Float, Integer, String, Table, Text, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.privacy import forgotten, journal
from bot.privacy.database import TABLES
from bot.privacy.schema import bring_up_to_date
from bot.privacy.spool import Operation
from bot.privacy.where import KEPT_DAYS

KEPT_FOR = 3600  # seconds after the last message; what the bot says about privacy depends on it

_turns = Table(
    "turns",
    TABLES,
    Column("conversation", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ... in each conversation
    Column("at", Float, nullable=False, index=True),  # seconds since 1970
    Column("message", String(80)),  # the channel's own number of the message that was answered
    Column("turn", Text, nullable=False),  # JSON: the events, and the state after them
)


class OvertakenError(Exception):
    """Another process has written a turn with this number meanwhile."""


@dataclass(frozen=True)
class Turn:
    """What happened between two moments in which the bot listened. `events` are redacted."""

    conversation: str
    number: int
    at: float
    message: str | None
    events: list[dict[str, Any]]
    state: dict[str, Any]  # the slots and the form after it
    journal: list[dict[str, Any]] = field(default_factory=list)  # what reviewers may read of it


@dataclass(frozen=True)
class Receipt:
    """What was deleted of a conversation."""

    turns: int
    entries: int


class Conversations:
    """Raises SQLAlchemyError whenever the database cannot be used: nothing is kept anywhere else."""

    def __init__(self, engine: Engine, kept_for: float = KEPT_FOR) -> None:
        """`kept_for`: seconds after the last message."""
        self._engine, self._kept_for = engine, kept_for
        self._is_up_to_date = False

    def prepare(self) -> None:
        """Bring the tables to the version of this release. Raises NewerDatabaseError.

        It happens with the first use in any case: the bot starts and answers without the database.
        """
        if not self._is_up_to_date:
            bring_up_to_date(self._engine)
            self._is_up_to_date = True

    def carry_out(self, operation: Operation, waited: bool = True) -> Receipt | int | None:
        """Add a turn, or end or forget a conversation. If it `waited`, what was forgotten since, or is too
        old by now, is not added. A turn that was overtaken comes after the other.
        """
        conversation = operation["conversation"]
        if operation["do"] == "end":
            return self.end(conversation)
        if operation["do"] == "forget":
            return self.forget(conversation, operation["at"])
        if waited and self.is_too_old(operation, time()):
            return None
        turn = Turn(**operation["turn"])
        try:
            self.add(turn, waited)
        except OvertakenError:  # another process went on without knowing of it
            last = self.last(conversation)
            self.add(replace(turn, number=last[0] + 1 if last else 1), waited)
        return None

    def is_too_old(self, operation: Operation, now: float) -> bool:
        """Whether the policy lets nobody keep it any longer, wherever it waits. `now`: seconds since 1970.

        What holds no words, such as the wish to be forgotten, may wait for ever.
        """
        if operation["do"] != "add":
            return False
        turn = operation["turn"]
        kept_for = KEPT_DAYS * 24 * 3600 if turn["journal"] else self._kept_for
        return bool(turn["at"] < now - kept_for)

    def add(self, turn: Turn, waited: bool = False) -> None:
        """Keep `turn` and its part of the journal; a turn that is there already is not added again, nor is
        one that `waited` and was forgotten meanwhile.

        Raises OvertakenError if another turn has its number.
        """
        written = json.dumps({"events": turn.events, "state": turn.state}, ensure_ascii=False)
        key = {"conversation": turn.conversation, "number": turn.number}
        try:
            with self._writing() as connection:
                if turn.number == 1:
                    _delete(connection, turn.conversation, before=turn.at - self._kept_for)
                row = {**key, "at": turn.at, "message": turn.message, "turn": written}
                connection.execute(_turns.insert().values(**row))
                if waited and _was_forgotten(connection, turn):
                    connection.execute(_turns.delete().filter_by(**key))
                elif turn.journal:
                    journal.add(connection, turn.conversation, turn.journal)
        except IntegrityError:
            with self._reading() as connection:
                there = connection.execute(select(_turns.c.at).filter_by(**key)).scalar()
            if there is None:
                raise
            if there != turn.at:
                raise OvertakenError from None

    def last(self, conversation: str) -> tuple[int, float] | None:
        """Number and time of the last turn; None if there is none or it is too long ago."""
        wanted = select(_turns.c.number, _turns.c.at).where(_turns.c.conversation == conversation)
        with self._reading() as connection:
            row = connection.execute(wanted.order_by(_turns.c.number.desc()).limit(1)).first()
        return None if row is None or row.at < time() - self._kept_for else (row.number, row.at)

    def recent(self, conversation: str, most: int) -> list[Turn]:
        """The last turns, the oldest of them first."""
        wanted = select(_turns).where(_turns.c.conversation == conversation)
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(_turns.c.number.desc()).limit(most)).all()
        return [
            Turn(row.conversation, row.number, row.at, row.message, **json.loads(row.turn))
            for row in reversed(rows)
        ]

    def answered(self, conversation: str, message: str) -> Turn | None:
        """The turn in which this message was answered, if it was."""
        wanted = select(_turns).filter_by(conversation=conversation, message=message)
        with self._reading() as connection:
            row = connection.execute(wanted).first()
        return row and Turn(row.conversation, row.number, row.at, row.message, **json.loads(row.turn))

    def end(self, conversation: str) -> int:
        """Delete the conversation that goes on; the journal stays. Says how many turns."""
        with self._writing() as connection:
            return _delete(connection, conversation)

    def forget(self, conversation: str, at: float) -> Receipt:
        """Delete the conversation here and in the journal, and leave word that others must, too.

        What was said until `at`, seconds since 1970, and comes later is not written any more.
        """
        with self._writing() as connection:
            entries = journal.wipe(connection, conversation, at)
            return Receipt(_delete(connection, conversation), entries)

    def purge(self) -> Receipt:
        """Delete the conversations whose last message is too long ago, and entries of the journal that
        no review room has read in `KEPT_DAYS`; says how many of each.
        """
        last = select(_turns.c.conversation).group_by(_turns.c.conversation)
        gone = last.having(func.max(_turns.c.at) < time() - self._kept_for)
        with self._writing() as connection:
            deleted = connection.execute(_turns.delete().where(_turns.c.conversation.in_(gone)))
            limit = time() - KEPT_DAYS * 24 * 3600
            entries = journal.purge(connection, limit)
            forgotten.purge(connection, limit)
        return Receipt(int(deleted.rowcount), entries)

    def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is held here of a conversation, for the person who asks for their data."""
        with self._reading() as connection:
            rows = connection.execute(
                select(_turns).filter_by(conversation=conversation).order_by(_turns.c.number)
            ).all()
            entries = journal.of(connection, conversation)
        return {
            "conversation": conversation,
            "turns": [{"number": row.number, "at": row.at, **json.loads(row.turn)} for row in rows],
            "journal": [{"at": entry.at, "kind": entry.kind, **entry.said} for entry in entries],
        }

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.prepare()
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self.prepare()
        with self._engine.connect() as connection:
            yield connection


def is_turn_of(conversation: str, until: float, operation: Operation) -> bool:
    """Whether it adds what was said in the conversation until then, in seconds since 1970."""
    if operation["do"] != "add" or operation["conversation"] != conversation:
        return False
    return bool(operation["turn"]["at"] <= until)


def _was_forgotten(connection: Connection, turn: Turn) -> bool:
    """For certain: who deletes at this moment waits until the transaction is over."""
    journal.one_at_a_time(connection)
    return forgotten.covers(connection, turn.conversation, turn.at)


def _delete(connection: Connection, conversation: str, before: float | None = None) -> int:
    """All turns of the conversation, or those `before` some second since 1970; says how many."""
    gone = _turns.delete().where(_turns.c.conversation == conversation)
    return int(connection.execute(gone if before is None else gone.where(_turns.c.at < before)).rowcount)
