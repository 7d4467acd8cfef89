"""Whoever asks gets everything that is held of their conversation, or has it deleted, everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest

from bot.my_data import delete, export, purge
from bot.privacy.conversations import Conversations, Turn
from bot.privacy.database import open_database
from bot.privacy.journal import Journal
from bot.privacy.pseudonyms import KEY, keys, pseudonym
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
