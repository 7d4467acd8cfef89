"""Reading a conversation: what was understood stands beside it, and nothing distressing is shown unasked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bot.review import audit
from bot.review.models import AuditEntry, Conversation
from tests.review.conftest import AddConversation, Join, Person
from tests.review.test_queue import words

ASKED = {
    "text": "whats an advocate lol",
    "topic": "advocate_what",
    "confidence": 0.834,
    "runners_up": [{"topic": "advocate_get", "confidence": 0.11}],
    "actions": [{"name": "action_answer", "policy": "RulePolicy"}],
}
DISCLOSED = {
    "text": "my stepdad hits me with his belt",
    "topic": "get_help",
    "confidence": 0.4,
    "level": "urgent",
    "categories": ["physical_abuse", "neglect"],
    "speaker": "young person",
    "why": "the pattern hurt_by_a_parent (0.97)",
    "actions": [{"name": "action_safety", "policy": "SafetyPolicy"}],
}


def read(person: Client, conversation: Conversation, address: str = "") -> str:
    page = person.get(f"/conversation/{conversation.pk}/{address}")
    assert page.status_code == 200
    return words(page)


def entries() -> QuerySet[AuditEntry]:
    """What the audit log says of conversations."""
    return AuditEntry.objects.filter(subject__startswith="conversation:")


def open_turn(person: Client, conversation: Conversation, number: int) -> HttpResponse:
    address = reverse("turn_open", args=[conversation.pk, number])
    return person.post(f"{address}?order=new", follow=True)


def test_what_was_understood_stands_beside_what_was_said(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    page = read(reviewer, add_conversation(ASKED, "> An advocate helps you to be heard.", place="devon"))
    assert "whats an advocate lol" in page
    assert "An advocate helps you to be heard." in page
    assert "Understood as What an advocate is , 83 % sure" in page
    assert "Next came How to get an advocate (11 %)" in page
    assert "Level Nothing noticed" in page
    assert "Decided by A rule: it gave the answer" in page
    assert "Chat on a web page · Devon" in page


@pytest.mark.parametrize(
    ("action", "policy", "says"),
    [
        ("action_safety", "SafetyPolicy", "The safety policy: it gave help first"),
        ("action_follow_up", "MemoizationPolicy", "A story: it answered the follow-up question"),
        ("action_of_tomorrow", "PolicyOfTomorrow", "PolicyOfTomorrow: it of tomorrow"),
        ("action_answer", "", "Something else: it gave the answer"),
    ],
)
def test_it_says_whether_a_rule_a_story_or_the_safety_policy_decided(
    action: str, policy: str, says: str, reviewer: Person, add_conversation: AddConversation
) -> None:
    turn = {"text": "hi", "actions": [{"name": action, "policy": policy}]}
    assert says in read(reviewer, add_conversation(turn))


def test_a_press_of_a_button_is_shown_as_one(reviewer: Person, add_conversation: AddConversation) -> None:
    page = read(reviewer, add_conversation({"text": "Say it simpler", "pressed": True, "payload": "/x"}))
    assert "Pressed Say it simpler" in page
    assert "Understood as" not in page


def test_what_somebody_typed_is_shown_and_never_run(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation("<script>alert(1)</script>", "> <b>hello</b>")
    page = reviewer.get(f"/conversation/{conversation.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>hello" not in page


@pytest.mark.parametrize("level", ["concern", "urgent", "emergency"])
def test_a_distressing_turn_is_folded_behind_a_neutral_summary(
    level: str, reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation("hi", "> Hello", {**DISCLOSED, "level": level})
    page = reviewer.get(f"/conversation/{conversation.pk}/")
    assert "belt" not in page.content.decode()
    assert "hurt_by_a_parent" not in page.content.decode()  # why it was flagged may quote what is like it
    assert f"Turn 3: {level}, about physical abuse, neglect." in words(page)
    assert "Open turn 3 to read" in words(page)


def test_a_turn_that_the_second_listener_suspects_is_folded_too(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    page = read(reviewer, add_conversation({"text": "its our secret he says", "suspicion": 0.95}))
    assert "our secret" not in page
    assert "Turn 1: nothing noticed, but a second listener is uneasy about it." in page


def test_it_is_shown_once_somebody_opens_it_on_purpose_and_that_is_noted(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation("hi", "> Hello", DISCLOSED, {**DISCLOSED, "text": "and with a stick"})
    page = words(open_turn(reviewer, conversation, 3))
    assert "my stepdad hits me with his belt" in page
    assert "Why the pattern hurt_by_a_parent (0.97)" in page
    assert "with a stick" not in page
    noted = entries().get()
    assert (noted.by, noted.did) == (reviewer.user, audit.OPENED)
    assert (noted.subject, noted.detail) == (f"conversation:{conversation.pk}", "turn 3")


def test_it_stays_open_while_the_conversation_is_read_and_is_noted_once(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation(DISCLOSED)
    open_turn(reviewer, conversation, 1)
    open_turn(reviewer, conversation, 1)
    assert "belt" in read(reviewer, conversation)
    assert entries().count() == 1


def test_it_folds_when_asked_and_when_another_conversation_is_read(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation, other = add_conversation(DISCLOSED, DISCLOSED), add_conversation("hi")
    open_turn(reviewer, conversation, 1)
    reviewer.post(reverse("turn_fold", args=[conversation.pk, 1]))
    assert "belt" not in read(reviewer, conversation)
    open_turn(reviewer, conversation, 2)
    read(reviewer, other)
    assert "belt" not in read(reviewer, conversation)


def test_one_reviewers_opening_shows_nothing_to_another(
    reviewer: Person, join: Join, add_conversation: AddConversation
) -> None:
    conversation = add_conversation(DISCLOSED)
    open_turn(reviewer, conversation, 1)
    assert "belt" not in read(join("reviewer"), conversation)


def test_following_a_link_opens_nothing(reviewer: Person, add_conversation: AddConversation) -> None:
    conversation = add_conversation(DISCLOSED)
    assert reviewer.get(reverse("turn_open", args=[conversation.pk, 1])).status_code == 405
    assert "belt" not in read(reviewer, conversation, "?judge=1")
    assert not entries().exists()


PAGES = {
    "conversation": {},
    "turn_open": {"number": 1},
    "turn_fold": {"number": 1},
    "turn_judge": {"number": 1},
    "conversation_marks": {},
    "conversation_compare": {},
    "conversation_note": {},
    "conversation_labels": {},
    "conversation_assign": {},
    "conversation_second": {},
    "conversation_reviewed": {},
}


@pytest.mark.parametrize("name", PAGES)
def test_another_teams_conversation_is_not_there_whatever_is_asked_of_it(
    name: str, join: Join, add_conversation: AddConversation
) -> None:
    conversation = add_conversation(DISCLOSED, place="cumberland")
    address = reverse(name, kwargs={"pk": conversation.pk, **PAGES[name]})
    person = join("approver", places=["devon", ""])
    answer = (
        person.get(address) if name == "conversation" else person.post(address, {"done": "", "turns": "1"})
    )
    assert answer.status_code == 404
    conversation.refresh_from_db()
    assert conversation.reviewed is None
    assert not entries().exists()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "conversation"])
def test_every_action_needs_the_forms_own_token(
    name: str, reviewer: Person, add_conversation: AddConversation
) -> None:
    address = reverse(name, kwargs={"pk": add_conversation(DISCLOSED).pk, **PAGES[name]})
    assert reviewer.get(address).status_code == 405
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.cookies["sessionid"] = reviewer.cookies["sessionid"].value
    assert elsewhere.post(address).status_code == 403
    assert not entries().exists()


@override_settings(PAUSE_AFTER=3)
def test_after_many_heavy_messages_in_a_day_a_pause_is_suggested(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation(*[DISCLOSED] * 3)
    for number in (1, 2):
        page = words(open_turn(reviewer, conversation, number))
    assert "Distressing messages that you opened today: 2." in page
    assert "Take a break" not in page
    page = words(open_turn(reviewer, conversation, 3))
    assert "You have opened 3 distressing messages today." in page
    assert "Take a break now" in page
    assert "Talk to somebody in your team" in page


def test_yesterdays_and_other_peoples_heavy_messages_do_not_count_today(
    reviewer: Person, join: Join, add_conversation: AddConversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = add_conversation(DISCLOSED)
    open_turn(join("reviewer"), conversation, 1)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    with monkeypatch.context() as clock:
        clock.setattr("django.utils.timezone.now", lambda: midnight - timedelta(seconds=1))
        AuditEntry.objects.create(by=reviewer.user, did=audit.OPENED)
    assert "that you opened today" not in read(reviewer, conversation)
    AuditEntry.objects.create(by=reviewer.user, did=audit.OPENED)
    assert "that you opened today: 1." in read(reviewer, conversation)


def neighbours(person: Client, conversation: Conversation, query: str) -> tuple[int | None, int | None]:
    """The conversations that the page leads to as previous and next."""
    page = person.get(f"/conversation/{conversation.pk}/?{query}").content.decode()
    found = [re.search(rf'rel="{rel}"[^>]*href="/conversation/(\d+)/', page) for rel in ("prev", "next")]
    previous, following = (int(one[1]) if one else None for one in found)
    return previous, following


def test_next_and_previous_follow_the_queue_with_its_filters(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    first = add_conversation("hi", place="devon", ago=timedelta(hours=1))
    add_conversation("hi", place="cumberland", ago=timedelta(hours=2))
    middle = add_conversation("hi", place="devon", ago=timedelta(hours=3))
    grave = add_conversation(DISCLOSED, place="devon", ago=timedelta(hours=4))
    newest = "order=new&place=devon"
    assert neighbours(reviewer, first, newest) == (None, middle.pk)
    assert neighbours(reviewer, middle, newest) == (first.pk, grave.pk)
    assert neighbours(reviewer, grave, newest) == (middle.pk, None)
    assert neighbours(reviewer, grave, "order=risk&place=devon") == (None, first.pk)
    assert neighbours(reviewer, first, "order=risk&place=devon") == (grave.pk, middle.pk)


def test_next_is_right_when_the_present_one_has_left_the_list(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    made = [add_conversation("hi", ago=timedelta(hours=number)) for number in (1, 2, 3)]
    made[1].reviewed = timezone.now()
    made[1].save()
    assert neighbours(reviewer, made[1], "order=new&unreviewed=on") == (made[0].pk, made[2].pk)


def test_nothing_on_the_page_is_refused_by_its_own_policy(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation(ASKED, "> Hello", DISCLOSED)
    for address in ("/?order=new", f"/conversation/{conversation.pk}/?judge=1"):
        page = reviewer.get(address)
        assert "default-src 'none'" in page["Content-Security-Policy"]
        html = page.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", html)


def test_a_conversation_of_hundreds_of_turns_asks_the_database_as_often_as_a_short_one(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    asked = []
    for conversation in (add_conversation(ASKED, "> Hello"), add_conversation(*[ASKED, "> Hello"] * 200)):
        with CaptureQueriesContext(connection) as queries:
            read(reviewer, conversation)
        asked.append(len(queries))
    assert asked[0] == asked[1]
