"""From a reviewed conversation to `data/`, with the real check on the real model in between."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from bot.knowledge.load import ROOT
from bot.review import jobs
from bot.review.models import Proposal, Verdict
from bot.stories.apply import apply
from bot.stories.change import read_change
from bot.stories.told import read_stories
from tests.conftest import until
from tests.review.conftest import AddConversation, Person

pytestmark = pytest.mark.rasa
WITHIN = 600  # seconds, on a machine that trains beside
ANSWER = [{"name": "action_answer", "policy": "RulePolicy"}]
FOLLOW = [{"name": "action_follow_up", "policy": "RulePolicy"}]


def test_a_reviewed_conversation_becomes_a_story_that_make_test_plays(
    reviewer: Person, approver: Person, add_conversation: AddConversation, tmp_path: Path
) -> None:
    visit = "what happens when a social worker comes round to us, [name] says she looks in the fridge"
    conversation = add_conversation(
        {"text": visit, "topic": "social_worker_visit", "actions": ANSWER},
        "> The social worker visits your family.",
        {"text": "but why tho", "topic": "follow_why", "actions": FOLLOW},
        "> Someone is worried about you.",
        {"text": "bluebottles in the custard", "topic": "out_of_scope", "actions": ANSWER},
        "> I cannot help with that.",
        reviewed=timezone.now(),
    )
    odd = conversation.turns.get(number=5)
    Verdict.objects.create(turn=odd, by=reviewer.user, right=False, right_topic="advocate_what")
    address = f"/conversation/{conversation.pk}/story/"
    form = reviewer.get(address).context["form"]
    filled = {name: form[name].value() or "" for name in form.fields}
    named = {"name": "a test of the way round", "shows": "Shows that a visit can be asked about."}
    proposal_page = reviewer.post(address, filled | named)["Location"]
    proposal = Proposal.objects.get()
    until(lambda: jobs.look(f"proposal-{proposal.pk}")[0] is not jobs.State.RUNNING, WITHIN)
    shown = reviewer.get(proposal_page).content.decode()
    proposal.refresh_from_db()
    assert (proposal.status, proposal.problems) == ("waiting", [])
    assert "Message 3 is not understood as the story says yet" in shown
    assert "They should give you the chance to talk away" in shown  # the words of the bot itself

    approver.post(proposal_page, {"approve": "", "initials": "ab"})
    exported = approver.post("/proposals/export/", {"proposal": proposal.pk})
    root = tmp_path / "root"
    shutil.copytree(ROOT / "data", root / "data")
    apply(read_change(exported.content.decode(), "change.json"), root)
    (story,) = [one for one in read_stories(root) if one.name == "a test of the way round"]
    assert [turn.intent for turn in story.turns] == ["social_worker_visit", "follow_why", "advocate_what"]
    assert "[name]" not in story.turns[0].says

    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    folders = [str(root / "data" / kind) for kind in ("nlu", "rules", "stories")]
    quiet = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([*command, "--data", *folders], cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
