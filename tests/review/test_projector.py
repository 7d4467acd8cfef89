"""The projector takes every entry of the journal over once, in order, whatever happens in between."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models.signals import post_save

from bot.knowledge import shared
from bot.privacy.journal import Journal
from bot.review.detector import Detector, shared_detector
from bot.review.models import Conversation, Position, Turn
from bot.review.models.conversations import Level
from bot.review.projector import Projector

AMY, BEN = "a" * 32, "b" * 32
clock = count(1_800_000_000)


@pytest.fixture
def journal(room: Path) -> Journal:
    return Journal(f"sqlite:///{room / 'journal.db'}")


@pytest.fixture(scope="session")
def detector() -> Detector:
    return shared_detector()


@pytest.fixture
def projector(journal: Journal, detector: Detector) -> Projector:
    return Projector(journal, detector)


def hear(journal: Journal, words: str, who: str = AMY, **understood: Any) -> None:
    said = {
        "text": words,
        "pressed": words.startswith("/"),
        "channel": "widget",
        "place": "devon",
        "topic": "advocate_what",
        "confidence": 0.9,
        "offers": [],
        "runners_up": [{"topic": "advocate_get", "confidence": 0.05}],
        "level": "none",
        "categories": [],
        "speaker": "",
        "why": "",
    }
    journal.write(who, float(next(clock)), "user", said | understood)


def answer(journal: Journal, words: str, who: str = AMY) -> None:
    action = {"name": "action_answer", "policy": "RulePolicy"}
    journal.write(who, float(next(clock)), "action", action)
    said = {"text": words, "buttons": ["Tell me more"], "topic": "advocate_what"}
    journal.write(who, float(next(clock)), "bot", said)


def test_a_conversation_is_shown_with_what_was_understood(journal: Journal, projector: Projector) -> None:
    hear(journal, "what is an advocate")
    answer(journal, "An advocate is a person on your side.")
    projector.catch_up()
    heard, said = Turn.objects.all()
    assert (heard.text, heard.topic, heard.confidence) == ("what is an advocate", "advocate_what", 0.9)
    assert heard.runners_up == [{"topic": "advocate_get", "confidence": 0.05}]
    assert heard.actions == [{"name": "action_answer", "policy": "RulePolicy"}]
    assert (said.who, said.text, said.buttons) == (
        "bot",
        "An advocate is a person on your side.",
        ["Tell me more"],
    )
    conversation = Conversation.objects.get()
    assert (conversation.place, conversation.channel, conversation.turns_count) == ("devon", "widget", 1)


def test_the_queue_can_sort_by_the_gravest_turn(journal: Journal, projector: Projector) -> None:
    hear(journal, "there is never anything in", level="urgent", categories=["neglect"])
    hear(journal, "thanks", topic="not_sure", confidence=0.1)
    projector.catch_up()
    conversation = Conversation.objects.get()
    assert conversation.level == Level.URGENT
    assert conversation.categories == ["neglect"]
    assert conversation.not_sure
    assert conversation.least_confidence == 0.1


def test_a_button_is_shown_by_its_title(journal: Journal, projector: Projector) -> None:
    for payload in (
        "/advocate_what",
        '/repeat_or_explain{"topic": "advocate_what"}',
        "/safe_now",
        "/unheard_of",
    ):
        hear(journal, payload)
    projector.catch_up()
    assert [turn.text for turn in Turn.objects.all()] == [
        "What an advocate is",
        "Say it simpler",
        "Yes",
        "(a button)",
    ]


def test_what_was_taken_over_is_not_taken_over_again(journal: Journal, projector: Projector) -> None:
    hear(journal, "what is an advocate")
    assert projector.catch_up() == 1
    assert projector.catch_up() == 0
    hear(journal, "hello", BEN)
    assert projector.catch_up() == 1
    assert Turn.objects.count() == 2


def test_a_fault_half_way_takes_over_nothing_and_the_next_try_all_of_it(
    journal: Journal, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(journal, "what is an advocate")
    hear(journal, "hello", BEN)

    def full(self: Position, **_: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(Position, "save", full)
        with pytest.raises(DatabaseError):
            projector.catch_up()
    assert Conversation.objects.count() == 0
    projector.catch_up()
    assert Turn.objects.count() == 2


def test_a_conversation_that_is_forgotten_is_gone_from_the_review_room(
    journal: Journal, projector: Projector
) -> None:
    hear(journal, "what is an advocate")
    hear(journal, "hello", BEN)
    projector.catch_up()
    journal.forget(AMY, float(next(clock)))
    projector.catch_up()
    assert [conversation.pseudonym for conversation in Conversation.objects.all()] == [BEN]
    assert Turn.objects.count() == 1


def test_something_new_puts_a_reviewed_conversation_back_into_the_queue(
    journal: Journal, projector: Projector
) -> None:
    hear(journal, "what is an advocate")
    projector.catch_up()
    Conversation.objects.update(reviewed="2027-01-15T12:00Z")
    hear(journal, "and how do i get one")
    projector.catch_up()
    assert Conversation.objects.get().reviewed is None


def test_personal_details_that_an_older_bot_wrote_are_taken_out_here(
    journal: Journal, projector: Projector
) -> None:
    hear(journal, "ring me on 07700 900123")
    projector.catch_up()
    assert "07700" not in Turn.objects.get().text


def test_only_turns_that_were_not_flagged_are_suspected(journal: Journal, projector: Projector) -> None:
    hear(journal, "he keeps hurting me and says nobody will believe me")
    hear(journal, "he keeps hurting me and says nobody will believe me", BEN, level="urgent")
    hear(journal, "/advocate_what", BEN)
    projector.catch_up()
    missed, flagged, pressed = (turn.suspicion for turn in Turn.objects.order_by("id"))
    assert missed > 0.5
    assert (flagged, pressed) == (0, 0)


def test_no_i_am_not_safe_is_an_emergency_in_the_queue(journal: Journal, projector: Projector) -> None:
    hear(journal, "he hits me", level="urgent", categories=["physical_abuse"])
    hear(journal, "/not_safe_now", topic="not_safe_now")
    projector.catch_up()
    assert Conversation.objects.get().level == Level.EMERGENCY
    assert [turn.level for turn in Turn.objects.all()] == [Level.URGENT, Level.EMERGENCY]


def test_a_typed_no_that_was_answered_as_an_emergency_is_one(journal: Journal, projector: Projector) -> None:
    known = shared()
    hear(journal, "he hits me", level="urgent", categories=["physical_abuse"])
    hear(journal, "no", topic="deny")
    answer(journal, known.say(known.safety.levels["emergency"]))
    projector.catch_up()
    assert Conversation.objects.get().level == Level.EMERGENCY
    assert Turn.objects.get(text="no").level == Level.EMERGENCY


def test_a_disclosure_that_was_helped_was_not_asked_back(journal: Journal, projector: Projector) -> None:
    hear(journal, "he hits me", topic="not_sure", level="urgent", categories=["physical_abuse"])
    hear(journal, "blah", who=BEN, topic="not_sure")
    projector.catch_up()
    assert not Conversation.objects.get(pseudonym=AMY).not_sure
    assert Conversation.objects.get(pseudonym=BEN).not_sure


def test_who_it_is_assigned_to_meanwhile_stays(journal: Journal, projector: Projector) -> None:
    """As on PostgreSQL, where somebody may assign it between reading the row and writing it."""
    user = User.objects.create_user("rosa")
    hear(journal, "hi")
    projector.catch_up()

    def assigned(instance: Turn, **_: object) -> None:
        Conversation.objects.filter(pk=instance.conversation_id).update(assigned_to=user)

    post_save.connect(assigned, sender=Turn)
    try:
        hear(journal, "hi again")
        projector.catch_up()
    finally:
        post_save.disconnect(assigned, sender=Turn)
    assert Conversation.objects.get().assigned_to == user
