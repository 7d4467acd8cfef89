"""Whoever asks gets everything that is held of their conversation, or has it deleted, everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import Any

import pytest

from bot.my_data import delete, export, purge, purge_what_waits
from bot.privacy.conversations import Conversations, Turn
from bot.privacy.database import open_database
from bot.privacy.journal import Journal
from bot.privacy.pseudonyms import KEY, keys, pseudonym
from bot.privacy.spool import Spool
from bot.privacy.where import BROKER, DATABASE, KEPT_DAYS
from bot.review.detector import Detector
from bot.review.models import Conversation
from bot.review.projector import Projector
from tests.review.conftest import Person

ANNA = "telegram", "123456"


@pytest.fixture(autouse=True)
def key(room: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(KEY, "a-key")
    keys.cache_clear()
    yield
    keys.cache_clear()


def say(text: str, person: tuple[str, str] = ANNA) -> None:
    """One turn, kept as the bot keeps it and read by the review room."""
    name = pseudonym(*person)
    said: dict[str, Any] = {
        "text": text, "pressed": False, "channel": "telegram", "place": "", "topic": "advocate_get",
        "confidence": 0.9, "offers": [], "runners_up": [], "level": "none", "categories": [],
        "speaker": "", "why": "",
    }  # fmt: skip
    entries = [{"at": time(), "kind": "user", "said": said}]
    events = [{"event": "user", "text": text, "timestamp": time()}]
    Conversations(open_database()).add(Turn(name, 1, time(), None, events, {"slots": {}}, entries))
    Projector(Journal(), Detector()).catch_up()


def test_an_export_holds_what_each_place_holds_and_nothing_of_others() -> None:
    say("what is an advocate")
    say("something else", ("telegram", "999"))
    [held] = json.loads(json.dumps(export(*ANNA), default=str))
    assert held["turns"][0]["events"][0]["text"] == "what is an advocate"
    assert held["journal"][0]["text"] == "what is an advocate"
    assert held["review"]["turns"][0]["text"] == "what is an advocate"
    assert "something else" not in json.dumps(held)


def test_an_export_does_not_say_who_reviewed_it(reviewer: Person) -> None:
    say("what is an advocate")
    conversation = Conversation.objects.get()
    conversation.assigned_to = reviewer.user
    conversation.save()
    assert reviewer.user.username not in json.dumps(export(*ANNA), default=str)
    assert "assigned_to" not in json.dumps(export(*ANNA), default=str)


def test_deleting_gives_a_receipt_and_leaves_nothing() -> None:
    say("what is an advocate")
    receipt = delete(*ANNA)
    [deleted] = receipt["deleted"]
    assert (deleted["turns"], deleted["journal"]) == (1, 1)
    assert (deleted["review"]["conversation"], deleted["review"]["turns"]) == (1, 1)
    assert export(*ANNA) == []
    assert not Conversation.objects.exists()


def wait(name: str, text: str, folder: Path) -> Path:
    """One turn that a bot could not bring to the database; where it waits."""
    events = [{"event": "user", "text": text, "timestamp": time()}]
    entries = [{"at": time(), "kind": "user", "said": {"text": text}}]
    spool = Spool(folder / "spool")
    spool.put(
        {"do": "add", "conversation": name, "turn": asdict(Turn(name, 1, time(), None, events, {}, entries))}
    )
    spool.close()
    [file] = (folder / "spool").glob("*.jsonl")
    return file


def test_an_export_shows_what_still_waits_on_disk(room: Path) -> None:
    wait(pseudonym(*ANNA), "what is an advocate", room)
    [held] = json.loads(json.dumps(export(*ANNA), default=str))
    assert [event["text"] for turn in held["waiting"] for event in turn["events"]] == ["what is an advocate"]
    assert export("telegram", "999") == []


def test_deleting_takes_what_a_bot_that_is_gone_left_off_the_disk(room: Path) -> None:
    file = wait(pseudonym(*ANNA), "unmistakeable", room)
    wait_for_another = Spool(room / "spool")
    wait_for_another.put({"do": "end", "conversation": "b" * 32})
    wait_for_another.close()
    [deleted] = delete(*ANNA)["deleted"]
    assert (deleted["waiting"], deleted["still_waiting"]) == (1, 0)
    assert not file.exists()
    assert export(*ANNA) == []
    assert Spool(room / "spool").waiting() == 1  # the other's


def test_what_waits_in_a_bot_that_runs_is_counted_and_never_written(room: Path) -> None:
    wait(pseudonym(*ANNA), "unmistakeable", room)
    running = Spool(room / "spool")  # its files are its own while it is there
    [deleted] = delete(*ANNA)["deleted"]
    assert (deleted["waiting"], deleted["still_waiting"]) == (0, 1)
    running.catch_up(Conversations(open_database()).carry_out)
    assert export(*ANNA) == []
    Projector(Journal(), Detector()).catch_up()
    assert not Conversation.objects.exists()


def test_a_receipt_says_what_a_deletion_does_not_reach_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = " ".join(delete(*ANNA)["not_yet"])
    assert all(word in said for word in ("backup", "KEEP_DAYS", f"{KEPT_DAYS} days", "approved"))
    assert "RabbitMQ" not in said
    monkeypatch.setenv(BROKER, "amqp://guest:guest@127.0.0.1/")
    assert "RabbitMQ" in " ".join(delete(*ANNA)["not_yet"])


def test_what_bots_that_are_gone_left_is_dropped_when_it_is_too_old_though_no_database_is_there(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, "postgresql://nobody@127.0.0.1:1/nowhere")
    file = wait(pseudonym(*ANNA), "unmistakeable", room)
    assert purge_what_waits(time() + KEPT_DAYS * 24 * 3600 - 60) == 0
    assert file.exists()
    assert purge_what_waits(time() + KEPT_DAYS * 24 * 3600 + 60) == 1
    assert not file.exists()


def test_what_was_said_under_an_earlier_key_is_found_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    say("what is an advocate")
    monkeypatch.setenv(KEY, "a-new-key a-key")
    keys.cache_clear()
    assert len(export(*ANNA)) == 1
    delete(*ANNA)
    assert export(*ANNA) == []


def test_purging_leaves_what_is_not_old() -> None:
    say("what is an advocate")
    assert purge()["turns"] == 0
    assert len(export(*ANNA)) == 1
