"""The chat page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.conftest import running

pytestmark = [pytest.mark.rasa, pytest.mark.browser]
QUIETLY = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_page(bot: str, browser: Browser) -> Page:
    page = browser.new_page()
    page.goto(bot)
    return page


def ask(page: Page, words: str) -> str:
    before = page.locator("#talk li.bot").count()
    page.get_by_role("textbox").fill(words)
    page.get_by_role("textbox").press("Enter")
    page.locator("#talk li.bot").nth(before).wait_for()
    return page.locator("#talk li.bot").last.inner_text()


def test_a_question_is_answered_on_the_page(open_page: Page) -> None:
    assert "45 working days" in ask(open_page, "how long does an assessment take")


def test_a_button_asks_its_question(open_page: Page) -> None:
    ask(open_page, "what is an advocate")
    before = open_page.locator("#talk li.bot").count()
    open_page.get_by_role("button", name="Say it simpler").last.click()
    open_page.locator("#talk li.bot").nth(before).wait_for()
    assert open_page.locator("#talk li.you").last.inner_text().endswith("Say it simpler")


def test_help_is_in_the_page_before_anything_is_typed(bot: str) -> None:
    page = httpx.get(bot).text
    assert 'href="tel:08001111"' in page
    assert 'href="tel:999"' in page


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


def test_when_the_server_is_gone_the_page_shows_who_to_ring(browser: Browser) -> None:
    with running() as address:
        page = browser.new_page()
        page.goto(address)
    page.get_by_role("textbox").fill("what is an advocate")
    page.get_by_role("textbox").press("Enter")
    page.get_by_role("button", name="Try again").wait_for()
    assert "0800 1111" in page.get_by_role("status").inner_text()
    assert page.locator(".help").get_attribute("open") is not None


def test_after_a_disclosure_the_page_says_into_the_silence_that_it_is_still_here(
    bot: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(bot)
    assert "Are you safe right now?" in ask(page, "my step dad hits me every time mum goes to work")
    said = page.locator("#talk li.bot").count()
    page.clock.fast_forward("03:01")
    page.locator("#talk li.bot").nth(said).wait_for()
    assert "I am still here" in page.locator("#talk li.bot").last.inner_text()


def test_the_page_is_quiet_again_once_something_is_typed(bot: str, browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(bot)
    ask(page, "my step dad hits me every time mum goes to work")
    ask(page, "yes")
    said = page.locator("#talk li.bot").count()
    page.clock.fast_forward("10:00")
    assert page.locator("#talk li.bot").count() == said
