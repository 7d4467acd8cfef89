"""What is said goes into the journal redacted and in order, and comes out of it for good."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered

from bot import quiet  # noqa: F401  # before anything of Rasa
from bot.privacy.event_record import journal_entries, record
from bot.privacy.journal import FORGOTTEN, Journal

pytestmark = pytest.mark.rasa
ANNA = "a" * 32


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path / 'journal.db'}")


def said(text: str, **parsed: Any) -> UserUttered:
    """An event of Rasa's."""
    understood = {"intent": {"name": "advocate_get", "confidence": 0.9}, "intent_ranking": [], **parsed}
    return UserUttered(
        text,
        parse_data=understood,
        timestamp=1_800_000_000.0,
        input_channel="widget",
        metadata={"place": "devon", "model_id": "x"},
    )


def test_personal_details_are_not_kept() -> None:
    kept = record(said("my number is 07700 900123 and my email is amy.test@example.com"))
    [entry] = journal_entries([kept])
    assert "900123" not in str((kept, entry))
    assert "amy.test" not in str((kept, entry))


def test_only_what_reviewers_need_is_kept() -> None:
    safety = {"level": "urgent", "categories": ["neglect"], "speaker": "young person", "latin": True}
    [entry] = journal_entries([record(said("there is never anything in", safety=safety))])
    assert entry["said"]["level"] == "urgent"
    assert entry["said"]["place"] == "devon"
    assert not {"entities", "model_id", "latin", "metadata"} & set(entry["said"])
    events = [SlotSet("age", 11), ActionExecuted("action_listen")]
    assert journal_entries([record(event) for event in events]) == []


def test_entries_come_back_in_order_and_only_once(journal: Journal) -> None:
    for number in range(5):
        journal.write(ANNA, float(number), "user", {"text": str(number)})
    first = list(journal.after(0, most=3))
    rest = list(journal.after(first[-1].number))
    assert [entry.said["text"] for entry in (*first, *rest)] == ["0", "1", "2", "3", "4"]


def test_forgetting_deletes_the_words_and_leaves_word_for_the_review_room(
    journal: Journal, tmp_path: Path
) -> None:
    journal.write(ANNA, 1.0, "user", {"text": "unmistakeable"})
    journal.write("b" * 32, 2.0, "user", {"text": "another"})
    number = list(journal.after(0))[-1].number
    journal.forget(ANNA, 3.0)
    assert [entry.conversation for entry in journal.after(0)] == ["b" * 32, ANNA]
    [last] = journal.after(number)
    assert (last.kind, last.conversation) == (FORGOTTEN, ANNA)
    with sqlite3.connect(tmp_path / "journal.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"unmistakeable" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_number_is_never_used_again(journal: Journal) -> None:
    journal.write(ANNA, 1.0, "user", {"text": "x"})
    [entry] = journal.after(0)
    journal.purge(before=2.0)
    journal.write(ANNA, 3.0, "user", {"text": "y"})
    assert next(journal.after(0)).number > entry.number
