#!/usr/bin/env python3
"""Takes the pictures in docs/reviewing.md: every page of `bot review --demo`, in Chromium.

The people, the conversations and what is proposed are made up.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH, NARROW, TALLEST = 1100, 400, 1400  # pixels
COLOURS = 64  # in a picture's palette
PASSWORD = "seven tall green hedges"  # of the demo, which ends with this script
LINK = re.compile(r"http\S+/first/\S+")
PAGES = {
    "stories": "/stories/",
    "answers": "/answers/",
    "misses": "/misses/",
    "dashboard": "/dashboard/",
    "people": "/people/",
    "audit": "/audit/",
    "account": "/account/",
}


@contextmanager
def demo() -> Iterator[str]:
    """Start the room with made-up data, and give the link for its first account."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(Path(sys.executable).parent / "bot"), "review", "--demo", "--port", port]
    room = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = ""
        for line in room.stdout or ():
            said += line
            if link := LINK.search(line):
                break
        else:
            raise SystemExit(f"The review room did not start:\n{said}")
        yield link[0]
    finally:
        room.terminate()
        room.wait()


def take(page: Page, name: str) -> None:
    """Write what the page shows as docs/reviewing-NAME.png, cut off at the bottom if it is long."""
    page.wait_for_load_state()
    width = page.viewport_size["width"] if page.viewport_size else WIDTH
    tall = page.evaluate("Math.ceil(document.body.getBoundingClientRect().bottom)")
    file = DOCS / f"reviewing-{name}.png"
    area = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
    page.screenshot(path=file, full_page=True, clip=area)  # type: ignore[arg-type]
    Image.open(file).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")


def take_narrow(page: Page, name: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 800})
    take(page, f"{name}-phone")
    page.set_viewport_size({"width": WIDTH, "height": 800})


def propose_other_words(page: Page) -> None:
    """So that the list of proposals has one."""
    words = page.locator("main form.making textarea").first
    words.fill(f"{words.input_value()} You can ask me again.")
    page.get_by_role("button", name="Propose these words").click()


def take_all(page: Page, link: str) -> None:
    home = link.partition("/first/")[0]
    page.goto(f"{home}/account/login/")
    take(page, "login")
    page.goto(link)
    page.fill("[name=username]", "ada")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.get_by_role("button", name="Make the account").click()

    page.goto(home)
    take(page, "queue")
    take_narrow(page, "queue")
    page.locator(".queue h2 a").first.click()
    take(page, "conversation")
    page.get_by_role("button", name=re.compile(r"Open turn \d+ to read")).first.click()
    page.evaluate("scrollTo(0, 0)")
    take(page, "conversation-opened")
    take_narrow(page, "conversation-opened")

    page.goto(f"{home}/?order=new")
    page.locator(".queue > li", has_text="Reviewed").locator("h2 a:not(:has(.level))").first.click()
    page.get_by_role("link", name="Make a story of it").click()
    take(page, "story-form")

    page.goto(f"{home}/stories/")
    page.locator(".library h3 a").first.click()
    take(page, "story")
    page.goto(f"{home}/answers/")
    page.locator("table.answers a").first.click()
    take(page, "answer")
    page.goto(f"{page.url}edit/")
    propose_other_words(page)
    page.goto(f"{home}/proposals/")
    take(page, "proposals")
    for name, path in PAGES.items():
        page.goto(home + path)
        take(page, name)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take_all(browser.new_page(viewport={"width": WIDTH, "height": 800}), link)
        browser.close()


if __name__ == "__main__":
    main()
