"""A real Chromium, a bot that other sites may embed, and such a site."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import free_port, running

QUIETLY = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>School</title>
<style>div, button {{ color: lime; position: static; opacity: .3; font-size: 50px }}</style></head>
<body><main><h1>Our school</h1><p>Welcome.</p>
<script src="{bot}/widget.js" {attributes} defer></script></main></body></html>"""


@pytest.fixture(scope="module")  # its event loop would stand in the way of the asynchronous tests
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIETLY)
        yield browser
        browser.close()


class _Silent(SimpleHTTPRequestHandler):
    policies: ClassVar[dict[str, str]] = {}  # by path

    def log_message(self, *_: object) -> None:
        """Nothing on the tests' output."""

    def end_headers(self) -> None:
        if policy := self.policies.get(self.path):
            self.send_header("Content-Security-Policy", policy)
        super().end_headers()


class Site:
    """A school's site on an origin of its own, with pages that embed the chat."""

    def __init__(self, folder: Path, bot: str, address: str) -> None:
        self.folder, self.bot, self.address = folder, bot, address

    def page(self, name: str, attributes: str = "", policy: str = "") -> str:
        """The address of a new page whose script tag has `attributes`."""
        _Silent.policies[f"/{name}.html"] = policy
        (self.folder / f"{name}.html").write_text(PAGE.format(bot=self.bot, attributes=attributes))
        return f"{self.address}/{name}.html"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Silent, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{port}"
    with running(YOUR_SAY_SITES=address) as bot:
        (folder / "bare.html").write_text(PAGE.format(bot="", attributes="").replace("<script", "<template"))
        yield Site(folder, bot, address)
    server.shutdown()


PHONE, DESKTOP = (390, 800, True), (1280, 800, False)  # width and height in pixels, and whether by touch


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def fresh(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a new browser profile that leads nowhere else but to this machine."""
    width, height, by_touch = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=by_touch)
    page = context.new_page()
    context.route(
        lambda url: "127.0.0.1" not in url,
        lambda route: route.fulfill(content_type="text/html", body="<title>Weather</title>sunny"),
    )
    yield page
    context.close()
