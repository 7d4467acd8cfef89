"""The libraries: every story as chat and as a picture, every answer with what stands behind it, and edits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from bot.knowledge import load, shared
from bot.knowledge.load import ROOT
from bot.review.answer_edit import fingerprint, fingerprint_of_edit
from bot.review.models import Approval, AuditEntry, Proposal, Verdict
from bot.review.plain_names import action, topic
from bot.review.proposing import export
from bot.review.word_diff import compared
from bot.stories.apply import apply
from bot.stories.change import read_change
from bot.stories.checking import results_file
from bot.stories.told import Story, read_rules, read_stories
from bot.training import fingerprint as model_fingerprint
from tests.review.checker import Checker, stand_in
from tests.review.conftest import AddConversation, Join, OpenPage, Person

ORDINARY = "asks about a visit and needs shorter words"
GRAVE = "has minutes"
DANGEROUS_WORDS = "breaking my bedroom door down"


@pytest.fixture
def checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checker]:
    yield from stand_in(tmp_path, monkeypatch)


def story(name: str) -> Story:
    (found,) = [story for story in read_stories() if story.name == name]
    return found


def keep_results(model: str, **changed: dict[str, Any]) -> None:
    """As `bot stories check --all` does."""
    stories = {
        one.name: {
            "fingerprint": one.fingerprint,
            "problems": [],
            "replies": [f"reply {number}" for number in range(1, len(one.turns) + 1)],
        }
        for one in read_stories()
    }
    for name, fields in changed.items():
        stories[name.replace("_", " ")] |= fields
    report = {"model": model, "at": "2026-11-27T06:00:00+00:00", "stories": stories}
    results_file().write_text(json.dumps(report))


def page(person: Person, path: str) -> str:
    response = person.get(path)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


# --- stories --------------------------------------------------------------------


def test_every_story_is_listed_with_what_it_shows(reviewer: Person) -> None:
    shown = page(reviewer, "/stories/").casefold()
    for one in read_stories():
        assert one.name.casefold() in shown
        assert one.shows.casefold() in shown
    assert "conversations with a disclosure, to read and to judge" in shown


def test_a_story_that_was_not_played_on_this_model_says_so(reviewer: Person) -> None:
    assert "They have not been checked on the present model." in page(reviewer, "/stories/")
    keep_results("another model")
    assert "They have not been checked on the present model." in page(reviewer, "/stories/")
    assert "Not checked on this model" in page(reviewer, f"/story/{ORDINARY}/")


def test_which_stories_the_present_model_plays(reviewer: Person) -> None:
    count = len(read_stories())
    keep_results(model_fingerprint(), has_minutes={"problems": ["Message 1: it is not heard"]})
    assert f"{count - 1} of {count} play as they are written on the present model" in page(
        reviewer, "/stories/"
    )
    assert "Plays as written" in page(reviewer, f"/story/{ORDINARY}/")
    broken = page(reviewer, f"/story/{GRAVE}/")
    assert "Does not play as written" in broken
    assert "Message 1: it is not heard" in broken


def test_the_list_can_be_narrowed_down(reviewer: Person, approver: Person) -> None:
    keep_results(model_fingerprint(), has_minutes={"problems": ["Message 1: it is not heard"]})
    approver.post(f"/story/{ORDINARY}/", {"approve": "", "initials": "ab"})

    def listed(show: str) -> list[str]:
        groups = reviewer.get(f"/stories/?show={show}").context["groups"]
        return [row.story.name for _, rows in groups for row in rows]

    assert listed("broken") == [GRAVE]
    assert set(listed("danger")) == {one.name for one in read_stories() if one.is_safety}
    assert set(listed("")) - set(listed("unapproved")) == {ORDINARY}
    assert listed("no such view") == listed("")


def test_a_story_that_has_changed_since_is_not_checked(reviewer: Person) -> None:
    keep_results(model_fingerprint(), has_minutes={"fingerprint": "of other words"})
    assert "Not checked on this model" in page(reviewer, f"/story/{GRAVE}/")


def test_a_story_reads_as_chat_with_the_words_of_the_bot(reviewer: Person) -> None:
    shown = page(reviewer, f"/story/{ORDINARY}/")
    for turn in story(ORDINARY).turns:
        assert turn.says in shown
    assert shared().answers["social_worker_visit"].answer.splitlines()[0] in shown
    keep_results(model_fingerprint())
    assert "reply 2" in page(reviewer, f"/story/{ORDINARY}/")


def test_the_picture_of_a_story_can_be_heard_too(reviewer: Person) -> None:
    shown = page(reviewer, f"/story/{ORDINARY}/")
    flow = shown[shown.index('<ol class="flow"') : shown.index("</ol>")]
    assert flow.count("<li") == 2 * len(story(ORDINARY).turns)
    assert f"Young person: </span>{topic('social_worker_visit')}" in flow
    assert "Your Say: </span>Gave the answer" in flow


def test_there_are_words_for_everything_that_the_bot_does() -> None:
    assert [name for name in set(read_rules().values()) if action(name) == name.removeprefix("action_")] == []


def test_a_message_that_shows_danger_is_folded(reviewer: Person) -> None:
    shown = page(reviewer, f"/story/{GRAVE}/")
    folded = shown[shown.index("<details") : shown.index("</details>")]
    assert DANGEROUS_WORDS in folded
    assert shown.count(DANGEROUS_WORDS) == 1
    assert "Message 1 shows that something is wrong" in folded
    assert DANGEROUS_WORDS not in page(reviewer, "/stories/")


def test_a_story_is_approved_with_initials_until_its_words_change(reviewer: Person, approver: Person) -> None:
    address = f"/story/{ORDINARY}/"
    reviewer.post(address, {"approve": "", "initials": "rr"})
    assert not Approval.objects.exists()
    approver.post(address, {"approve": "", "initials": "ab"})
    approval = Approval.objects.get()
    assert (approval.initials, approval.fingerprint) == ("AB", story(ORDINARY).fingerprint)
    assert "Approved" in page(reviewer, address)
    assert "Approved by AB" in page(reviewer, "/stories/")
    approver.post(address, {"approve": "", "initials": "ab"})
    assert Approval.objects.count() == 1
    Approval.objects.update(fingerprint="of other words")
    assert "Other words than these were approved before: AB" in page(reviewer, address)
    assert "Changed since it was approved" in page(reviewer, "/stories/")
    assert AuditEntry.objects.filter(did="approved", subject=f"story:{ORDINARY}").count() == 1


def test_a_story_with_a_disclosure_needs_two_people(approver: Person, administrator: Person) -> None:
    address = f"/story/{GRAVE}/"
    approver.post(address, {"approve": "", "initials": "ab"})
    assert "Not approved yet" in page(approver, address)
    administrator.post(address, {"approve": "", "initials": "cd"})
    assert "Not approved yet" not in page(approver, address)


def test_a_comment_stays_with_the_story(reviewer: Person, approver: Person) -> None:
    reviewer.post(f"/story/{ORDINARY}/", {"comment": "", "text": "Would a child of nine say this?"})
    assert "Would a child of nine say this?" in page(approver, f"/story/{ORDINARY}/")
    assert "Would a child of nine say this?" not in page(approver, f"/story/{GRAVE}/")


def test_a_story_that_there_is_not(reviewer: Person) -> None:
    assert reviewer.get("/story/no such story/").status_code == 404


def test_all_stories_are_played_at_the_press_of_a_button(reviewer: Person, checker: Checker) -> None:
    shown = reviewer.post("/stories/check/", follow=True).content.decode()
    assert "They are being played now" in shown
    assert '<meta http-equiv="refresh"' in shown
    checker.reports("all", could_not="There is no model for the present content yet.")
    shown = page(reviewer, "/stories/")
    assert "There is no model for the present content yet." in shown
    assert "being played" not in shown


# --- answers --------------------------------------------------------------------

SIMPLE = "prison_service"  # its words name no helpline, so one person may approve other ones
GUIDE = "data/guide/services_should.yml"


def edit(person: Person, topic: str, button: str, **words: str) -> str:
    form = person.get(f"/answers/{topic}/edit/").context["form"]
    filled = {name: form[name].value() for name in form.fields} | words | {button: ""}
    response = person.post(f"/answers/{topic}/edit/", filled, follow=True)
    return " ".join(unescape(response.content.decode()).split())


def test_every_answer_is_listed_with_source_reading_age_and_date(reviewer: Person) -> None:
    shown = page(reviewer, "/answers/")
    for one in shared().answers.values():
        assert f'/answers/{one.id}/">{one.title}</a>' in shown
    row = shown[shown.index("/answers/assessment_how_long/") :]
    row = row[: row.index("</tr>")]
    assert "Chapter 2" in row
    assert f"{shared().answers['assessment_how_long'].checked:%-d %b %Y}" in row
    assert "<td>No</td>" in row


def test_an_answer_shows_its_words_and_what_a_change_would_touch(reviewer: Person) -> None:
    shown = page(reviewer, "/answers/social_worker_visit/")
    assert "Reading age" in shown
    assert "No safeguarding professional yet" in shown
    assert f"/story/{ORDINARY.replace(' ', '%20')}/" in shown
    assert "tests/messages/test.yml" in shown
    assert f"/answers/{shared().answers['social_worker_visit'].related[0]}/" in shown
    assert "{childline.phone}" not in page(reviewer, "/answers/childline/")


def test_reviewers_see_better_words_from_their_own_places_only(
    join: Join, reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation({"text": "what is it", "topic": "childline"}, "> It is.", place="devon")
    Verdict.objects.create(
        turn=conversation.turns.first(),
        by=reviewer.user,
        right=True,
        better_wording="Say first that it is free.",
    )
    assert "Say first that it is free." in page(reviewer, "/answers/childline/")
    assert "Say first that it is free." not in page(join("reviewer", ["cumberland"]), "/answers/childline/")


def test_an_edit_is_measured_and_compared_at_once_without_being_kept(reviewer: Person) -> None:
    old = shared().answers[SIMPLE].answer
    shown = edit(reviewer, SIMPLE, "measure", answer=f"{old}\n\nYou can ask why.")
    assert "Reading age" in shown
    assert "<ins>" in shown
    assert "You can ask why." in shown
    assert not Proposal.objects.exists()


HARD = (
    "Notwithstanding institutional responsibilities, multidisciplinary professionals systematically"
    " communicate safeguarding considerations regarding vulnerable individuals throughout assessments."
)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (HARD, "reading age"),
        ("Ring 0800 1111.", "types a telephone number"),
        ("Ring {nyas.phone}.", "nyas has no verified phone"),
        ("Ring {nobody.phone}.", "is not in the directory"),
        ("Look { here.", "has a brace that is not a placeholder"),
    ],
)
def test_an_edit_that_bot_check_would_refuse_cannot_be_proposed(
    reviewer: Person, words: str, reason: str
) -> None:
    shown = edit(reviewer, SIMPLE, "propose", answer=words)
    assert "This cannot be proposed yet" in shown
    assert reason in shown
    assert not Proposal.objects.exists()


def test_an_edit_without_a_difference_is_none(reviewer: Person) -> None:
    assert "Nothing is different yet." in edit(reviewer, SIMPLE, "propose")
    assert not Proposal.objects.exists()


def test_an_edit_is_proposed_approved_exported_and_then_said(
    reviewer: Person, approver: Person, tmp_path: Path
) -> None:
    old = shared().answers[SIMPLE].answer
    new = f"{old}\n\n- You can ask why.\n- You can say no: it is up to you."
    shown = edit(reviewer, SIMPLE, "propose", answer=new.replace("\n", "\r\n"))
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.approvals_needed) == ("waiting", 1)
    assert (proposal.before, proposal.draft) == ({"answer": old}, {"answer": new})
    assert "<ins>" in shown
    assert "an edit by rosa (waiting for approval)" in page(reviewer, f"/answers/{SIMPLE}/")
    approver.post(f"/proposals/{proposal.pk}/", {"approve": "", "initials": "ab"})
    proposal.refresh_from_db()
    (tmp_path / "root").mkdir()
    shutil.copytree(ROOT / "data", tmp_path / "root" / "data")
    assert apply(read_change(export([proposal]), "change.json"), tmp_path / "root") == [GUIDE]
    said = load(tmp_path / "root").answers[SIMPLE]
    assert said.answer == new
    assert said.texts() | {"answer": old} == shared().answers[SIMPLE].texts()
    # what was approved as a proposal is approved in the library once it is there
    assert (
        Approval.objects.get().fingerprint
        == fingerprint(said.texts())
        == fingerprint_of_edit(SIMPLE, {"answer": new})
    )


def test_what_is_said_about_danger_or_helplines_needs_two_people(reviewer: Person) -> None:
    edit(reviewer, "childline", "propose", **{"follow_ups.cost": "It is free to ring {childline.phone}."})
    assert Proposal.objects.get().approvals_needed == 2


def test_an_edit_can_be_changed_by_its_author(reviewer: Person, approver: Person) -> None:
    edit(reviewer, SIMPLE, "propose", answer="They must keep you safe.")
    proposal = Proposal.objects.get()
    assert approver.get(f"/proposals/{proposal.pk}/answer/").status_code == 404
    form = reviewer.get(f"/proposals/{proposal.pk}/answer/").context["form"]
    assert form["answer"].value() == "They must keep you safe."
    filled = {name: form[name].value() for name in form.fields} | {
        "answer": "They keep you safe.",
        "propose": "",
    }
    reviewer.post(f"/proposals/{proposal.pk}/answer/", filled)
    proposal.refresh_from_db()
    assert proposal.draft == {"answer": "They keep you safe."}
    assert "They keep you safe." in proposal.files[GUIDE]


def test_an_answer_is_approved_until_its_words_change(approver: Person) -> None:
    approver.post(f"/answers/{SIMPLE}/", {"approve": "", "initials": "ab"})
    assert Approval.objects.get().subject == f"answer:{SIMPLE}"
    row = page(approver, "/answers/")
    row = row[row.index(f"/answers/{SIMPLE}/") :]
    assert "AB, " in row[: row.index("</tr>")]
    Approval.objects.update(fingerprint="of other words")
    row = page(approver, "/answers/")
    row = row[row.index(f"/answers/{SIMPLE}/") :]
    assert "Changed since" in row[: row.index("</tr>")]


def test_the_words_that_went_and_came_are_marked() -> None:
    left, right = compared("You can ask him now.", "You may ask now.")
    assert [piece.words for piece in left if piece.is_changed] == ["can", "him "]
    assert [piece.words for piece in right if piece.is_changed] == ["may"]
    assert "".join(piece.words for piece in right) == "You may ask now."


# --- in a browser ---------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_are_accessible(
    open_page: OpenPage,
    checker: Checker,
    add_conversation: AddConversation,
    reviewer: Person,
    approver: Person,
    width: int,
) -> None:
    edit(reviewer, "childline", "propose", **{"follow_ups.cost": "It is free to ring {childline.phone}."})
    said = {"text": "who do i tell", "topic": "complain_about_worker", "actions": [{"name": "action_answer"}]}
    conversation = add_conversation(said, "> You can complain.", reviewed=timezone.now())
    story_page = f"/conversation/{conversation.pk}/story/"
    named = {"name": "complains", "shows": "Shows that it is heard.", "words_1": "who do i tell"}
    reviewer.post(story_page, named)
    checked = Proposal.objects.get(kind="story").pk
    checker.reports(f"proposal-{checked}", problems=["Message 1: it is heard otherwise"])
    reviewer.post(f"/story/{ORDINARY}/", {"comment": "", "text": "Would a child of nine say this?"})
    number = Proposal.objects.get(kind="answer").pk
    for path in (
        "/stories/",
        f"/story/{ORDINARY}/",
        f"/story/{GRAVE}/",
        "/answers/",
        "/answers/childline/",
        "/answers/childline/edit/",
        "/proposals/",
        f"/proposals/{number}/",
        f"/proposals/{checked}/",
        story_page,
    ):
        shown = open_page(path, approver, width)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(shown, options={"runOnly": tags}).response["violations"]
        assert [(path, fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, path
