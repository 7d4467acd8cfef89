"""The dashboard: what it counts, what it hides, and what leaves it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from html import unescape
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bot.review.agreement import agreements
from bot.review.models import AuditEntry, Conversation, Turn, Verdict
from bot.review.models.conversations import Level
from bot.review.spreadsheet import as_csv
from tests.review.conftest import AddConversation, Join, OpenPage, Person

DISCLOSED = {"text": "he hits me", "level": "urgent", "categories": ["physical_abuse"]}
ASKED = {"text": "what is an advocate", "topic": "advocate_what"}
PRESSED = {"text": "Yes", "pressed": True, "payload": "/safe_now", "topic": "safe_now"}


def figures(person: Person, **asked: str) -> dict[tuple[str, str], str]:
    """What the page shows, by table and row."""
    text = person.get(reverse("dashboard"), asked).content.decode()
    shown = {}
    for title, table in re.findall(r'<table class="counts" aria-label="([^"]+)">(.*?)</table>', text, re.S):
        for name, number in re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table):
            shown[title.removesuffix(", the others"), unescape(name)] = number
    return shown


def lines(person: Person, **asked: str) -> list[dict[str, str]]:
    """What the download has."""
    answer = person.get(reverse("dashboard_csv"), asked)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def words(person: Person, **asked: str) -> str:
    text = person.get(reverse("dashboard"), asked).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


class TestWhatItCounts:
    @pytest.fixture(autouse=True)
    def conversations(self, add_conversation: AddConversation) -> None:
        for _ in range(6):
            add_conversation(DISCLOSED, PRESSED, PRESSED, place="devon", channel="telegram")
        for _ in range(20):
            add_conversation(ASKED, ASKED, place="", reviewed=timezone.now())
        for _ in range(7):
            add_conversation(
                {"text": "hm", "topic": "not_sure"},
                {"text": "No", "pressed": True, "payload": "/x", "topic": "feedback_unhelpful"},
                place="cumberland",
            )

    def test_conversations_and_how_they_went(self, reviewer: Person) -> None:
        shown = figures(reviewer)
        assert shown["In short", "Conversations"] == "33"
        assert shown["In short", "Danger or distress was noticed"] == "6"
        assert shown["In short", "Your Say had to ask back"] == "7"
        assert shown["In short", "They said an answer helped"] == "0"
        assert shown["In short", "They said an answer did not help"] == "7"
        assert shown["In short", "Reviewed by somebody"] == "20"

    def test_levels_categories_topics_places_and_ways(self, reviewer: Person) -> None:
        shown = figures(reviewer)
        assert [shown["How grave", level.label] for level in Level] == ["27", "0", "6", "0"]
        assert shown["What the danger or distress was about", "Physical abuse"] == "6"
        assert shown["What they asked about", "What an advocate is"] == "20"  # though each asked twice
        assert shown["Places", "Devon"] == "6"
        assert shown["Places", "No place named"] == "20"
        assert shown["Where they wrote", "Telegram"] == "6"

    def test_buttons_on_to_help_by_conversation(self, reviewer: Person) -> None:
        shown = figures(reviewer)
        assert shown["Which buttons on to help they pressed", "Said they are safe now"] == "6"
        assert shown["Which buttons on to help they pressed", "Said they are not safe now"] == "0"
        assert "Not counted: taps on a phone number, a link or the card of a service." in words(reviewer)

    def test_typing_the_same_is_no_press(self, reviewer: Person) -> None:
        Turn.objects.filter(payload="/safe_now").update(pressed=False)
        assert figures(reviewer)["Which buttons on to help they pressed", "Said they are safe now"] == "0"

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ({"place": "devon"}, "6"),
            ({"place": "none"}, "20"),
            ({"channel": "telegram"}, "6"),
            ({"channel": "widget"}, "27"),
            ({"channel": "telegram", "place": "cumberland"}, None),
        ],
    )
    def test_only_what_was_asked_for(
        self, reviewer: Person, asked: dict[str, str], number: str | None
    ) -> None:
        assert figures(reviewer, **asked).get(("In short", "Conversations")) == number

    def test_only_the_places_of_a_team(self, join: Join) -> None:
        devon = join("reviewer", ["devon"])
        shown = figures(devon)
        assert shown["In short", "Conversations"] == "6"
        assert ("Places", "Cumberland") not in shown
        assert "Select a valid choice" in words(devon, place="cumberland")
        assert devon.get(reverse("dashboard_csv"), {"place": "cumberland"}).status_code == 400

    def test_the_download_has_the_same_numbers_and_is_noted(self, reviewer: Person) -> None:
        shown = {(line["Figure"], line["What"]): line["Conversations"] for line in lines(reviewer)}
        for key, number in figures(reviewer).items():
            assert shown[key] == number, key
        entry = AuditEntry.objects.get(did="exported figures")
        assert (entry.by, entry.subject) == (reviewer.user, "dashboard")


class TestOverTime:
    @pytest.fixture
    def days(self, add_conversation: AddConversation) -> tuple[date, date]:
        """Six in the last minutes before midnight, seven in the first ones after it, in summer."""
        midnight = timezone.make_aware(datetime(2026, 7, 2))
        for minutes, how_many in ((-20, 6), (20, 7)):
            at = midnight + timedelta(minutes=minutes)
            for _ in range(how_many):
                add_conversation(ASKED, ago=timezone.now() - at)
        return date(2026, 7, 1), date(2026, 7, 2)

    def test_a_day_ends_at_midnight_in_england(self, reviewer: Person, days: tuple[date, date]) -> None:
        asked = {"since": days[0].isoformat(), "until": days[1].isoformat(), "each": "1"}
        shown = [
            (line["From"], line["Until"], line["Conversations"])
            for line in lines(reviewer, **asked)
            if line["Figure"] == "Over time" and line["What"] == "Conversations"
        ]
        assert shown == [("2026-07-01", "2026-07-01", "6"), ("2026-07-02", "2026-07-02", "7")]

    def test_weeks_and_a_shorter_one_at_the_end(self, reviewer: Person, days: tuple[date, date]) -> None:
        asked = {"since": "2026-06-25", "until": "2026-07-04", "each": "7"}
        shown = [
            (line["From"], line["Until"], line["Conversations"])
            for line in lines(reviewer, **asked)
            if line["Figure"] == "Over time" and line["What"] == "Conversations"
        ]
        assert shown == [("2026-06-25", "2026-07-01", "6"), ("2026-07-02", "2026-07-04", "7")]

    def test_the_lines_have_a_table_with_the_same_numbers(
        self, reviewer: Person, days: tuple[date, date]
    ) -> None:
        asked = {"since": "2026-07-01", "until": "2026-07-02", "each": "1"}
        text = reviewer.get(reverse("dashboard"), asked).content.decode()
        assert text.count('<svg class="line"') == 4
        assert '<tr><th scope="row">1 Jul</th><td>6</td><td>0</td><td>0</td><td>0</td></tr>' in text

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"since": "2026-07-02", "until": "2026-07-01"}, "The first day must not be after the last."),
            ({"since": "2020-01-01", "until": "2026-07-01"}, "Choose a year or less."),
            ({"since": "yesterday"}, "Enter a valid date."),
            ({"each": "3"}, "Select a valid choice."),
        ],
    )
    def test_days_that_make_no_sense_are_asked_for_again(
        self, reviewer: Person, asked: dict[str, str], says: str
    ) -> None:
        assert says in words(reviewer, **asked)
        assert reviewer.get(reverse("dashboard_csv"), asked).status_code == 400


class TestSmallNumbers:
    def test_are_fewer_than_five_on_the_page_and_in_the_download(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        for _ in range(3):
            add_conversation(DISCLOSED, place="devon")
        for _ in range(30):
            add_conversation(ASKED)
        shown = figures(reviewer)
        assert shown["In short", "Danger or distress was noticed"] == "fewer than 5"
        assert shown["Places", "Devon"] == "fewer than 5"
        assert shown["Places", "No place named"] == "not shown"  # or 33 less 30 would say it
        for line in lines(reviewer):
            assert (
                line["Conversations"] not in {"1", "2", "3", "4", "30"}
                or line["What"] == "What an advocate is"
            )
        assert shown["What they asked about", "What an advocate is"] == "not shown"  # all but three

    def test_no_table_chart_or_download_gives_one_away(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        """Days with 1 to 6 conversations, some with a disclosure: whatever is shown, none is a 1 to 4."""
        number = count()
        for day in range(10):
            for _ in range(1 + day % 6):
                turn = DISCLOSED if next(number) % 3 == 0 else ASKED
                add_conversation(turn, ago=timedelta(days=day, minutes=1), place="devon" if day % 2 else "")
        text = reviewer.get(reverse("dashboard")).content.decode()
        for cell in re.findall(r"<td>([^<]*)</td>", text):
            assert cell not in {"1", "2", "3", "4"}
        assert not {line["Conversations"] for line in lines(reviewer)} & {"1", "2", "3", "4"}
        assert not re.search(r"From [1-4] \(|to [1-4] \(", text)
        assert "fewer than 5" in text

    def test_stand_last_in_an_order_that_does_not_tell_their_size(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        for topic, how_many in (("childline", 2), ("nspcc", 6), ("advocate_what", 9), ("advocate_get", 1)):
            for _ in range(how_many):
                add_conversation({"text": "hm", "topic": topic})
        shown = [(what, number) for (table, what), number in figures(reviewer).items() if "asked" in table]
        assert [number for _, number in shown] == ["9", "6", "fewer than 5", "fewer than 5"]
        assert shown[2][0] == "How to get an advocate"  # before "What Childline is", of which there are more

    def test_of_a_handful_of_conversations_nothing_more_is_said(
        self, reviewer: Person, add_conversation: AddConversation
    ) -> None:
        for _ in range(4):
            add_conversation(DISCLOSED)
        assert "Fewer than 5 conversations" in words(reviewer)
        assert figures(reviewer) == {}
        assert [line["Conversations"] for line in lines(reviewer)] == ["fewer than 5"]

    def test_of_none_it_says_none(self, reviewer: Person) -> None:
        assert "Nobody wrote in this time." in words(reviewer)
        assert [line["Conversations"] for line in lines(reviewer)] == ["0"]


class TestAgreement:
    def judged(self, conversation: Conversation, *verdicts: tuple[Person, bool, int | None]) -> None:
        turn = conversation.turns.get(number=1)
        for person, right, level in verdicts:
            Verdict.objects.create(turn=turn, by=person.user, right=right, right_level=level)

    def test_is_counted_for_each_pair_of_people_on_one_message(
        self, join: Join, add_conversation: AddConversation
    ) -> None:
        one, two, three = (join("reviewer") for _ in range(3))
        for _ in range(8):
            self.judged(add_conversation(ASKED), (one, True, None), (two, True, None))
        for _ in range(2):
            self.judged(add_conversation(ASKED), (two, True, None), (one, False, 2))
        self.judged(add_conversation(ASKED), (one, False, 2), (two, False, 2), (three, False, 1))
        self.judged(add_conversation(ASKED), (one, True, None))  # nobody to agree with
        right, level = agreements(Conversation.objects.all())
        assert (right.pairs, right.same) == (13, 11)
        assert (level.pairs, level.same) == (13, 9)
        # By hand: 18 of 26 verdicts say right, 8 wrong.
        by_chance = (18 / 26) ** 2 + (8 / 26) ** 2
        assert right.beyond_chance == pytest.approx((11 / 13 - by_chance) / (1 - by_chance))

    def test_takes_the_level_heard_where_nobody_put_it_right(
        self, join: Join, add_conversation: AddConversation
    ) -> None:
        one, two = join("reviewer"), join("reviewer")
        self.judged(add_conversation(DISCLOSED), (one, True, None), (two, False, int(Level.URGENT)))
        _, level = agreements(Conversation.objects.all())
        assert (level.pairs, level.same) == (1, 1)
        assert level.beyond_chance is None  # all alike

    def test_is_told_in_words_when_there_is_enough(
        self, reviewer: Person, approver: Person, add_conversation: AddConversation
    ) -> None:
        for number in range(12):
            verdicts = [(reviewer, True, None), (approver, number > 2, None)]
            self.judged(add_conversation(ASKED), *verdicts)
            if number == 5:
                assert "Too few messages were judged by two people to say." in words(reviewer)
        assert "The same in 9 of 12 pairs of judgements (75 %)." in words(reviewer)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_a_download_runs_in_a_spreadsheet(begins: str) -> None:
    told = list(
        csv.reader(io.StringIO(as_csv([[f"{begins}cmd", 'a,"b"', -3]]).removeprefix("\ufeff"), newline=""))
    )
    assert told == [[f"'{begins}cmd", 'a,"b"', "-3"]]


def test_a_place_that_a_site_made_up_does_not_run_either(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    for _ in range(6):
        add_conversation(ASKED, place="=1+1")
    assert {line["What"] for line in lines(reviewer) if line["Figure"] == "Places"} == {"'=1+1"}


def test_takes_as_many_queries_for_many_as_for_few(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            reviewer.get(reverse("dashboard"))
        return len(taken)

    for _ in range(6):
        add_conversation(ASKED)
    few = queries()
    for day in range(20):
        add_conversation(DISCLOSED, PRESSED, place="devon", ago=timedelta(days=day))
    assert queries() == few


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 820, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits(
    scheme: str, width: int, open_page: OpenPage, reviewer: Person, add_conversation: AddConversation
) -> None:
    for day in range(12):
        for _ in range(day):
            add_conversation(DISCLOSED if day % 2 else ASKED, PRESSED, ago=timedelta(days=day))
    page = open_page(reverse("dashboard"), reviewer, width)
    page.emulate_media(color_scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg.line").count() == 4
