"""Judging: marks are one's own, stay honest, and lead to what happens next with a conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bot.review.models import AuditEntry, Comment, Comparison, Conversation, Label, Rubric, Turn, Verdict
from bot.review.models.conversations import Level
from bot.review.retention import forget
from tests.review.conftest import AddConversation, Join, Person
from tests.review.test_queue import words

MARKS = dict.fromkeys(Rubric.QUESTIONS, "2")
TURN = {"text": "how long is an assessment", "topic": "assessment_what", "confidence": 0.6}


def do(person: Client, name: str, conversation: Conversation, *more: int, **sent: Any) -> HttpResponse:
    """Send one of the forms of the page; the page that follows."""
    address = reverse(name, args=[conversation.pk, *more])
    return person.post(f"{address}?order=new", sent, follow=True)


def judge(person: Client, conversation: Conversation, **sent: Any) -> HttpResponse:
    return do(person, "turn_judge", conversation, 1, **sent)


def mark(person: Client, conversation: Conversation, **sent: Any) -> HttpResponse:
    return do(person, "conversation_marks", conversation, **(MARKS | sent))


def did(person: Person) -> list[str]:
    """What the audit log says that this person did with conversations, in order."""
    entries = AuditEntry.objects.filter(by=person.user, subject__startswith="conversation:").order_by("pk")
    return [entry.did for entry in entries]


@pytest.fixture
def asked(add_conversation: AddConversation) -> Conversation:
    return add_conversation(TURN, "> An assessment is ...")


def test_right_takes_one_press(reviewer: Person, asked: Conversation) -> None:
    page = judge(reviewer, asked, right="True")
    verdict = Verdict.objects.get()
    assert (verdict.by, verdict.turn.number, verdict.right) == (reviewer.user, 1, True)
    assert "You: right." in words(page)
    assert did(reviewer) == ["judged a turn"]


def test_wrong_says_what_would_have_been_right_and_how_to_say_it_better(
    reviewer: Person, asked: Conversation
) -> None:
    page = judge(
        reviewer,
        asked,
        right="False",
        right_topic="assessment_how_long",
        right_level="1",
        right_category="low_mood",
        better_wording="Say 45 days first.",
    )
    verdict = Verdict.objects.get()
    assert not verdict.right
    assert (verdict.right_topic, verdict.right_level) == ("assessment_how_long", Level.CONCERN)
    assert "You: wrong. The topic is How long an assessment takes." in words(page)
    assert "The level is concern. It is about low mood. Better words: Say 45 days first." in words(page)


def test_a_level_alone_can_be_what_was_wrong(reviewer: Person, asked: Conversation) -> None:
    judge(reviewer, asked, right="False", right_level="0")
    assert Verdict.objects.get().right_level == Level.NONE


def test_a_kind_alone_can_be_what_was_wrong(reviewer: Person, asked: Conversation) -> None:
    judge(reviewer, asked, right="False", right_category="bereavement")
    assert Verdict.objects.get().right_category == "bereavement"
    assert "It is about" in words(reviewer.get(f"/conversation/{asked.pk}/"))


def test_wrong_without_saying_what_was_right_comes_back_with_the_reason_and_what_was_typed(
    reviewer: Person, asked: Conversation
) -> None:
    page = judge(reviewer, asked, right="False", better_wording="Shorter please.")
    assert "Choose the topic, the level or the kind that would have been right." in words(page)
    assert "Shorter please." in words(page)
    assert not Verdict.objects.exists()
    assert did(reviewer) == []


def test_a_verdict_can_be_changed_and_stays_one(reviewer: Person, asked: Conversation) -> None:
    judge(reviewer, asked, right="False", right_topic="assessment_how_long")
    form = words(reviewer.get(f"/conversation/{asked.pk}/?judge=1"))
    assert "Did Your Say understand this rightly?" in form
    judge(reviewer, asked, right="True", right_topic="assessment_how_long", better_wording="Shorter.")
    verdict = Verdict.objects.get()
    assert verdict.right
    assert (verdict.right_topic, verdict.right_level) == ("", None)
    assert verdict.better_wording == "Shorter."


def test_what_the_bot_said_is_judged_with_the_message_it_answered(
    reviewer: Person, asked: Conversation
) -> None:
    assert do(reviewer, "turn_judge", asked, 2, right="True").status_code == 404
    assert do(reviewer, "turn_judge", asked, 99, right="True").status_code == 404


def test_a_folded_turn_cannot_be_judged_unread(reviewer: Person, add_conversation: AddConversation) -> None:
    grave = add_conversation({"text": "he hits me", "level": "urgent"})
    page = reviewer.get(f"/conversation/{grave.pk}/").content.decode()
    assert reverse("turn_judge", args=[grave.pk, 1]) not in page
    opened = do(reviewer, "turn_open", grave, 1).content.decode()
    assert reverse("turn_judge", args=[grave.pk, 1]) in opened


def test_the_whole_conversation_is_marked_by_six_questions(reviewer: Person, asked: Conversation) -> None:
    page = words(reviewer.get(f"/conversation/{asked.pk}/"))
    for question in (
        "Were the words clear for a child?",
        "Did it show that it had listened?",
        "Was it honest about what it is and what may happen?",
        "Was it free of blame?",
        "Was it free of false reassurance?",
        "Was the next step clear?",
    ):
        assert question in page
    page = words(mark(reviewer, asked, listened="0", notes="It never said that it heard."))
    rubric = Rubric.objects.get()
    assert (rubric.listened, rubric.honest, rubric.by) == (Rubric.Mark.NO, Rubric.Mark.YES, reviewer.user)
    assert "Did it show that it had listened? No" in page
    assert "It never said that it heard." in page
    assert did(reviewer) == ["gave marks"]


def test_marks_with_a_question_left_out_are_not_saved_and_the_others_are_kept(
    reviewer: Person, asked: Conversation
) -> None:
    page = mark(reviewer, asked, listened="", notes="Half done.")
    assert "This field is required." in words(page)
    assert "Half done." in words(page)
    assert page.content.decode().count("checked") == 5
    assert not Rubric.objects.exists()


def test_own_marks_can_be_changed_and_stay_one_set(reviewer: Person, asked: Conversation) -> None:
    mark(reviewer, asked)
    mark(reviewer, asked, honest="1")
    assert Rubric.objects.get().honest == Rubric.Mark.PARTLY


@pytest.fixture
def first_has_marked(join: Join, asked: Conversation) -> Person:
    """Somebody who found the answer wrong and everything else bad."""
    first = join("reviewer", name="firstperson")
    judge(first, asked, right="False", right_topic="assessment_how_long", better_wording="Begin with days.")
    mark(first, asked, **dict.fromkeys(Rubric.QUESTIONS, "0"), notes="Far too long.")
    return first


FIRST_SAID = ("firstperson: wrong", "The topic is How long", "Begin with days", "Far too long")


def test_the_second_reviewer_sees_nothing_of_the_first_ones_marks_before_giving_their_own(
    reviewer: Person, asked: Conversation, first_has_marked: Person
) -> None:
    page = words(reviewer.get(f"/conversation/{asked.pk}/"))
    assert "1 other reviewer gave marks. You will see them once you have given your own." in page
    assert not [said for said in FIRST_SAID if said in page]
    page = words(judge(reviewer, asked, right="True"))
    assert not [said for said in FIRST_SAID if said in page]


def test_asking_to_compare_before_giving_marks_shows_nothing(
    reviewer: Person, asked: Conversation, first_has_marked: Person
) -> None:
    page = words(do(reviewer, "conversation_compare", asked))
    assert not [said for said in FIRST_SAID if said in page]
    assert not Comparison.objects.exists()


def test_both_reviewers_marks_stand_side_by_side_once_they_are_compared(
    reviewer: Person, asked: Conversation, first_has_marked: Person
) -> None:
    judge(reviewer, asked, right="True")
    page = words(mark(reviewer, asked))
    assert not [said for said in FIRST_SAID if said in page]
    page = words(do(reviewer, "conversation_compare", asked))
    assert all(said in page for said in FIRST_SAID)
    assert "Question firstperson You" in page
    assert "Was the next step clear? No Yes" in page
    assert "You: right. firstperson: wrong. The topic is How long an assessment takes." in page


def test_marks_stay_as_they_were_once_they_are_compared(
    reviewer: Person, asked: Conversation, first_has_marked: Person
) -> None:
    mark(reviewer, asked)
    page = words(do(reviewer, "conversation_compare", asked))
    assert "Save my marks" not in page
    mark(reviewer, asked, honest="0")
    page = words(judge(reviewer, asked, right="False", right_topic="assessment_how_long"))
    assert "so they stay as they are" in page
    assert Rubric.objects.get(by=reviewer.user).honest == Rubric.Mark.YES
    assert not Verdict.objects.filter(by=reviewer.user).exists()
    assert did(reviewer) == ["gave marks", "compared marks"]


def test_comparing_fixes_ones_own_marks_and_nobody_elses(
    reviewer: Person, asked: Conversation, first_has_marked: Person
) -> None:
    mark(reviewer, asked)
    do(reviewer, "conversation_compare", asked)
    mark(first_has_marked, asked, honest="1")
    assert Rubric.objects.get(by=first_has_marked.user).honest == Rubric.Mark.PARTLY


def test_there_is_nothing_to_compare_for_the_only_one_who_marked(
    reviewer: Person, asked: Conversation
) -> None:
    page = words(mark(reviewer, asked))
    assert "Compare" not in page
    do(reviewer, "conversation_compare", asked)
    assert not Comparison.objects.exists()


def test_everybody_sees_a_note_at_once(reviewer: Person, join: Join, asked: Conversation) -> None:
    do(reviewer, "conversation_note", asked, text="I told the safeguarding lead.")
    page = words(join("reviewer").get(f"/conversation/{asked.pk}/"))
    assert "I told the safeguarding lead. rosa," in page
    assert did(reviewer) == ["wrote a note"]


def test_an_empty_note_is_none(reviewer: Person, asked: Conversation) -> None:
    assert "This field is required." in words(do(reviewer, "conversation_note", asked, text="  "))
    assert not Comment.objects.exists()


QUOTE = "she wrote that her number is 07700 900123"


def test_what_reviewers_write_is_redacted_before_it_is_kept(reviewer: Person, asked: Conversation) -> None:
    do(reviewer, "conversation_note", asked, text=QUOTE)
    judge(reviewer, asked, right="True", better_wording=QUOTE)
    mark(reviewer, asked, notes=QUOTE)
    do(reviewer, "conversation_labels", asked, new="07700 900123")
    kept = [
        Comment.objects.get().text,
        Verdict.objects.get().better_wording,
        Rubric.objects.get().notes,
        Label.objects.get().name,
    ]
    assert not [text for text in kept if "900123" in text]
    assert kept[0].startswith("she wrote that her number is")


def test_nothing_that_was_said_of_it_is_left_of_a_forgotten_conversation(
    reviewer: Person, asked: Conversation
) -> None:
    do(reviewer, "conversation_note", asked, text="A note.")
    judge(reviewer, asked, right="True")
    mark(reviewer, asked)
    forget(asked.pseudonym)
    kept = (Comment, Verdict, Rubric, Turn, Conversation)
    assert [model.__name__ for model in kept if model.objects.exists()] == []


def test_labels_are_ticked_unticked_and_made_and_one_word_is_one_label(
    reviewer: Person, asked: Conversation, add_conversation: AddConversation
) -> None:
    housing = Label.objects.create(name="Housing")
    do(reviewer, "conversation_labels", asked, labels=[housing.pk], new="Good  example")
    assert {label.name for label in asked.labels.all()} == {"Housing", "Good example"}
    other = add_conversation("hi")
    do(reviewer, "conversation_labels", other, new="GOOD EXAMPLE")
    assert [label.name for label in other.labels.all()] == ["Good example"]
    do(reviewer, "conversation_labels", asked, labels=[])
    assert not asked.labels.exists()
    assert Label.objects.count() == 2


def test_a_conversation_is_assigned_to_a_colleague_who_may_read_it(
    reviewer: Person, join: Join, add_conversation: AddConversation
) -> None:
    conversation = add_conversation("hi", place="devon")
    colleague = join("reviewer", places=["devon"], name="dev").user
    elsewhere = join("reviewer", places=["cumberland"], name="cum").user
    User.objects.create_user("nomember")
    page = reviewer.get(f"/conversation/{conversation.pk}/").content.decode()
    assert ">dev</option>" in page
    assert ">cum</option>" not in page
    assert ">nomember</option>" not in page
    do(reviewer, "conversation_assign", conversation, to=colleague.pk)
    conversation.refresh_from_db()
    assert conversation.assigned_to == colleague
    do(reviewer, "conversation_assign", conversation, to=elsewhere.pk)
    conversation.refresh_from_db()
    assert conversation.assigned_to == colleague
    do(reviewer, "conversation_assign", conversation, to="")
    conversation.refresh_from_db()
    assert conversation.assigned_to is None
    assert did(reviewer) == ["assigned a conversation"] * 2


def test_one_press_assigns_it_to_oneself(reviewer: Person, asked: Conversation) -> None:
    do(reviewer, "conversation_assign", asked, me="")
    asked.refresh_from_db()
    assert asked.assigned_to == reviewer.user


def test_a_second_opinion_is_asked_for_after_ones_own_and_given_with_the_next_marks(
    reviewer: Person, join: Join, asked: Conversation
) -> None:
    page = words(do(reviewer, "conversation_second", asked, wanted=""))
    assert "Give your own marks first" in page
    asked.refresh_from_db()
    assert not asked.second_opinion
    mark(reviewer, asked)
    do(reviewer, "conversation_second", asked, wanted="")
    mark(reviewer, asked, honest="1")  # one's own second thoughts are no second opinion
    asked.refresh_from_db()
    assert asked.second_opinion
    mark(join("reviewer"), asked)
    asked.refresh_from_db()
    assert not asked.second_opinion


def test_the_wish_for_a_second_opinion_can_be_taken_back(reviewer: Person, asked: Conversation) -> None:
    mark(reviewer, asked)
    do(reviewer, "conversation_second", asked, wanted="")
    do(reviewer, "conversation_second", asked, withdrawn="")
    asked.refresh_from_db()
    assert not asked.second_opinion


def test_reviewed_is_noted_and_leads_to_the_next_of_the_list(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    first = add_conversation("hi", place="devon", ago=timedelta(hours=1))
    add_conversation("hi", place="cumberland", ago=timedelta(hours=2))
    third = add_conversation("hi", place="devon", ago=timedelta(hours=3))
    query = "?order=new&place=devon&unreviewed=on"
    address = reverse("conversation_reviewed", args=[first.pk]) + query
    response = reviewer.post(address, {"done": "", "turns": "1"})
    assert response["Location"] == f"/conversation/{third.pk}/{query}"
    assert f"Conversation {first.pk} is marked as reviewed." in words(reviewer.get(response["Location"]))
    first.refresh_from_db()
    assert first.reviewed is not None
    assert did(reviewer) == ["marked as reviewed"]
    last = reviewer.post(
        reverse("conversation_reviewed", args=[third.pk]) + query, {"done": "", "turns": "1"}
    )
    assert last["Location"] == f"/{query}"


def test_what_was_said_while_somebody_read_is_not_marked_as_reviewed(
    reviewer: Person, asked: Conversation
) -> None:
    reviewer.get(f"/conversation/{asked.pk}/")
    Turn.objects.create(conversation=asked, number=3, at=timezone.now(), who="user", text="help me", level=3)
    page = words(do(reviewer, "conversation_reviewed", asked, done="", turns="2"))
    assert "Something new was said meanwhile." in page
    asked.refresh_from_db()
    assert asked.reviewed is None
    assert did(reviewer) == []


def test_reviewed_can_be_taken_back(reviewer: Person, asked: Conversation) -> None:
    do(reviewer, "conversation_reviewed", asked, done="", turns="2")
    do(reviewer, "conversation_reviewed", asked, undone="")
    asked.refresh_from_db()
    assert asked.reviewed is None
    assert did(reviewer) == ["marked as reviewed", "marked as not reviewed"]


def test_the_audit_log_has_ids_and_none_of_the_words(reviewer: Person, asked: Conversation) -> None:
    judge(reviewer, asked, right="True", better_wording="how long is an assessment")
    mark(reviewer, asked, notes="how long is an assessment")
    do(reviewer, "conversation_note", asked, text="how long is an assessment")
    do(reviewer, "conversation_labels", asked, new="assessment")
    for entry in AuditEntry.objects.filter(by=reviewer.user):
        assert "assessment" not in f"{entry.did} {entry.subject} {entry.detail}"
