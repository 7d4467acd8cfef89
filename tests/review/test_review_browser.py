"""The queue and a conversation in a real Chromium: accessible, by keyboard, on phones, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.review.models import AuditEntry, Comparison, Conversation, Label, Rubric, Verdict
from bot.review.models.search import Word
from tests.review.conftest import AddConversation, Join, OpenPage, Person

pytestmark = pytest.mark.browser
DISCLOSED = {
    "text": "my stepdad hits me with his belt",
    "topic": "get_help",
    "confidence": 0.4,
    "runners_up": [{"topic": "advocate_get", "confidence": 0.3}],
    "level": "urgent",
    "categories": ["physical_abuse"],
    "why": "the pattern hurt (0.97)",
    "actions": [{"name": "action_safety", "policy": "SafetyPolicy"}],
}
ASKED = {"text": "what is an advocate", "topic": "advocate_what", "confidence": 0.9}
SIZES = [320, 820, 1280]  # pixels: the narrowest that counts, a tablet, a desktop


@pytest.fixture
def conversations(add_conversation: AddConversation) -> list[Conversation]:
    """The newest first."""
    made = [
        add_conversation(
            ASKED, "> An advocate helps you to be heard.", ago=timedelta(hours=1), place="devon"
        ),
        add_conversation("hi", "> Hello", DISCLOSED, "> Nobody should hurt you.", ago=timedelta(hours=2)),
        add_conversation({"text": "what now", "topic": "not_sure"}, ago=timedelta(hours=3), unhelpful=True),
    ]
    made[0].labels.add(Label.objects.create(name="Housing"))
    return made


def faults(page: Page) -> list[str]:
    """What axe finds wrong on the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def focused(page: Page) -> str:
    """The id or the address of what has the focus."""
    return str(
        page.evaluate("document.activeElement.id || document.activeElement.getAttribute('href') || ''")
    )


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_queue_is_accessible_and_fits(
    scheme: str, width: int, open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    page = open_page("/?order=new&level=flagged", reviewer, width)
    page.emulate_media(color_scheme=scheme)
    assert faults(page) == []
    page.goto(page.url.partition("?")[0] + "?order=new")
    page.get_by_text("Filters").click()
    assert faults(page) == []
    assert not is_too_wide(page)
    assert page.locator(".queue > li").count() == 3


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reading_and_judging_is_accessible_and_fits(
    scheme: str,
    width: int,
    open_page: OpenPage,
    reviewer: Person,
    join: Join,
    conversations: list[Conversation],
) -> None:
    grave = conversations[1]
    _both_marked(grave, reviewer, join("reviewer", name="second"))
    page = open_page(f"/conversation/{grave.pk}/?order=new", reviewer, width)
    page.emulate_media(color_scheme=scheme)
    assert faults(page) == []
    assert not is_too_wide(page)
    page.get_by_role("button", name="Open turn 3 to read").click()
    expect(page.get_by_text("with his belt")).to_be_visible()
    page.get_by_role("link", name="Change : turn 3").click()
    expect(page.get_by_text("Did Your Say understand this rightly?")).to_be_visible()
    assert faults(page) == []
    assert not is_too_wide(page)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Compare with the others' marks").click()
    expect(page.get_by_role("columnheader", name="second")).to_be_visible()
    assert faults(page) == []
    assert not is_too_wide(page)


def _both_marked(conversation: Conversation, *people: Person) -> None:
    for person in people:
        marks = dict.fromkeys(Rubric.QUESTIONS, 1)
        Rubric.objects.create(conversation=conversation, by=person.user, **marks)
        Verdict.objects.create(turn=conversation.turns.get(number=3), by=person.user, right=True)


def test_a_conversation_is_found_read_and_marked_without_a_mouse(
    open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    newest, grave, oldest = conversations
    page = open_page("/?order=new&unreviewed=on", reviewer)
    page.keyboard.press("j")
    assert focused(page).startswith(f"/conversation/{newest.pk}/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")  # there is no fourth
    assert focused(page).startswith(f"/conversation/{oldest.pk}/")
    page.keyboard.press("k")
    page.keyboard.press("o")
    page.wait_for_url(f"**/conversation/{grave.pk}/**")
    for _ in range(3):
        page.keyboard.press("j")
    assert focused(page) == "turn-3"
    page.keyboard.press("Enter")
    expect(page.get_by_text("with his belt")).to_be_visible()
    assert AuditEntry.objects.filter(did="opened a disclosure").count() == 1
    page.keyboard.press("r")
    page.wait_for_url(f"**/conversation/{oldest.pk}/**")
    grave.refresh_from_db()
    assert grave.reviewed is not None
    page.keyboard.press("p")
    page.wait_for_url(f"**/conversation/{newest.pk}/**")
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/\?order=new&unreviewed=on$"))


def test_letters_that_are_typed_into_a_field_are_only_letters(
    open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    page = open_page("/?order=new", reviewer)
    page.keyboard.press("/")
    page.keyboard.type("jokr?/")
    assert page.get_by_label("Words that were typed").input_value() == "jokr?/"
    assert not page.locator("dialog").is_visible()
    page.goto(page.url.partition("?")[0] + f"conversation/{conversations[0].pk}/")
    page.get_by_label("A note for everybody").focus()
    page.keyboard.type("right, our jokes")
    assert page.get_by_label("A note for everybody").input_value() == "right, our jokes"


def test_words_are_searched_from_the_keyboard_and_stay_out_of_the_address(
    open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    Word.remember([(conversations[0], "what is an advocate")])
    page = open_page("/?order=new", reviewer)
    page.keyboard.press("/")
    page.keyboard.type("advoc\n")
    expect(page.locator(".queue > li")).to_have_count(1)
    assert "advoc" not in page.url


def test_the_shortcuts_are_listed_and_can_be_switched_off(
    open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    page = open_page("/?order=new", reviewer)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("j")
    assert not focused(page).startswith("/conversation/")  # not behind the list of keys
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert not focused(page).startswith("/conversation/")
    page.reload()
    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys in this browser").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert focused(page).startswith("/conversation/")


def test_keys_with_control_or_alt_are_the_browsers(
    open_page: OpenPage, reviewer: Person, conversations: list[Conversation]
) -> None:
    page = open_page(f"/conversation/{conversations[0].pk}/?order=new", reviewer)
    page.keyboard.press("Alt+r")
    page.keyboard.press("Control+u")
    conversations[0].refresh_from_db()
    assert conversations[0].reviewed is None
    assert f"/conversation/{conversations[0].pk}/" in page.url


def test_all_of_it_works_without_scripts(
    browser: Browser, served: str, reviewer: Person, conversations: list[Conversation]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": reviewer.cookies["sessionid"].value, "url": served}])
    page = context.new_page()
    page.goto(f"{served}/?order=new")
    assert not page.get_by_role("button", name="Keyboard shortcuts").is_visible()
    page.get_by_text("Filters").click()
    page.get_by_label("Level:").select_option("Urgent")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Urgent physical abuse").click()
    page.get_by_role("button", name="Open turn 3 to read").click()
    expect(page.get_by_text("with his belt")).to_be_visible()
    page.get_by_role("button", name="Right : turn 3").click()
    expect(page.get_by_text("You: right.")).to_be_visible()
    page.get_by_role("link", name="Change : turn 3").click()
    page.get_by_label("No", exact=True).and_(page.locator("[name=right]")).check()
    page.get_by_label("If not: the right level").select_option("Emergency")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("You: wrong. The level is emergency.")).to_be_visible()
    for name in Rubric.QUESTIONS:
        page.locator(f"[name={name}][value='2']").check()
    page.get_by_role("button", name="Save my marks").click()
    expect(page.get_by_text("Your marks are saved.")).to_be_visible()
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("is marked as reviewed")).to_be_visible()
    context.close()
    conversations[1].refresh_from_db()
    assert conversations[1].reviewed is not None
    assert Verdict.objects.get().right_level == 3
    assert not Comparison.objects.exists()
