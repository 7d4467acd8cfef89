"""What was said before somebody was forgotten is not written afterwards, wherever it waited."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import text

from bot.privacy import journal
from bot.privacy.conversations import Conversations
from bot.privacy.database import open_database
from bot.privacy.journal import FORGOTTEN, Entry, Journal
from bot.privacy.spool import Operation
from bot.privacy.where import KEPT_DAYS
from tests.conftest import until
from tests.services.servers import SOON

ANNA, NOON, DAY = "a" * 32, 1_800_000_000.0, 24 * 3600


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr("bot.privacy.conversations.time", lambda: NOON)


def turn(number: int, at: float) -> Operation:
    """As it waits on disk."""
    entries = [{"at": at, "kind": "user", "said": {"text": f"turn {number}"}}]
    said = {"conversation": ANNA, "number": number, "at": at, "message": None, "events": [], "state": {}}
    return {"do": "add", "conversation": ANNA, "turn": {**said, "journal": entries}}


def held(url: str) -> tuple[list[int], list[str]]:
    """The numbers of the turns, and what the journal says."""
    kept = Conversations(open_database(url)).export(ANNA)
    return [turn["number"] for turn in kept["turns"]], [entry["text"] for entry in kept["journal"]]


def test_what_was_said_before_is_not_written_and_what_was_said_after_is(url: str) -> None:
    conversations = Conversations(open_database(url))
    conversations.carry_out(turn(1, NOON - 30))
    conversations.forget(ANNA, NOON - 20)
    for waited in (turn(1, NOON - 30), turn(2, NOON - 25), turn(3, NOON - 10)):
        conversations.carry_out(waited)
    assert held(url) == ([3], ["turn 3"])


def test_a_wish_that_waited_itself_reaches_what_waits_elsewhere(url: str) -> None:
    conversations = Conversations(open_database(url))
    conversations.carry_out({"do": "forget", "conversation": ANNA, "at": NOON - 20})
    conversations.carry_out({"do": "forget", "conversation": ANNA, "at": NOON - 20})  # done twice
    conversations.carry_out(turn(1, NOON - 30))
    assert held(url) == ([], [])


def test_nobody_else_is_forgotten(url: str) -> None:
    conversations = Conversations(open_database(url))
    conversations.forget("b" * 32, NOON)
    conversations.carry_out(turn(1, NOON - 30))
    assert held(url) == ([1], ["turn 1"])


def test_a_turn_that_waited_for_nothing_is_written_whatever_the_clocks_say(url: str) -> None:
    conversations = Conversations(open_database(url))
    conversations.forget(ANNA, NOON + 5)  # by a machine whose clock is ahead
    conversations.carry_out(turn(1, NOON), waited=False)
    assert held(url) == ([1], ["turn 1"])


def test_that_somebody_was_forgotten_is_kept_no_longer_than_anything_may_wait(url: str) -> None:
    conversations = Conversations(open_database(url))
    conversations.forget(ANNA, NOON - KEPT_DAYS * DAY + 60)
    conversations.forget("b" * 32, NOON - KEPT_DAYS * DAY - 60)
    conversations.purge()
    with open_database(url).connect() as connection:
        left = connection.execute(text("SELECT conversation FROM forgotten")).scalars().all()
    assert left == [ANNA]


def test_a_turn_that_is_written_in_the_same_moment_is_not_left_behind(url: str) -> None:
    engine = open_database(url)
    if engine.dialect.name == "sqlite":
        pytest.skip("lets nobody else write at the same time")
    conversations = Conversations(engine)
    conversations.prepare()
    with engine.begin() as deleting:
        journal.wipe(deleting, ANNA, NOON)
        writing = Thread(target=conversations.carry_out, args=[turn(1, NOON - 1)])
        writing.start()
        until(lambda: is_waiting(url), SOON)
    writing.join(SOON)
    assert held(url) == ([], [])


def is_waiting(url: str) -> bool:
    with open_database(url).connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())


def test_the_review_rooms_journal_does_not_take_what_comes_after_word_of_the_deletion(url: str) -> None:
    room = Journal(url)
    room.receive(Entry(1, "b" * 32, NOON, "user", {"text": "another's"}))
    room.receive(Entry(4, ANNA, NOON, FORGOTTEN, {}))
    room.receive(Entry(3, ANNA, NOON - 1, "user", {"text": "a bot was slow to carry it"}))
    room.receive(Entry(5, ANNA, NOON + 1, "user", {"text": "said after it"}))
    assert [(entry.number, entry.kind) for entry in room.after(0)] == [
        (1, "user"),
        (4, FORGOTTEN),
        (5, "user"),
    ]
