"""A reviewed conversation becomes a story that `make test` plays, with every personal detail swapped out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

from bot.knowledge import shared
from bot.knowledge.load import ROOT
from bot.review.models import AuditEntry, Conversation, Proposal, Verdict
from bot.review.models.conversations import Level
from bot.review.proposing import item_of
from bot.stories.apply import try_out
from bot.stories.change import Change
from bot.stories.told import read_stories
from tests.review.checker import Checker, stand_in
from tests.review.conftest import AddConversation, Join, Person

ANSWER = [{"name": "action_answer", "policy": "RulePolicy"}]
FOLLOW = [{"name": "action_follow_up", "policy": "RulePolicy"}]
MORE = '/follow_more{"topic": "social_worker_visit"}'
NAMES = {"name": "asks about a visit and then complains", "shows": "Robin, 13. Shows that both are answered."}


@pytest.fixture
def checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checker]:
    yield from stand_in(tmp_path, monkeypatch)


def said(text: str, topic: str, **fields: Any) -> dict[str, Any]:
    return {"text": text, "topic": topic, "confidence": 0.8, "actions": ANSWER} | fields


@pytest.fixture
def visit(add_conversation: AddConversation) -> Conversation:
    """Three messages: one judged right, a button, and one that was taken for something else."""
    return add_conversation(
        said("is [name] off the social gonna look in our fridge", "social_worker_visit"),
        "> The social worker visits your family.",
        said("Tell me more", "follow_more", pressed=True, payload=MORE, actions=FOLLOW),
        "> Someone is worried about you.",
        said("she were proper rude to our mam who do i tell", "out_of_scope"),
        "> I cannot help with that.",
        reviewed=timezone.now(),
        place="devon",
    )


def judge(conversation: Conversation, number: int, by: Person, **fields: Any) -> None:
    right = {"right": not fields}
    Verdict.objects.create(turn=conversation.turns.get(number=number), by=by.user, **right, **fields)


def page(person: Person, conversation: Conversation) -> str:
    return person.get(f"/conversation/{conversation.pk}/story/").content.decode()


def words(person: Person, conversation: Conversation) -> dict[str, str]:
    """The fields of the form as the page fills them in."""
    form = person.get(f"/conversation/{conversation.pk}/story/").context["form"]
    return {name: form[name].value() or "" for name in form.fields} | NAMES


def propose(person: Person, conversation: Conversation, **changed: str) -> Proposal:
    filled = words(person, conversation) | changed
    response = person.post(f"/conversation/{conversation.pk}/story/", filled)
    assert response.status_code == 302, re.findall("errorlist.*", response.content.decode())
    return Proposal.objects.get()


def refusal(person: Person, conversation: Conversation, **changed: str) -> str:
    filled = words(person, conversation) | changed
    response = person.post(f"/conversation/{conversation.pk}/story/", filled)
    assert response.status_code == 200
    assert not Proposal.objects.exists()
    return str(response.context["form"].errors)


def put_in(proposal: Proposal, root: Path) -> list[str]:
    """The files of data/ that change when it is tried out; raises when anything is wrong with it."""
    root.mkdir()
    return try_out(Change(items=(item_of(proposal),)), ROOT, root)


def test_only_a_reviewed_conversation_becomes_a_story(reviewer: Person, visit: Conversation) -> None:
    Conversation.objects.update(reviewed=None)
    response = reviewer.get(f"/conversation/{visit.pk}/story/", follow=True)
    assert "Review the conversation first" in response.content.decode()


def test_a_conversation_of_another_team_is_not_there(join: Join, visit: Conversation) -> None:
    other = join("reviewer", ["cumberland"])
    assert other.get(f"/conversation/{visit.pk}/story/").status_code == 404
    assert other.post(f"/conversation/{visit.pk}/story/", NAMES).status_code == 404


def test_the_form_has_made_up_details_in_the_place_of_stand_ins(
    reviewer: Person, visit: Conversation
) -> None:
    filled = words(reviewer, visit)
    assert filled["words_1"] == "is Robin off the social gonna look in our fridge"
    assert "words_3" not in filled  # a button stays what it is
    assert MORE.replace('"', "&quot;") in page(reviewer, visit)


def test_it_becomes_a_story_and_examples_under_the_right_topics(
    checker: Checker,
    reviewer: Person,
    visit: Conversation,
    tmp_path: Path,
) -> None:
    judge(visit, 1, reviewer)
    judge(visit, 5, reviewer, right_topic="complain_about_worker")
    proposal = propose(reviewer, visit)
    assert proposal.files == {
        "data/stories/reviewed_conversations.yml": (
            "  # Robin, 13. Shows that both are answered.\n"
            "  - story: asks about a visit and then complains\n"
            "    steps:\n"
            "      - user: |\n"
            "          is Robin off the social gonna look in our fridge\n"
            "        intent: social_worker_visit\n"
            "      - action: action_answer\n"
            "      - user: |\n"
            '          /follow_more{"topic": "social_worker_visit"}\n'
            "        intent: follow_more\n"
            "      - action: action_follow_up\n"
            "      - user: |\n"
            "          she were proper rude to our mam who do i tell\n"
            "        intent: complain_about_worker\n"
            "      - action: action_answer\n"
        ),
        "data/nlu/services_should.yml": (
            "- intent: complain_about_worker\n"
            "  metadata:\n"
            "    voice: reviewed conversations\n"
            "  examples: |\n"
            "    - she were proper rude to our mam who do i tell\n"
        ),
        "data/nlu/when_someone_is_worried.yml": (
            "- intent: social_worker_visit\n"
            "  metadata:\n"
            "    voice: reviewed conversations\n"
            "  examples: |\n"
            "    - is Robin off the social gonna look in our fridge\n"
        ),
    }
    assert not proposal.touches_safety
    assert (proposal.place, proposal.status) == ("devon", "checking")
    assert put_in(proposal, tmp_path / "trial") == sorted(proposal.files)
    assert checker.was_given()["items"][0]["files"] == proposal.files


def test_a_message_that_nobody_judged_is_no_example(
    checker: Checker,
    reviewer: Person,
    visit: Conversation,
) -> None:
    assert list(propose(reviewer, visit).files) == ["data/stories/reviewed_conversations.yml"]


def test_a_message_that_we_measure_with_is_never_an_example(
    checker: Checker,
    reviewer: Person,
    add_conversation: AddConversation,
) -> None:
    measured = yaml.safe_load((ROOT / "tests/messages/test.yml").read_text())["advocate_get"][0]
    conversation = add_conversation(
        said(measured, "advocate_get", actions=[{"name": "action_advocate", "policy": "RulePolicy"}]),
        "> An advocate is free.",
        reviewed=timezone.now(),
    )
    judge(conversation, 1, reviewer)
    assert list(propose(reviewer, conversation).files) == ["data/stories/reviewed_conversations.yml"]


def test_a_message_without_words_is_left_out(
    checker: Checker,
    reviewer: Person,
    visit: Conversation,
) -> None:
    judge(visit, 1, reviewer)
    (story,) = item_of(propose(reviewer, visit, words_1="")).stories()
    assert [turn.says for turn in story.turns] == [MORE, "she were proper rude to our mam who do i tell"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"words_1": "my name is Kayleigh and she looks in our fridge"}, "personal detail"),
        ({"words_1": "is [school] gonna know"}, "Square brackets"),
        ({"words_1": "/safe_now"}, "cannot begin with a slash"),
        ({"words_1": "is [her](name) gonna look"}, "Square brackets"),
        ({"name": "is vague twice and is then led by the menu"}, "Another story has this name"),
        ({"name": "says yes/no"}, "no slash"),
        ({"name": "Kayleigh Hartley rings 07700 900461"}, "personal detail"),
        ({"shows": "She goes to St Bridgets Academy."}, "personal detail"),
        ({"name": ""}, "required"),
    ],
)
def test_it_is_refused_with_the_reason(
    reviewer: Person, visit: Conversation, changed: dict[str, str], reason: str
) -> None:
    assert reason in refusal(reviewer, visit, **changed)


def test_reviewers_who_disagree_have_to_agree_first(
    reviewer: Person, approver: Person, visit: Conversation
) -> None:
    judge(visit, 5, reviewer, right_topic="complain_about_worker")
    judge(visit, 5, approver, right_topic="advocate_get")
    assert "Reviewers disagree" in refusal(reviewer, visit)


# --- danger ---------------------------------------------------------------------


@pytest.fixture
def told(add_conversation: AddConversation) -> Conversation:
    """A question, a disclosure that was heard, and the answer to "are you safe right now?"."""
    knowledge = shared()
    urgent = knowledge.say(knowledge.safety.levels["urgent"])
    return add_conversation(
        said("what is an advocate pls", "advocate_what"),
        {"text": "An advocate helps you.", "who": "bot", "topic": "advocate_what"},
        said(
            "my stepdad hits me when mam is at work",
            "not_sure",
            level="urgent",
            categories=["physical_abuse"],
        ),
        f"> {urgent}\n\nNobody should hurt you.",
        said("Yes", "safe_now", pressed=True, payload="/safe_now"),
        f"> {knowledge.say(knowledge.safety.phrases['safe'])}",
        reviewed=timezone.now(),
    )


def test_distressing_messages_are_opened_on_the_page_of_the_conversation_first(
    reviewer: Person, told: Conversation
) -> None:
    assert "hits me" not in page(reviewer, told)
    assert "Turn 3" in page(reviewer, told)
    reviewer.post(f"/conversation/{told.pk}/turn/3/open/")
    assert "hits me" in page(reviewer, told)
    assert (
        AuditEntry.objects.filter(did="opened a disclosure", subject=f"conversation:{told.pk}").count() == 1
    )


def test_a_disclosure_becomes_a_story_of_data_safety_that_two_people_must_approve(
    checker: Checker,
    reviewer: Person,
    told: Conversation,
    tmp_path: Path,
) -> None:
    judge(told, 3, reviewer)
    reviewer.post(f"/conversation/{told.pk}/turn/3/open/")
    proposal = propose(reviewer, told)
    assert proposal.files == {
        "data/safety/stories.yml": (
            "  - story: asks about a visit and then complains\n"
            "    why: Robin, 13. Shows that both are answered.\n"
            "    turns:\n"
            "      - {says: what is an advocate pls, topic: advocate_what}\n"
            "      - {says: my stepdad hits me when mam is at work, reply: levels.urgent}\n"
            "      - {taps: /safe_now, reply: phrases.safe}\n"
        )
    }
    assert proposal.touches_safety
    assert proposal.approvals_needed == 2
    assert put_in(proposal, tmp_path / "trial") == ["data/safety/stories.yml"]


def test_a_missed_disclosure_is_learned_as_danger_and_never_as_an_ordinary_question(
    checker: Checker,
    reviewer: Person,
    add_conversation: AddConversation,
    tmp_path: Path,
) -> None:
    missed = add_conversation(
        said("he locks the fridge when mams on nights", "social_worker_visit"),
        "> The social worker visits your family.",
        said("ta", "thanks"),
        "> That is okay.",
        reviewed=timezone.now(),
    )
    judge(missed, 1, reviewer, right_level=Level.URGENT)
    assert "What message 1 is about" in page(reviewer, missed)
    assert "Choose what it is about" in refusal(reviewer, missed)
    proposal = propose(reviewer, missed, about_1="neglect")
    assert proposal.files == {
        "data/safety/stories.yml": (
            "  - story: asks about a visit and then complains\n"
            "    why: Robin, 13. Shows that both are answered.\n"
            "    turns:\n"
            "      - {says: he locks the fridge when mams on nights, reply: levels.urgent}\n"
            "      - {says: ta}\n"  # what is said to it once help came first, nobody knows yet
        ),
        "data/safety/examples/neglect.yml": (
            "- level: urgent\n"
            "  categories: [neglect]\n"
            "  voice: reviewed conversations\n"
            "  messages: |\n"
            "    - he locks the fridge when mams on nights\n"
        ),
    }
    assert proposal.touches_safety
    assert put_in(proposal, tmp_path / "trial") == sorted(proposal.files)


def test_a_false_alarm_is_learned_as_a_look_alike(
    checker: Checker,
    reviewer: Person,
    add_conversation: AddConversation,
    tmp_path: Path,
) -> None:
    alarm = add_conversation(
        said("that lesson finished me off, what is an advocate", "advocate_what", level="concern"),
        "> That sounds hard.",
        reviewed=timezone.now(),
    )
    judge(alarm, 1, reviewer, right_level=Level.NONE)
    reviewer.post(f"/conversation/{alarm.pk}/turn/1/open/")
    proposal = propose(reviewer, alarm)
    assert sorted(proposal.files) == [
        "data/nlu/when_someone_is_worried.yml",
        "data/safety/examples/look_alikes/others.yml",
        "data/safety/stories.yml",
    ]
    assert "level: none" in proposal.files["data/safety/examples/look_alikes/others.yml"]
    assert put_in(proposal, tmp_path / "trial") == sorted(proposal.files)


def test_what_is_made_has_the_shape_of_what_is_there(
    checker: Checker, reviewer: Person, add_conversation: AddConversation
) -> None:
    """Stories of the project, had as conversations and made into stories again, come out as they were."""
    made_again = 0
    for number, story in enumerate(read_stories()[:20]):
        turns: list[Any] = []
        for turn in story.turns:
            pressed = {"pressed": True, "payload": turn.says} if turn.pressed else {}
            acted = [{"name": turn.action, "policy": "RulePolicy"}]
            turns += [said(turn.says, turn.intent, actions=acted, **pressed), "> An answer."]
        conversation = add_conversation(*turns, reviewed=timezone.now())
        named = {"name": f"number {number}", "shows": "Shows it again."}
        response = reviewer.post(
            f"/conversation/{conversation.pk}/story/", words(reviewer, conversation) | named
        )
        if response.status_code == 302:  # else it has a name in it, "my mate Luke": a person has to look
            (made,) = item_of(Proposal.objects.get(name=f"number {number}")).stories()
            assert made.turns == story.turns
            made_again += 1
    assert made_again >= 15
