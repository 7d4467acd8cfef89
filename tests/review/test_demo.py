"""The made-up conversations have everything that the pages are for, and are never mixed with real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from bot.privacy.journal import Journal
from bot.privacy.where import KEPT_DAYS
from bot.review.demo import DAYS, RealConversationsError, fill, many
from bot.review.filters import LOW
from bot.review.models import Comment, Conversation, Rubric, Turn, Verdict, Word
from bot.review.models.conversations import UNEASY, Level
from bot.review.retention import clean_up
from tests.review.conftest import AddConversation, Person
from tests.review.test_queue import listed, search, words


def told() -> list[tuple[str, str]]:
    """Everything that was said, in the order of the conversations."""
    return list(Turn.objects.order_by("conversation__pseudonym", "number").values_list("who", "text"))


def test_a_filled_room_has_something_of_everything(room: Path, reviewer: Person) -> None:
    count = fill()
    every = Conversation.objects.all()
    assert 50 <= count == every.count() <= 70
    assert {one.level for one in every} == set(Level)
    assert {one.channel for one in every} == {"widget", "telegram", "rest"}
    assert {one.place for one in every} == {"", "devon", "cumberland"}
    for narrowed in (
        {"not_sure": True},
        {"unhelpful": True},
        {"least_confidence__lt": LOW},
        {"reviewed": None},
        {"reviewed__isnull": False},
        {"second_opinion": True},
        {"assigned_to__isnull": False},
        {"labels__isnull": False},
        {"level": Level.NONE, "suspicion__gte": UNEASY},
    ):
        assert every.filter(**narrowed).exists(), narrowed
    assert Verdict.objects.filter(right=False).exclude(right_topic="").exists()
    assert Verdict.objects.filter(right_level=Level.URGENT).exclude(right_category="").exists()
    assert Verdict.objects.exclude(better_wording="").exists()
    assert any(one.rubrics.count() == 2 for one in every)
    assert Rubric.objects.filter(listened=Rubric.Mark.NO).exists()
    assert Comment.objects.filter(subject__startswith="conversation:").exists()
    assert "physical abuse" in words(reviewer.get("/"))
    for one in every:
        assert reviewer.get(f"/conversation/{one.pk}/").status_code == 200


def test_the_same_seed_tells_the_same_and_another_something_else(room: Path) -> None:
    fill(7)
    first = told()
    Conversation.objects.all().delete()
    fill(7)
    assert told() == first
    Conversation.objects.all().delete()
    fill(8)
    assert told() != first


def test_made_up_conversations_are_never_mixed_with_real_ones(
    room: Path, add_conversation: AddConversation
) -> None:
    add_conversation("hi")
    with pytest.raises(RealConversationsError):
        fill()
    assert Conversation.objects.count() == 1
    assert not User.objects.exists()


def test_nobody_can_log_in_as_a_made_up_reviewer(room: Path) -> None:
    fill()
    assert User.objects.count() == 3
    assert not [user for user in User.objects.all() if user.has_usable_password()]


def test_very_many_are_written_for_measuring_and_can_be_read_and_searched(
    room: Path, reviewer: Person
) -> None:
    many(300)
    assert Conversation.objects.count() >= 300
    assert not Conversation.objects.filter(turns=None).exists()
    assert Word.objects.values("conversation").distinct().count() == (
        Turn.objects.filter(who="user", pressed=False).values("conversation").distinct().count()
    )
    assert len(listed(reviewer.get("/?order=new"))) == 50
    assert len(listed(search(reviewer, "social worker"))) > 0
    assert DAYS < KEPT_DAYS
    assert clean_up(Journal(f"sqlite:///{room / 'journal.db'}")) == 0
