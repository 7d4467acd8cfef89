"""Likely misses: what is read first, what is read at random, and what follows from it."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from scipy.stats import beta

from bot.knowledge.load import ROOT
from bot.review.audit import OPENED
from bot.review.detector import Detector
from bot.review.estimate import in_words, upper_bound
from bot.review.misses import NothingToReadError, draw
from bot.review.models import AuditEntry, Comparison, Conversation, Member, Sample, Turn, Verdict
from bot.review.models.conversations import UNEASY, Level
from tests.review.conftest import AddConversation, Join, OpenPage, Person

QUIET = {"text": "she locks the kitchen cupboard", "suspicion": 0.97, "topic": "out_of_scope"}
UNSURE = {"text": "dont want to go home today", "suspicion": 0.6}
CALM = {"text": "what is an advocate", "suspicion": 0.1}
FLAGGED = {"text": "he hits me", "suspicion": 0.0, "level": "urgent", "categories": ["physical_abuse"]}
PRESSED = {"text": "Yes", "pressed": True, "payload": "/safe_now"}


def first(conversation: Conversation) -> Turn:
    return conversation.turns.get(number=1)


def page(person: Person) -> str:
    return person.get(reverse("misses")).content.decode()


def judge(person: Person, turn: Turn, sample: Sample | None = None, **said: str) -> None:
    query = f"?sample={sample.pk}" if sample else ""
    answer = person.post(reverse("miss_judge", args=[turn.pk]) + query, said)
    assert answer.status_code == 302


def today() -> date:
    return timezone.localdate()


def sampled(person: Person, size: int = 120, days: int = 7) -> Sample:
    member = Member.objects.get(user=person.user)
    return draw(member, today() - timedelta(days=days), today(), size, seed=1)


class TestTheList:
    def test_has_what_was_typed_and_not_flagged_the_most_suspected_first(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        one, other = add_conversation(CALM, FLAGGED, PRESSED, "> Hello"), add_conversation(UNSURE)
        listed = [int(pk) for pk in re.findall(r'id="message-(\d+)"', page(reviewer))]
        assert listed == [first(other).pk, first(one).pk]

    def test_folds_what_may_distress(self, reviewer: Person, add_conversation: AddConversation) -> None:
        add_conversation(QUIET)
        add_conversation(CALM)
        assert QUIET["text"] not in page(reviewer)
        assert CALM["text"] in page(reviewer)
        assert not AuditEntry.objects.filter(did=OPENED).exists()

    def test_opens_one_on_purpose_and_says_so_in_the_audit_log(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(QUIET))
        address = reverse("miss_open", args=[turn.pk])
        assert reviewer.get(address).status_code == 405
        assert QUIET["text"] not in page(reviewer)
        reviewer.post(address)
        assert QUIET["text"] in page(reviewer)
        entry = AuditEntry.objects.get(did=OPENED)
        assert entry.by == reviewer.user
        assert not any(word in entry.subject + entry.detail for word in ("locks", "kitchen"))

    def test_asks_for_a_pause_after_many(
        self, reviewer: Person, add_conversation: AddConversation, settings_pause: int
    ) -> None:
        for _ in range(settings_pause):
            reviewer.post(reverse("miss_open", args=[first(add_conversation(QUIET)).pk]))
        assert "Take a break now" in page(reviewer)

    def test_keeps_a_miss_with_its_level_and_category(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(UNSURE))
        judge(reviewer, turn, verdict="missed", grave="2", category="neglect")
        verdict = Verdict.objects.get()
        assert (verdict.turn, verdict.by, verdict.right) == (turn, reviewer.user, False)
        assert (verdict.right_level, verdict.right_category) == (Level.URGENT, "neglect")
        assert f"message-{turn.pk}" not in page(reviewer)
        assert AuditEntry.objects.get(did="judged a turn").detail == "turn 1: urgent"

    def test_keeps_that_nothing_is_wrong(self, reviewer: Person, add_conversation: AddConversation) -> None:
        turn = first(add_conversation(UNSURE))
        judge(reviewer, turn, verdict="nothing", grave="2", category="neglect")
        verdict = Verdict.objects.get()
        assert (verdict.right, verdict.right_level, verdict.right_category) == (True, None, "")
        assert f"message-{turn.pk}" not in page(reviewer)

    @pytest.mark.parametrize(
        "said",
        [
            {},
            {"verdict": "missed"},
            {"verdict": "missed", "grave": "2"},
            {"verdict": "missed", "category": "neglect"},
            {"verdict": "missed", "grave": "0", "category": "neglect"},
            {"verdict": "missed", "grave": "2", "category": "made_up"},
        ],
    )
    def test_keeps_nothing_half_said(
        self, reviewer: Person, add_conversation: AddConversation, said: dict[str, str]
    ) -> None:
        turn = first(add_conversation(UNSURE))
        judge(reviewer, turn, **said)
        assert not Verdict.objects.exists()
        assert "Not saved" in page(reviewer)

    def test_leaves_out_what_anybody_has_judged(
        self, reviewer: Person, approver: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(UNSURE))
        Verdict.objects.create(turn=turn, by=approver.user, right=True)
        assert f"message-{turn.pk}" not in page(reviewer)

    def test_keeps_what_was_said_of_the_topic(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(UNSURE))
        Verdict.objects.create(turn=turn, by=reviewer.user, right=False, right_topic="get_help")
        judge(reviewer, turn, verdict="nothing")
        verdict = Verdict.objects.get()
        assert (verdict.right, verdict.right_topic) == (False, "get_help")

    def test_leaves_a_verdict_as_it_was_after_its_author_saw_the_others(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(UNSURE))
        Verdict.objects.create(turn=turn, by=reviewer.user, right=True)
        Comparison.objects.create(conversation=turn.conversation, by=reviewer.user)
        judge(reviewer, turn, verdict="missed", grave="2", category="neglect")
        assert Verdict.objects.get().right

    def test_shows_nothing_of_other_places(self, join: Join, add_conversation: AddConversation) -> None:
        devon = join("reviewer", ["devon"])
        here, there = add_conversation(CALM, place="devon"), add_conversation(UNSURE, place="cumberland")
        assert CALM["text"] in page(devon)
        assert f"message-{first(there).pk}" not in page(devon)
        for name in ("miss_open", "miss_judge"):
            address = reverse(name, args=[first(there).pk])
            assert devon.post(address, {"verdict": "nothing"}).status_code == 404
        assert not Verdict.objects.exists()
        assert first(here).pk

    def test_does_not_judge_what_was_flagged(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        address = reverse("miss_judge", args=[first(add_conversation(FLAGGED)).pk])
        assert reviewer.post(address, {"verdict": "nothing"}).status_code == 404

    def test_goes_on_to_the_next_page_and_comes_back_to_it(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        add_conversation(*({**UNSURE, "suspicion": 0.5 - n / 100} for n in range(25)))
        assert page(reviewer).count('id="message-') == 20
        later = reviewer.get(reverse("misses"), {"page": 2}).content.decode()
        listed = re.findall(r'id="message-(\d+)"', later)
        assert len(listed) == 5
        address = reverse("miss_judge", args=[listed[0]]) + "?page=2"
        assert reviewer.post(address, {"verdict": "nothing"})["Location"] == "/misses/?page=2"


@pytest.fixture
def settings_pause(monkeypatch: pytest.MonkeyPatch) -> int:
    """After how many distressing messages a pause is suggested."""
    monkeypatch.setattr("django.conf.settings.PAUSE_AFTER", 3)
    return 3


class TestReadingAtRandom:
    def test_draws_each_message_as_likely_as_any_other(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        conversation = add_conversation(*({**CALM, "suspicion": n / 5} for n in range(5)))
        member = Member.objects.get(user=reviewer.user)
        seeds = random.Random(1)
        drawn = Counter[int]()
        for _ in range(300):
            sample = draw(member, today() - timedelta(days=1), today(), 2, seeds.randrange(2**31))
            drawn.update(sample.drawn.values_list("turn", flat=True))
        # 120 times each, give or take four standard deviations
        assert set(drawn) == set(conversation.turns.values_list("pk", flat=True))
        assert all(86 < count < 154 for count in drawn.values())

    def test_draws_the_same_with_the_same_seed(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        add_conversation(*[CALM] * 30)
        one, other = (list(sampled(reviewer, 10).drawn.values_list("turn", flat=True)) for _ in range(2))
        assert one == other
        assert len(set(one)) == 10

    def test_draws_only_what_was_typed_in_these_days_and_places_and_not_flagged(
        self, join: Join, add_conversation: AddConversation
    ) -> None:
        devon = join("reviewer", ["devon"])
        right = add_conversation(CALM, FLAGGED, PRESSED, "> Hello", place="devon")
        add_conversation(CALM, place="devon", ago=timedelta(days=9))
        add_conversation(CALM, place="")
        sample = sampled(devon)
        assert list(sample.drawn.values_list("turn", flat=True)) == [first(right).pk]
        assert sample.among == 1

    def test_draws_nothing_from_nothing(self, reviewer: Person, room: Path) -> None:
        with pytest.raises(NothingToReadError):
            sampled(reviewer)
        answer = reviewer.post(
            reverse("sample_draw"), {"since": today(), "until": today(), "size": 60}, follow=True
        )
        assert "Nothing was written in these days" in answer.content.decode()

    def test_begins_with_a_button_and_says_so_in_the_audit_log(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        add_conversation(*[CALM] * 3)
        answer = reviewer.post(
            reverse("sample_draw"), {"since": today() - timedelta(days=3), "until": today(), "size": 60}
        )
        sample = Sample.objects.get()
        assert answer["Location"] == reverse("sample", args=[sample.pk])
        assert AuditEntry.objects.get(did="drew a sample").detail == "3 messages"

    def test_asks_again_when_the_days_are_the_wrong_way_round(self, reviewer: Person, room: Path) -> None:
        answer = reviewer.post(
            reverse("sample_draw"), {"since": today(), "until": today() - timedelta(days=3), "size": 60}
        )
        assert "The first day must not be after the last." in answer.content.decode()

    def test_shows_one_after_another_and_what_follows_so_far(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        add_conversation(*({**CALM, "text": f"message number {n}"} for n in range(3)))
        sample = sampled(reviewer)
        address = reverse("sample", args=[sample.pk])
        read = []
        while shown := re.findall(r"message number \d", reviewer.get(address).content.decode()):
            assert len(shown) == 1
            read += shown
            judge(reviewer, sample.drawn.get(missed=None, number=len(read)).turn, sample, verdict="nothing")
        assert len(set(read)) == 3
        text = reviewer.get(address).content.decode()
        assert "We read 3 at random and found none missed." in text
        assert "All of it has been read." in text
        assert "We read 3 at random" in page(reviewer)

    def test_counts_a_miss(self, reviewer: Person, add_conversation: AddConversation) -> None:
        conversation = add_conversation(*[CALM] * 4)
        sample = sampled(reviewer)
        for turn in conversation.turns.all()[:3]:
            judge(reviewer, turn, sample, verdict="nothing")
        judge(reviewer, conversation.turns.last(), sample, verdict="missed", grave="1", category="neglect")
        assert sample.found() == (1, 4)
        assert Verdict.objects.filter(right_level=Level.CONCERN).count() == 1

    def test_a_miss_stays_one_when_a_second_reader_sees_nothing(
        self, reviewer: Person, approver: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(CALM))
        sample = sampled(reviewer)
        judge(reviewer, turn, sample, verdict="missed", grave="1", category="neglect")
        judge(approver, turn, sample, verdict="nothing")
        assert sample.found() == (1, 1)

    def test_does_not_count_what_was_read_because_it_was_suspected(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(UNSURE, CALM))
        sample = sampled(reviewer)
        judge(reviewer, turn, verdict="missed", grave="1", category="neglect")
        assert sample.found() == (0, 0)
        assert sample.unread().count() == 2

    def test_folds_what_may_distress_here_too(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(QUIET))
        sample = sampled(reviewer)
        address = reverse("sample", args=[sample.pk])
        assert QUIET["text"] not in reviewer.get(address).content.decode()
        answer = reviewer.post(reverse("miss_open", args=[turn.pk]) + f"?sample={sample.pk}")
        assert answer["Location"].startswith(address)
        assert QUIET["text"] in reviewer.get(address).content.decode()

    def test_keeps_what_was_found_when_the_messages_are_deleted(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        read, unread = add_conversation(CALM), add_conversation(CALM)
        sample = sampled(reviewer)
        judge(reviewer, first(read), sample, verdict="missed", grave="1", category="neglect")
        read.delete()
        unread.delete()
        assert sample.found() == (1, 1)
        assert sample.unread().count() == 0
        assert "We read 1 at random" in reviewer.get(reverse("sample", args=[sample.pk])).content.decode()

    def test_is_for_those_who_may_read_all_of_its_places(
        self, join: Join, add_conversation: AddConversation
    ) -> None:
        turn = first(add_conversation(CALM, place="devon"))
        everywhere, devon = join("reviewer"), join("reviewer", ["devon"])
        both, cumberland = join("reviewer", ["devon", "cumberland"]), join("reviewer", ["cumberland"])
        of_devon, of_all = sampled(devon), sampled(everywhere)
        assert [
            person.get(reverse("sample", args=[of_devon.pk])).status_code
            for person in (everywhere, devon, both, cumberland)
        ] == [200, 200, 200, 404]
        assert devon.get(reverse("sample", args=[of_all.pk])).status_code == 404
        assert "drawn by" not in page(cumberland)
        address = reverse("miss_judge", args=[turn.pk]) + f"?sample={of_all.pk}"
        assert devon.post(address, {"verdict": "nothing"}).status_code == 404


class TestTheEstimate:
    @pytest.mark.parametrize(("found", "read"), [(0, 1), (0, 120), (2, 120), (1, 5), (7, 300), (40, 41)])
    def test_is_the_exact_bound_of_clopper_and_pearson(self, found: int, read: int) -> None:
        assert upper_bound(found, read) == pytest.approx(beta.ppf(0.95, found + 1, read - found))

    def test_is_the_rule_of_three_when_nothing_is_found(self) -> None:
        assert upper_bound(0, 1000) == pytest.approx(3 / 1000, rel=0.01)

    def test_promises_nothing_when_all_are_missed(self) -> None:
        assert upper_bound(3, 3) == 1.0

    def test_is_right_at_least_as_often_as_it_says(self) -> None:
        chance, share, read = random.Random(1), 0.03, 80
        held = sum(
            upper_bound(sum(chance.random() < share for _ in range(read)), read) >= share for _ in range(2000)
        )
        assert held / 2000 >= 0.95 - 3 * 0.005

    def test_is_told_in_one_plain_sentence(self) -> None:
        assert in_words(0, 120) == (
            "We read 120 at random and found none missed. "
            "So with 95 % confidence at most 2.5 % of those not flagged were missed."
        )
        assert in_words(2, 120) == (
            "We read 120 at random and found 2 missed (1.7 %). "
            "So with 95 % confidence at most 5.2 % of those not flagged were missed."
        )
        assert in_words(0, 0) == "Nothing of it has been read yet."


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


class TestTheSecondListener:
    @pytest.mark.parametrize(
        "text",
        [
            "i stay at my mates most nights cos of how it gets when hes had a drink",
            "he says its our secret and he bought me the phone so i cant say anything",
            "how long does an assessment take. also i havent eaten since monday theres nothing in the house",
        ],
    )
    def test_is_uneasy_about_what_is_said_quietly(self, detector: Detector, text: str) -> None:
        assert detector.suspicion(text) >= UNEASY

    @pytest.mark.parametrize(
        "text",
        ["", "how long does an assessment take", "what is an advocate", "thanks", "no", "🙂", "ok " * 3000],
    )
    def test_is_not_about_ordinary_questions(self, detector: Detector, text: str) -> None:
        assert 0 <= detector.suspicion(text) < UNEASY

    def test_tells_disclosures_it_never_saw_from_look_alikes(self, detector: Detector) -> None:
        blocks = yaml.safe_load((ROOT / "tests" / "messages" / "safety_validation.yml").read_text())
        said = [
            (detector.suspicion(text), block["level"] != "none")
            for block in blocks
            for text in block["messages"][::3]
        ]
        above = [discloses for suspicion, discloses in said if suspicion >= UNEASY]
        disclosed = sum(discloses for _, discloses in said)
        assert sum(above) / disclosed > 0.85
        assert above.count(False) / (len(said) - disclosed) < 0.03


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_fit_and_can_be_used(
    scheme: str, width: int, open_page: OpenPage, reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation("> Hello", QUIET, CALM, place="devon")
    screen = open_page(reverse("misses"), reviewer, width)
    screen.emulate_media(color_scheme=scheme)

    def check() -> None:
        assert Axe().run(screen).response["violations"] == []
        assert screen.evaluate("document.documentElement.scrollWidth") <= width

    check()
    screen.get_by_role("button", name="Open to read").click()
    expect(screen.get_by_text("locks the kitchen cupboard")).to_be_visible()
    check()
    message = screen.locator(".miss").first
    message.get_by_label("How grave").select_option("Urgent")
    message.get_by_label("What it is about").select_option("neglect")
    message.get_by_role("button", name="It was missed").click()
    expect(screen.get_by_text("Saved: missed.")).to_be_visible()
    assert Verdict.objects.get().right_category == "neglect"
    screen.get_by_role("button", name="Read some at random").click()
    expect(screen.get_by_role("heading", name="Read at random")).to_be_visible()
    check()


def test_nobody_gets_in_without_a_login(room: Path, client_without_login: Person) -> None:
    for name in ("misses", "dashboard", "dashboard_csv"):
        answer = client_without_login.get(reverse(name))
        assert answer.status_code == 302
        assert "login" in answer["Location"]
    assert not User.objects.exists()


@pytest.fixture
def client_without_login() -> Person:
    return Person()
