"""What becomes of a proposal: checked apart, approved by others, exported, and put into `data/`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bot.knowledge.load import ROOT
from bot.review import jobs
from bot.review.models import Approval, AuditEntry, Comment, Conversation, Proposal
from bot.review.proposing import item_of
from bot.stories.apply import apply
from bot.stories.change import read_change
from bot.stories.told import read_stories
from bot.training import fingerprint
from tests.conftest import until
from tests.review.checker import WITHIN, Checker, stand_in
from tests.review.conftest import AddConversation, Join, Person

WORDS = "she were proper rude to our mam who do i tell"
STORY = {
    "data/stories/reviewed_conversations.yml": (
        "  # Shows that a complaint is taken seriously.\n"
        "  - story: complains about a visit\n"
        "    steps:\n"
        "      - user: |\n"
        f"          {WORDS}\n"
        "        intent: complain_about_worker\n"
        "      - action: action_answer\n"
    )
}
DANGER = {
    "data/safety/stories.yml": (
        "  - story: says it at last\n"
        "    why: Shows that help comes first.\n"
        "    turns:\n"
        "      - {says: he does things to me at night, reply: levels.urgent}\n"
    )
}


@pytest.fixture
def checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checker]:
    yield from stand_in(tmp_path, monkeypatch)


@pytest.fixture
def conversation(add_conversation: AddConversation) -> Conversation:
    return add_conversation(
        {
            "text": WORDS,
            "topic": "complain_about_worker",
            "actions": [{"name": "action_answer", "policy": "RulePolicy"}],
        },
        "> You can complain.",
        reviewed=timezone.now(),
        place="devon",
    )


def propose(by: Person, **fields: Any) -> Proposal:
    story = {"kind": "story", "status": "waiting", "name": "complains about a visit", "place": "devon"}
    return Proposal.objects.create(by=by.user, **({"files": STORY} | story | fields))


def dangerous(by: Person, **fields: Any) -> Proposal:
    return propose(by, **({"name": "says it at last", "files": DANGER, "touches_safety": True} | fields))


def page(person: Person, proposal: Proposal) -> str:
    return person.get(f"/proposals/{proposal.pk}/").content.decode()


def press(person: Person, proposal: Proposal, button: str, **fields: str) -> str:
    """The page after this button."""
    response = person.post(f"/proposals/{proposal.pk}/", {button: "", **fields}, follow=True)
    proposal.refresh_from_db()
    return response.content.decode()


def approve(person: Person, proposal: Proposal, initials: str = "ab") -> str:
    if proposal.touches_safety:
        press(person, proposal, "open")
    return press(person, proposal, "approve", initials=initials)


# --- the check ------------------------------------------------------------------


@pytest.fixture
def checked(checker: Checker, reviewer: Person, conversation: Conversation) -> Proposal:
    """A story that is being checked."""
    named = {"name": "complains about a visit", "shows": "Shows that a complaint is taken seriously."}
    reviewer.post(f"/conversation/{conversation.pk}/story/", named | {"words_1": WORDS})
    return Proposal.objects.get()


def test_while_it_is_checked_the_page_says_so_and_looks_again(reviewer: Person, checked: Proposal) -> None:
    shown = page(reviewer, checked)
    assert "It is being checked" in shown
    assert '<meta http-equiv="refresh"' in shown
    assert "Approve</button>" not in shown


def test_a_story_that_plays_waits_for_approval_with_the_words_of_the_bot(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    assert checker.was_given()["items"][0]["name"] == "complains about a visit"
    replies = {"complains about a visit": ["You can complain. Here is how."]}
    checker.reports(f"proposal-{checked.pk}", replies=replies, notes=["Message 1 comes with an example."])
    shown = page(reviewer, checked)
    checked.refresh_from_db()
    assert checked.status == "waiting"
    assert "http-equiv" not in shown
    assert "Here is how." in shown
    assert "Message 1 comes with an example." in shown


def test_a_story_that_does_not_play_is_refused_with_the_reasons(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    reason = "Message 1: it is understood as thanks, and the story says complain_about_worker"
    checker.reports(f"proposal-{checked.pk}", problems=[reason])
    assert reason in page(reviewer, checked)
    checked.refresh_from_db()
    assert checked.status == "refused"


def test_the_list_takes_over_what_was_found_too(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    checker.reports(f"proposal-{checked.pk}")
    assert "Waiting for approval" in reviewer.get("/proposals/?status=waiting").content.decode()


def test_a_check_that_is_killed_half_way_can_be_started_again(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    checker.is_killed(f"proposal-{checked.pk}")
    shown = page(reviewer, checked)
    assert "It could not be checked" in shown
    assert "http-equiv" not in shown
    assert "It is being checked" in press(reviewer, checked, "check")
    assert checker.was_given()["items"][0]["id"] == checked.pk
    checker.reports(f"proposal-{checked.pk}")
    page(reviewer, checked)
    checked.refresh_from_db()
    assert checked.status == "waiting"


def test_a_story_that_was_played_on_an_older_model_can_be_checked_again(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    checker.reports(f"proposal-{checked.pk}", model=fingerprint())
    assert "Check it again" not in page(reviewer, checked)
    checked.refresh_from_db()
    checked.played["model"] = "an older one"
    checked.save()
    assert "The model has changed since it was played." in page(reviewer, checked)
    (checker.folder / "report").unlink()
    assert "It is being checked" in press(reviewer, checked, "check")


def test_a_second_check_is_not_started_beside_the_first(
    reviewer: Person, checked: Proposal, checker: Checker
) -> None:
    checker.was_given()
    (checker.folder / "given").unlink()
    press(reviewer, checked, "check")
    jobs.start(f"proposal-{checked.pk}", ["-"], "another")
    assert jobs.look(f"proposal-{checked.pk}")[0] is jobs.State.RUNNING
    checker.reports(f"proposal-{checked.pk}")
    assert not (checker.folder / "given").exists()


def test_without_a_model_the_reason_is_shown(reviewer: Person, checked: Proposal, checker: Checker) -> None:
    checker.reports(f"proposal-{checked.pk}", could_not="There is no model for the present content yet.")
    assert "There is no model for the present content yet." in page(reviewer, checked)
    checked.refresh_from_db()
    assert checked.status == "checking"


def test_the_command_itself_reports_what_is_wrong(reviewer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real `bot stories check`; it finds the mistake before it needs a model."""
    wrong = {name: piece.replace("action_answer", "action_menu") for name, piece in STORY.items()}
    proposal = propose(reviewer, files=wrong, status="checking")
    change = json.dumps({"items": [json.loads(item_of(proposal).json())]})
    jobs.start(f"proposal-{proposal.pk}", ["-"], change)
    until(lambda: jobs.look(f"proposal-{proposal.pk}")[0] is not jobs.State.RUNNING, 5 * WITHIN)
    assert "a rule answers complain_about_worker with action_answer" in page(reviewer, proposal)
    proposal.refresh_from_db()
    assert proposal.status == "refused"


def test_no_words_of_the_conversation_are_left_in_files_or_in_the_audit_log(
    reviewer: Person, checked: Proposal, checker: Checker, room: Path
) -> None:
    checker.was_given()
    held = [path for path in (room / "checks").rglob("*") if WORDS in path.read_text()]
    assert held == []
    entries = AuditEntry.objects.values_list("did", "subject", "detail")
    assert (
        "proposed a story",
        f"proposal:{checked.pk}",
        f"conversation:{checked.conversation_id}",
    ) in entries
    assert not any("rude" in str(entry) or "complains" in str(entry) for entry in entries)


# --- approving ------------------------------------------------------------------


def test_an_approver_who_did_not_propose_it_approves_with_initials_and_date(
    reviewer: Person, approver: Person
) -> None:
    proposal = propose(reviewer)
    shown = approve(approver, proposal, "ab")
    assert proposal.status == "approved"
    assert f"AB (april), {date.today():%-d %B %Y}" in " ".join(shown.split())
    assert AuditEntry.objects.filter(did="approved", subject=f"proposal:{proposal.pk}", detail="AB").exists()


def test_nobody_approves_their_own_proposal(approver: Person, administrator: Person) -> None:
    for person in (approver, administrator):
        proposal = propose(person)
        assert "You proposed it" in approve(person, proposal)
        assert proposal.status == "waiting"


def test_a_reviewer_cannot_approve(join: Join, reviewer: Person) -> None:
    proposal = propose(join("reviewer"))
    assert "Only an approver" in approve(reviewer, proposal)
    assert proposal.status == "waiting"


def test_what_touches_safety_needs_two_other_people(
    reviewer: Person, approver: Person, administrator: Person
) -> None:
    proposal = dangerous(reviewer)
    approve(approver, proposal)
    assert proposal.status == "waiting"
    assert "It needs one more person" in approve(approver, proposal)
    assert proposal.approvals.count() == 1
    approve(administrator, proposal, "cd")
    assert proposal.status == "approved"


@pytest.mark.parametrize("initials", ["", "a", "a1", "abcde", "<b>"])
def test_initials_are_two_to_four_letters(reviewer: Person, approver: Person, initials: str) -> None:
    proposal = propose(reviewer)
    approve(approver, proposal, initials)
    assert proposal.status == "waiting"


@pytest.mark.parametrize("status", ["checking", "refused", "sent_back", "withdrawn", "exported"])
def test_only_what_waits_can_be_approved(reviewer: Person, approver: Person, status: str) -> None:
    proposal = propose(reviewer, status=status)
    approve(approver, proposal)
    assert proposal.status == status


def test_it_is_sent_back_with_a_comment_and_its_approvals_are_gone(
    reviewer: Person, approver: Person, administrator: Person
) -> None:
    proposal = dangerous(reviewer)
    approve(approver, proposal)
    assert "It was not sent back" in press(administrator, proposal, "send_back", text="")
    press(administrator, proposal, "send_back", text="It is too like what she said. Change the place.")
    assert proposal.status == "sent_back"
    assert proposal.approvals.count() == 0
    assert "Change the place." in page(reviewer, proposal)
    assert Comment.objects.get().subject == f"proposal:{proposal.pk}"


def test_changing_it_has_it_checked_anew_without_its_approvals(
    checker: Checker, reviewer: Person, approver: Person, checked: Proposal
) -> None:
    checker.reports(f"proposal-{checked.pk}")
    page(reviewer, checked)
    Approval.objects.create(proposal=checked, by=approver.user, initials="AB")
    (checker.folder / "report").unlink()
    form = reviewer.get(f"/proposals/{checked.pk}/story/").context["form"]
    assert form["words_1"].value() == WORDS
    changed = {"name": checked.name, "shows": checked.shows, "words_1": "the woman were rude, who do i tell"}
    assert reviewer.post(f"/proposals/{checked.pk}/story/", changed).status_code == 302
    checked.refresh_from_db()
    assert checked.status == "checking"
    assert "the woman were rude" in str(checked.files)
    assert checked.approvals.count() == 0


def test_only_its_author_changes_or_withdraws_it(reviewer: Person, approver: Person) -> None:
    proposal = propose(reviewer)
    assert approver.get(f"/proposals/{proposal.pk}/story/").status_code == 404
    press(approver, proposal, "withdraw")
    assert proposal.status == "waiting"
    press(reviewer, proposal, "withdraw")
    assert proposal.status == "withdrawn"


def test_stories_of_other_places_are_not_there(join: Join, reviewer: Person) -> None:
    proposal = propose(reviewer)
    other = join("approver", ["cumberland", ""])
    assert other.get(f"/proposals/{proposal.pk}/").status_code == 404
    assert "complains about a visit" not in other.get("/proposals/").content.decode().lower()
    proposal.status = "approved"
    proposal.save()
    other.post("/proposals/export/", {"proposal": proposal.pk})
    proposal.refresh_from_db()
    assert proposal.status == "approved"
    assert join("approver", ["devon"]).get(f"/proposals/{proposal.pk}/").status_code == 200


def test_distressing_words_are_folded_until_opened_and_that_is_noted(
    reviewer: Person, approver: Person
) -> None:
    proposal = dangerous(reviewer)
    assert "at night" not in page(approver, proposal)
    assert "read it before you approve" in press(approver, proposal, "approve", initials="ab")
    assert proposal.approvals.count() == 0
    assert "at night" in press(approver, proposal, "open")
    opened = AuditEntry.objects.filter(did="opened a disclosure", by=approver.user)
    assert [entry.subject for entry in opened] == [f"proposal:{proposal.pk}"]
    assert "at night" not in press(approver, proposal, "fold")


# --- the export -----------------------------------------------------------------


def test_what_is_approved_is_exported_and_goes_into_data(
    reviewer: Person, approver: Person, administrator: Person, tmp_path: Path
) -> None:
    ordinary, grave = propose(reviewer), dangerous(reviewer)
    approve(approver, ordinary)
    approve(approver, grave)
    approve(administrator, grave, "cd")
    waiting = propose(reviewer, name="another")
    response = approver.post("/proposals/export/", {"proposal": [ordinary.pk, grave.pk, waiting.pk]})
    assert response["Content-Disposition"].startswith('attachment; filename="your-say-change-')
    (tmp_path / "root").mkdir()
    shutil.copytree(ROOT / "data", tmp_path / "root" / "data")
    change = read_change(response.content.decode(), "change.json")
    assert apply(change, tmp_path / "root") == sorted([*STORY, *DANGER])
    names = {story.name for story in read_stories(tmp_path / "root")}
    assert {"complains about a visit", "says it at last"} <= names
    for proposal, status in ((ordinary, "exported"), (grave, "exported"), (waiting, "waiting")):
        proposal.refresh_from_db()
        assert proposal.status == status
    assert AuditEntry.objects.filter(did="exported").count() == 2


def test_only_an_approver_exports(reviewer: Person, approver: Person) -> None:
    proposal = propose(approver, status="approved")
    assert reviewer.post("/proposals/export/", {"proposal": proposal.pk}).status_code == 403
    assert approver.get("/proposals/export/").status_code == 405
    proposal.refresh_from_db()
    assert proposal.status == "approved"


def test_nothing_chosen_is_no_empty_file(approver: Person) -> None:
    shown = approver.post("/proposals/export/", {"proposal": "x"}, follow=True)
    assert "Choose at least one approved proposal" in shown.content.decode()
