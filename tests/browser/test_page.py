"""The chat page in a real browser."""

from __future__ import annotations

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, Request, Route, expect

from tests.conftest import running, until

pytestmark = [pytest.mark.rasa, pytest.mark.browser]
DISCLOSURE = "my step dad hits me every time mum goes to work"


@pytest.fixture
def open_page(bot: str, fresh: Page) -> Page:
    fresh.goto(bot)
    return fresh


def ask(page: Page | Frame, words: str) -> str:
    before = page.locator("#talk li.bot").count()
    page.get_by_role("textbox").fill(words)
    page.get_by_role("textbox").press("Enter")
    page.locator("#talk li.bot").nth(before).wait_for()
    return page.locator("#talk li.bot").last.inner_text()


def faults(page: Page | Frame) -> str:
    """What axe finds wrong by WCAG 2.2 AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    results = Axe().run(page, options={"runOnly": tags})
    return results.generate_report() if results.violations_count else ""


def test_a_question_is_answered_on_the_page(open_page: Page) -> None:
    assert "45 working days" in ask(open_page, "how long does an assessment take")


def test_a_button_asks_its_question_and_keeps_the_focus(open_page: Page) -> None:
    ask(open_page, "what is an advocate")
    button = open_page.get_by_role("button", name="Say it simpler")
    button.click()
    open_page.locator("#talk li.bot").nth(1).wait_for()
    assert open_page.locator("#talk li.you").last.inner_text().endswith("Say it simpler")
    expect(button).to_be_focused()


def test_the_menu_is_one_tap_away(open_page: Page) -> None:
    open_page.get_by_role("button", name="What can I ask?").click()
    expect(open_page.locator("#talk li.bot")).to_contain_text("Assessments")


def test_services_are_cards_to_ring_text_and_open(open_page: Page) -> None:
    ask(open_page, "i want to kill myself")
    cards = open_page.locator("#talk .cards")
    assert cards.get_attribute("open") is not None
    assert cards.locator('a[href="tel:08001111"]').is_visible()
    assert cards.locator('a[href^="https://"]').first.get_attribute("rel") == "noopener noreferrer"


def test_an_answer_can_be_called_helpful(open_page: Page) -> None:
    ask(open_page, "what is an advocate")
    open_page.locator(".helpful").get_by_role("button", name="Yes").click()
    expect(open_page.locator("#talk li.bot")).to_have_count(2)


def test_help_is_in_the_page_before_anything_is_typed(bot: str) -> None:
    page = httpx.get(bot).text
    assert 'href="tel:08001111"' in page
    assert 'href="tel:999"' in page
    assert 'href="sms:85258"' in page


def test_what_is_typed_is_shown_as_words_and_never_as_a_page(open_page: Page) -> None:
    ask(open_page, "<img src=x onerror=document.title='gone'>")
    assert open_page.title() == "Your Say"


def test_nothing_is_stored_and_nobody_else_is_asked(bot: str, open_page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    open_page.on("request", note)
    ask(open_page, "hello")
    assert [url for url in asked if not url.startswith(bot)] == []
    assert open_page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert open_page.url.rstrip("/") == bot


def test_the_server_says_who_to_ring_on_the_page_when_it_is_gone(browser: Browser) -> None:
    with running() as address:
        page = browser.new_page()
        page.goto(address)
    page.get_by_role("textbox").fill("what is an advocate")
    page.get_by_role("textbox").press("Enter")
    page.get_by_role("button", name="Try again").wait_for()
    assert "0800 1111" in page.locator("#state").inner_text()
    assert page.locator(".help").get_attribute("open") is not None


def test_a_message_whose_answer_was_lost_is_sent_again_and_taken_once(open_page: Page) -> None:
    lost = []

    def lose_the_first_answer(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().json())
            route.abort()
        else:
            route.continue_()

    open_page.route("**/webhooks/widget/message", lose_the_first_answer)
    said = ask(open_page, "how long does an assessment take")
    assert lost[0][0]["text"].split()[0] in said
    assert "You asked this before" not in said
    expect(open_page.locator("#talk > li")).to_have_count(2)
    expect(open_page.locator("#state")).to_be_empty()


def test_what_could_not_be_sent_is_sent_in_order_when_the_network_is_back(open_page: Page) -> None:
    open_page.context.set_offline(True)
    for words in ("what is an advocate", "how long does an assessment take"):
        open_page.get_by_role("textbox").fill(words)
        open_page.get_by_role("textbox").press("Enter")
    expect(open_page.locator("#state")).to_contain_text("ring")
    assert open_page.locator(".help").get_attribute("open") is not None
    open_page.context.set_offline(False)
    expect(open_page.locator("#talk li.bot")).to_have_count(2, timeout=30_000)
    expect(open_page.locator("#talk li.bot").last).to_contain_text("45 working days")


def test_after_a_disclosure_the_page_says_into_the_silence_that_it_is_still_here(
    bot: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(bot)
    assert "Are you safe right now?" in ask(page, DISCLOSURE)
    said = page.locator("#talk li.bot").count()
    page.clock.fast_forward("03:01")
    page.locator("#talk li.bot").nth(said).wait_for()
    assert "I am still here" in page.locator("#talk li.bot").last.inner_text()


def test_the_page_is_quiet_again_once_something_is_typed(bot: str, browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(bot)
    ask(page, DISCLOSURE)
    ask(page, "yes")
    said = page.locator("#talk li.bot").count()
    page.clock.fast_forward("10:00")
    assert page.locator("#talk li.bot").count() == said


def test_leaving_quickly_goes_to_the_weather_wipes_both_sides_and_cannot_be_undone(
    bot: str, open_page: Page
) -> None:
    ask(open_page, "how long does an assessment take")
    token = open_page.evaluate("document.querySelector('input[name=session]').value")
    open_page.get_by_role("button", name="Leave quickly").click()
    open_page.wait_for_url("https://www.bbc.co.uk/weather")
    open_page.go_back()
    assert "45 working days" not in open_page.content()
    assert not open_page.url.startswith(bot)
    again = {"session": token, "id": "1", "message": "say it simpler"}
    assert httpx.post(f"{bot}/webhooks/widget/message", json=again).status_code == 401


def test_going_away_from_the_page_forgets_the_conversation(bot: str, open_page: Page) -> None:
    ask(open_page, "how long does an assessment take")
    token = open_page.evaluate("document.querySelector('input[name=session]').value")
    open_page.goto("about:blank")
    again = {"session": token, "id": "1", "message": "say it simpler"}
    url = f"{bot}/webhooks/widget/message"
    until(lambda: httpx.post(url, json=again).status_code == 401, 10)


def test_a_new_message_is_announced_once_and_the_log_is_never_drawn_anew(open_page: Page) -> None:
    open_page.evaluate(
        """() => { window.added = []; new MutationObserver((changes) => changes.forEach((change) =>
            change.addedNodes.forEach((node) => added.push(node.className)))
        ).observe(document.getElementById("talk"), { childList: true }) }"""
    )
    ask(open_page, "what is an advocate")
    ask(open_page, "how long does an assessment take")
    assert open_page.evaluate("added") == ["you", "bot", "you", "bot"]
    assert open_page.get_by_role("log").count() == 1


def test_shift_three_times_leaves_and_is_announced(open_page: Page) -> None:
    open_page.keyboard.press("Shift")
    assert "2 more times" in open_page.locator("#leaving").inner_text()
    open_page.keyboard.press("Shift")
    open_page.keyboard.press("Shift")
    open_page.wait_for_url("https://www.bbc.co.uk/weather")


def test_typing_capitals_does_not_leave(open_page: Page) -> None:
    open_page.get_by_role("textbox").press_sequentially("HELP ME")
    for _ in range(3):
        open_page.keyboard.press("Shift+A")
    assert open_page.locator("#leaving").inner_text() == ""
    assert "45 working days" in ask(open_page, "how long does an assessment take")


def test_without_scripts_the_form_chats_and_leaves(bot: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    context.route(lambda url: "127.0.0.1" not in url, lambda route: route.fulfill(body="sunny"))
    page.goto(bot)
    page.get_by_role("textbox").fill("how long does an assessment take")
    page.get_by_role("button", name="Send").click()
    assert "45 working days" in page.locator("#talk li.bot").inner_text()
    page.get_by_role("button", name="Say it simpler").click()
    assert page.locator("#talk li.bot").count() == 2
    page.get_by_role("textbox").fill(DISCLOSURE)
    page.get_by_role("button", name="Send").click()
    assert "Are you safe right now?" in page.locator("#talk li.bot").last.inner_text()
    assert "repeat_or_explain" not in page.content()
    page.get_by_role("textbox").fill("...")
    page.get_by_role("button", name="Send").click()
    assert "999" in page.locator("#talk li.bot").last.inner_text()
    page.reload()
    assert page.locator("#talk > li.you").count() == 4
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_page_breaks_wcag(bot: str, browser: Browser, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(bot)
    assert not faults(page)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert not faults(page)
    for words in ("what is an advocate", DISCLOSURE, "menu"):
        ask(page, words)
        assert not faults(page)
    for name in ("Bigger words", "More space", "Dark"):
        page.get_by_role("button", name=name).click()
        assert not faults(page)
    page.route("**/webhooks/widget/message", lambda route: route.abort())
    page.get_by_role("textbox").fill("hello")
    page.get_by_role("textbox").press("Enter")
    page.get_by_role("button", name="Try again").wait_for()
    assert not faults(page)
    context.close()


def test_everything_can_be_reached_and_pressed_with_the_keyboard(open_page: Page) -> None:
    ask(open_page, "what is an advocate")
    reached = set()
    for _ in range(40):
        open_page.keyboard.press("Tab")
        reached.add(open_page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    assert {
        "Leave quickly",
        "Need help now? Tap here",
        "Say it simpler",
        "Keep this to print",
        "Send",
    } <= reached


@pytest.mark.parametrize(("width", "height"), [(320, 256), (640, 512), (390, 800), (1280, 800)])
def test_nothing_has_to_be_scrolled_sideways(bot: str, fresh: Page, width: int, height: int) -> None:
    """The first two are 1280 by 1024 enlarged to 400 % and 200 %."""
    fresh.set_viewport_size({"width": width, "height": height})
    fresh.goto(bot)
    ask(fresh, "how do i get an advocate")
    assert fresh.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert fresh.get_by_role("button", name="Leave quickly").is_visible()


def test_in_forced_colours_and_right_to_left_it_can_still_be_used(bot: str, fresh: Page) -> None:
    fresh.emulate_media(forced_colors="active", reduced_motion="reduce")
    fresh.goto(bot)
    fresh.evaluate("document.documentElement.dir = 'rtl'")
    ask(fresh, "how do i get an advocate")
    assert not faults(fresh)
    assert fresh.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(320, 256), (390, 500), (390, 800)])
def test_what_has_the_focus_is_never_hidden_behind_a_bar(
    bot: str, fresh: Page, width: int, height: int
) -> None:
    fresh.set_viewport_size({"width": width, "height": height})
    fresh.goto(bot)
    ask(fresh, "what is an advocate")
    ask(fresh, "how do i get an advocate")
    fresh.get_by_text("Need help now?").click()
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 30:
        fresh.keyboard.press(key)
        hidden = fresh.evaluate(
            """() => { const focused = document.activeElement, box = focused.getBoundingClientRect();
                if (focused === document.body || !box.width) return null;
                const down = Math.min(box.height, 20) / 2;
                const over = document.elementFromPoint(box.x + box.width / 2, box.y + down);
                return focused.contains(over) || over?.contains(focused) ? null : focused.outerHTML }"""
        )
        assert hidden is None


def test_only_what_is_chosen_is_printed(open_page: Page) -> None:
    open_page.evaluate("window.print = () => { window.printed = document.querySelectorAll('.kept').length }")
    printing = open_page.get_by_role("button", name="Print or save what I kept")
    for words in ("what is an advocate", "how long does an assessment take", "how do i get an advocate"):
        ask(open_page, words)
    assert not printing.is_visible()
    for chosen in (0, 2):
        open_page.get_by_role("button", name="Keep this to print").nth(chosen).click()
    assert not faults(open_page)
    printing.click()
    assert open_page.evaluate("window.printed") == 2
    open_page.emulate_media(media="print")
    answers = open_page.locator("#talk li.bot")
    assert [answers.nth(place).is_visible() for place in range(3)] == [True, False, True]
    assert not open_page.locator("#write").is_visible()
    open_page.emulate_media(media="screen")
    for chosen in (0, 2):
        open_page.get_by_role("button", name="Keep this to print").nth(chosen).click()
    assert not printing.is_visible()


def test_a_button_under_an_older_answer_is_about_that_answer(open_page: Page) -> None:
    ask(open_page, "how long does an assessment take")
    ask(open_page, "what is an advocate")
    open_page.get_by_role("button", name="Say it simpler").first.click()
    expect(open_page.locator("#talk li.bot")).to_have_count(3)
    assert "nine weeks" in open_page.locator("#talk li.bot").last.inner_text()


def test_the_tab_can_be_given_a_plain_name(open_page: Page) -> None:
    open_page.get_by_text("How this page looks").click()
    open_page.get_by_role("button", name="Hide the name of this page").click()
    assert open_page.title() == "Notes"
