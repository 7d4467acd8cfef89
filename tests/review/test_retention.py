"""What is deleted, and when."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bot.privacy.conversations import Conversations
from bot.privacy.database import open_database
from bot.privacy.journal import Journal
from bot.privacy.where import KEPT_DAYS
from bot.review.detector import Detector
from bot.review.models import Comment, Conversation, Position, Proposal, Turn, Verdict
from bot.review.projector import Projector
from bot.review.retention import clean_up, forget
from tests.review.conftest import AddConversation, Person

DAYS = timedelta(days=1)


def proposal(reviewer: Person, status: str, conversation: Conversation | None = None) -> Proposal:
    return Proposal.objects.create(
        kind="story", status=status, name="a story", by=reviewer.user, conversation=conversation
    )


def comment(conversation: Conversation, reviewer: Person) -> None:
    Comment.objects.create(subject=f"conversation:{conversation.pseudonym}", by=reviewer.user, text="hm")


def test_a_conversation_goes_thirty_days_after_its_last_message_with_all_that_was_said_of_it(
    room: Path, reviewer: Person, add_conversation: AddConversation
) -> None:
    old = add_conversation("hello", "> hi", ago=KEPT_DAYS * DAYS + timedelta(minutes=1))
    young = add_conversation("hello", "> hi", ago=KEPT_DAYS * DAYS - timedelta(minutes=1))
    for conversation in (old, young):
        Verdict.objects.create(turn=conversation.turns.first(), by=reviewer.user, right=True)
        comment(conversation, reviewer)
    assert clean_up(Journal()) == 1
    assert list(Conversation.objects.all()) == [young]
    assert {turn.conversation_id for turn in Turn.objects.all()} == {young.pk}
    assert Verdict.objects.count() == 1
    assert [comment.subject for comment in Comment.objects.all()] == [f"conversation:{young.pseudonym}"]


def test_deleted_words_are_not_left_in_the_files(room: Path, add_conversation: AddConversation) -> None:
    add_conversation("xylophone quarrel", ago=40 * DAYS)
    assert _in_files(room, "xylophone")
    clean_up(Journal())
    connections.close_all()
    sqlite3.connect(room / "review.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    assert not _in_files(room, "xylophone")


def _in_files(room: Path, word: str) -> bool:
    return any(word.encode() in file.read_bytes() for file in room.iterdir() if file.is_file())


def test_a_story_made_of_it_stays(room: Path, reviewer: Person, add_conversation: AddConversation) -> None:
    approved = proposal(reviewer, "approved", add_conversation("hello", ago=40 * DAYS))
    waiting = proposal(reviewer, "waiting", add_conversation("hello", ago=40 * DAYS))
    clean_up(Journal())
    assert not Conversation.objects.exists()
    assert set(Proposal.objects.all()) == {approved, waiting}


def test_a_story_that_nobody_wanted_goes_too(room: Path, reviewer: Person) -> None:
    for status in ("refused", "withdrawn", "exported"):
        made = proposal(reviewer, status)
        Comment.objects.create(subject=f"proposal:{made.pk}", by=reviewer.user, text=status)
    Proposal.objects.update(at=timezone.now() - 40 * DAYS)
    proposal(reviewer, "refused")
    clean_up(Journal())
    assert sorted(Proposal.objects.values_list("status", flat=True)) == ["exported", "refused"]
    assert [comment.text for comment in Comment.objects.all()] == ["exported"]


def test_the_journal_keeps_nothing_that_was_read(room: Path) -> None:
    journal = Journal()
    for number in range(3):
        journal.write("a", time.time(), "user", {"text": str(number)})
    read, _, unread = journal.after(0)
    Position.objects.create(pk="journal", number=read.number + 1)
    clean_up(journal)
    assert [entry.number for entry in journal.after(0)] == [unread.number]


def test_what_nobody_read_goes_after_thirty_days_all_the_same(room: Path) -> None:
    journal = Journal()
    journal.write("a", time.time() - 31 * 24 * 3600, "user", {"text": "old"})
    journal.write("a", time.time() - 29 * 24 * 3600, "user", {"text": "young"})
    clean_up(journal)
    assert [entry.said["text"] for entry in journal.after(0)] == ["young"]


def test_of_a_conversation_that_goes_on_the_old_part_goes_and_the_next_message_is_taken_in(
    room: Path,
) -> None:
    journal = Journal()
    said = {
        "text": "hello", "pressed": False, "channel": "telegram", "place": "", "topic": "greet",
        "confidence": 0.9, "offers": [], "runners_up": [], "level": "none", "categories": [],
        "speaker": "", "why": "",
    }  # fmt: skip
    for days in (31, 2):
        journal.write("a", time.time() - days * 24 * 3600, "user", said)
    projector = Projector(journal, Detector())
    projector.catch_up()
    clean_up(journal)
    journal.write("a", time.time(), "user", said)
    projector.catch_up()
    assert [turn.number for turn in Conversation.objects.get().turns.all()] == [2, 3]


def test_the_bot_itself_deletes_what_no_review_room_reads(room: Path) -> None:
    journal = Journal()
    journal.write("a", time.time() - 31 * 24 * 3600, "user", {"text": "old"})
    journal.write("a", time.time() - 29 * 24 * 3600, "user", {"text": "young"})
    assert Conversations(open_database()).purge().entries == 1
    assert [entry.said["text"] for entry in journal.after(0)] == ["young"]


def test_when_a_young_person_deletes_the_chat_it_goes_at_once_and_what_is_not_approved_with_it(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    mine, other = add_conversation("hello"), add_conversation("hello")
    for status in ("waiting", "refused", "approved"):
        proposal(reviewer, status, mine)
    proposal(reviewer, "waiting", other)
    comment(mine, reviewer)
    forget(mine.pseudonym)
    assert list(Conversation.objects.all()) == [other]
    assert not Comment.objects.exists()
    assert sorted(Proposal.objects.values_list("status", flat=True)) == ["approved", "waiting"]


def test_the_address_of_a_machine_is_kept_only_while_it_has_to_wait(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client().post(reverse("account_login"), {"login": "rosa", "password": "not that one at all"})
    clean_up(Journal())
    assert any("127.0.0.1" in key for key in _counted())
    later = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    clean_up(Journal())
    assert _counted() == []


def _counted() -> list[str]:
    with connections["default"].cursor() as cursor:
        return [key for (key,) in cursor.execute("SELECT cache_key FROM review_cache").fetchall()]


def test_sessions_that_ended_are_deleted(room: Path, reviewer: Person) -> None:
    ended = Client()
    ended.force_login(reviewer.user)
    Session.objects.filter(pk=ended.session.session_key).update(expire_date=timezone.now() - DAYS)
    clean_up(Journal())
    assert [session.pk for session in Session.objects.all()] == [reviewer.session.session_key]
