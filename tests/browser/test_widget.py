"""The widget on somebody else's site, in a real browser."""

from __future__ import annotations

import gzip

import httpx
import pytest
from playwright.sync_api import Browser, Frame, Page, Request, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.test_page import ask, faults
from tests.conftest import answers, running, until

pytestmark = [pytest.mark.rasa, pytest.mark.browser]


def open_chat(page: Page, address: str) -> Frame:
    page.goto(address)
    page.get_by_role("button", name="Chat about your rights").click()
    page.locator("iframe").wait_for()
    frame = page.frames[1]
    frame.get_by_role("textbox").wait_for()
    return frame


def test_one_line_puts_the_chat_on_a_site(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("plain"))
    expect(frame.get_by_role("textbox")).to_be_focused()
    assert "45 working days" in ask(frame, "how long does an assessment take")


def test_the_site_cannot_read_what_a_child_types(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("secret"))
    ask(frame, "my secret words")
    assert "my secret words" not in fresh.content()
    assert fresh.evaluate(
        """() => { const frame = document.querySelector('body > div').shadowRoot.querySelector('iframe');
            try { return frame.contentDocument === null } catch { return true } }"""
    )


def test_the_widget_takes_neither_looks_nor_names_of_the_site_and_gives_none(site: Site, fresh: Page) -> None:
    fresh.goto(f"{site.address}/bare.html")
    bare = set(fresh.evaluate("Object.keys(window)"))
    fresh.goto(site.page("globals"))
    assert set(fresh.evaluate("Object.keys(window)")) == bare
    assert fresh.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    colour = fresh.get_by_role("button", name="Chat about your rights").evaluate(
        "b => getComputedStyle(b).color"
    )
    assert colour == "rgb(255, 255, 255)"


def test_nobody_but_the_bot_is_asked_for_anything(site: Site, fresh: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    fresh.on("request", note)
    ask(open_chat(fresh, site.page("requests")), "hello")
    assert [url for url in asked if not url.startswith((site.bot, site.address))] == []


def test_a_place_a_colour_a_side_and_a_greeting_can_be_given(site: Site, fresh: Page) -> None:
    attributes = 'data-place="devon" data-colour="#ffdd00" data-position="left" data-greeting="Ask us"'
    fresh.goto(site.page("attributes", attributes))
    button = fresh.get_by_role("button", name="Ask us")
    assert button.evaluate("b => getComputedStyle(b).color") == "rgb(0, 0, 0)"
    assert button.bounding_box()["x"] < 50  # type: ignore[index]
    button.click()
    fresh.locator("iframe").wait_for()
    assert "0345 155 1071" in ask(fresh.frames[1], "how do i contact social services")


def test_a_language_brings_a_help_card_in_it(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("language", 'data-lang="pl"'))
    expect(frame.locator(".card")).to_contain_text("Childline")
    expect(frame.locator(".card")).to_contain_text("999")


def test_it_can_stand_in_the_page(site: Site, fresh: Page) -> None:
    fresh.goto(site.page("inline", 'data-mode="inline"'))
    fresh.locator("iframe").wait_for()
    assert "45 working days" in ask(fresh.frames[1], "how long does an assessment take")


def test_closing_keeps_the_chat_and_gives_the_focus_back(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("close"))
    ask(frame, "how long does an assessment take")
    frame.get_by_role("textbox").press("Escape")
    opener = fresh.get_by_role("button", name="Chat about your rights")
    expect(opener).to_be_focused()
    opener.click()
    expect(frame.locator("#talk")).to_contain_text("45 working days")
    frame.get_by_role("button", name="Close").click()
    expect(opener).to_be_focused()


def test_leaving_quickly_takes_the_whole_site_away(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("leave"))
    ask(frame, "how long does an assessment take")
    frame.get_by_role("button", name="Leave quickly").click()
    fresh.wait_for_url("https://www.bbc.co.uk/weather")
    fresh.go_back()
    assert "leave.html" not in fresh.url


def test_shift_three_times_on_the_site_leaves_too(site: Site, fresh: Page) -> None:
    fresh.set_viewport_size({"width": 1200, "height": 800})
    open_chat(fresh, site.page("shift"))
    fresh.locator("h1").click()
    for _ in range(3):
        fresh.keyboard.press("Shift")
    fresh.wait_for_url("https://www.bbc.co.uk/weather")


def test_reloading_the_site_forgets(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("reload"))
    ask(frame, "how long does an assessment take")
    fresh.reload()
    frame = open_chat(fresh, fresh.url)
    assert frame.locator("#talk > li").count() == 0


def test_a_site_that_is_not_allowed_cannot_frame_the_chat(site: Site, bot: str, fresh: Page) -> None:
    (site.folder / "stranger.html").write_text(f'<iframe src="{bot}/chat"></iframe>')
    refused = []
    fresh.on("console", lambda message: refused.append(message.text))
    fresh.goto(f"{site.address}/stranger.html")
    fresh.wait_for_timeout(500)
    assert any("frame-ancestors" in text for text in refused)
    assert httpx.get(bot).headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_when_the_chat_does_not_load_the_numbers_are_shown_all_the_same(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install()
    page.route("**/chat?*", lambda route: route.abort())
    page.goto(site.page("broken"))
    page.get_by_role("button", name="Chat about your rights").click()
    page.clock.fast_forward("00:09")
    assert page.locator('a[href="tel:08001111"]').is_visible()
    page.close()


def test_the_widget_breaks_no_wcag_rule(site: Site, fresh: Page) -> None:
    address = site.page("axe")
    fresh.goto(address)
    assert not faults(fresh)
    frame = open_chat(fresh, address)
    ask(frame, "what is an advocate")
    assert not faults(fresh)
    assert not faults(frame)


def test_it_works_on_a_site_with_a_strict_policy_and_old_globals(site: Site, fresh: Page) -> None:
    policy = f"default-src 'none'; script-src {site.bot}; frame-src {site.bot}"
    address = site.page("strict", policy=policy)
    fresh.add_init_script("Array.prototype.chosen = 1; window.$ = window._ = window.frame = window.open = 7")
    frame = open_chat(fresh, address)
    assert "45 working days" in ask(frame, "how long does an assessment take")
    ask(frame, "i want to kill myself")
    frame.locator('#talk a[href="tel:08001111"]').last.click()
    assert frame.get_by_role("button", name="Leave quickly").is_visible()
    frame.get_by_role("button", name="Leave quickly").click()
    fresh.wait_for_url("https://www.bbc.co.uk/weather")


def test_two_tabs_are_two_conversations(site: Site, fresh: Page) -> None:
    address = site.page("tabs")
    first, second = open_chat(fresh, address), open_chat(fresh.context.new_page(), address)
    ask(first, "how long does an assessment take")
    assert "not told you anything yet" in ask(second, "say it simpler")


def test_when_the_answer_is_slow_the_numbers_to_ring_are_shown_meanwhile(site: Site, fresh: Page) -> None:
    frame = open_chat(fresh, site.page("slow"))
    fresh.route("**/webhooks/widget/message", lambda route: None)
    frame.get_by_role("textbox").fill("hello")
    frame.get_by_role("textbox").press("Enter")
    expect(frame.locator("#state")).to_contain_text("taking a long time", timeout=10_000)
    assert frame.locator('.help a[href="tel:08001111"]').is_visible()


@pytest.mark.parametrize("fresh", [PHONE], indirect=True)
def test_a_server_killed_in_mid_conversation_and_started_again_loses_no_message(
    site: Site, fresh: Page
) -> None:
    bot = running(YOUR_SAY_SITES=site.address)
    with bot as address:
        (site.folder / "killed.html").write_text(
            f'<title>x</title><h1>x</h1><script src="{address}/widget.js" defer></script>'
        )
        frame = open_chat(fresh, f"{site.address}/killed.html")
        ask(frame, "what is an advocate")
        bot.process.kill()
        frame.get_by_role("textbox").fill("how long does an assessment take")
        frame.get_by_role("textbox").press("Enter")
        frame.get_by_role("button", name="Try again").wait_for()
        assert frame.locator('.help a[href="tel:08001111"]').is_visible()
        bot.start()
        until(lambda: answers(address), 120)
        frame.get_by_role("button", name="Try again").click()
        expect(frame.locator("#talk li.bot").nth(1)).to_contain_text("45 working days")
        expect(frame.locator("#talk li.you")).to_have_count(2)


@pytest.mark.parametrize("fresh", [PHONE], indirect=True)
def test_behind_the_chat_that_fills_a_phone_nothing_of_the_site_can_be_reached(
    site: Site, fresh: Page
) -> None:
    frame = open_chat(fresh, site.page("modal"))
    can_focus = """() => { const button = document.createElement('button');
        document.body.prepend(button); button.focus(); return document.activeElement === button }"""
    assert not fresh.evaluate(can_focus)
    fresh.set_viewport_size({"width": 1200, "height": 800})
    expect(frame.get_by_role("textbox")).to_be_visible()
    fresh.wait_for_function(can_focus)


def test_site_owners_get_the_line_to_copy_and_see_how_it_looks(site: Site, fresh: Page) -> None:
    fresh.goto(f"{site.bot}/embed")
    assert not faults(fresh)
    fresh.get_by_label("Your council").select_option("devon")
    fresh.get_by_label("Words on the button").fill('Ask "us"')
    fresh.get_by_label("Words on the button").blur()
    line = fresh.locator("#line").input_value()
    chosen = 'data-place="devon" data-greeting="Ask &quot;us&quot;"'
    assert line == f'<script src="{site.bot}/widget.js" {chosen} defer></script>'
    assert fresh.frame_locator("#preview").get_by_role("textbox").is_visible()
    (site.folder / "copied.html").write_text(f"<title>x</title><h1>x</h1>{line}")
    fresh.goto(f"{site.address}/copied.html")
    fresh.get_by_role("button", name='Ask "us"').click()
    fresh.locator("iframe").wait_for()
    assert "0345 155 1071" in ask(fresh.frames[1], "how do i contact social services")


def test_all_of_it_is_at_most_15_kilobytes(site: Site) -> None:
    scripts = [f"page/{name}.js" for name in ("chat", "reply", "leave", "comfort")]
    names = ["widget.js", "chat", "page/chat.css", "page/icon.svg", *scripts]
    files = [httpx.get(f"{site.bot}/{name}") for name in names]
    assert all(file.status_code == 200 for file in files)
    assert sum(len(gzip.compress(file.content)) for file in files) <= 15 * 1024
