"""The review room as its users start it: a process of its own, alone or beside the bot."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from bot.privacy.journal import Journal
from tests.conftest import BOT, free_port, until
from tests.review.openid import CLIENT, SECRET, Provider, openid_provider

SOON = 240  # seconds; it takes about two, and much longer while other things run
PASSWORD = "seven tall green hedges"
HEAVY = ("rasa", "tensorflow", "sklearn", "spacy", "onnxruntime", "sanic")


class Served:
    """`bot review` in its own process, with its data in `folder`."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0, **environment: str) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.public = environment.get("YOUR_SAY_REVIEW_ADDRESS", self.address)  # what it calls itself
        self.log = folder.parent / f"{folder.name}-{self.port}.log"
        self.process = subprocess.Popen(
            [str(BOT), "review", "--port", str(self.port), *arguments],
            env={**os.environ, "YOUR_SAY_DATA": str(folder), **environment},
            stdout=self.log.open("a"),
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Served:
        until(lambda: self.public in self.said, SOON)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(SOON)

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def link(self) -> str:
        found = re.search(r"http\S+/first/\S+", self.said)
        assert found, self.said
        return found[0]

    def browser(self, **more: Any) -> httpx.Client:
        return httpx.Client(base_url=self.address, follow_redirects=True, timeout=SOON, **more)


def send(browser: httpx.Client, address: str, **fields: str) -> httpx.Response:
    """Open a page and send its form, as a browser does."""
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text
    return browser.post(page.url, data={"csrfmiddlewaretoken": token[1], **fields})


def make_first_account(served: Served) -> httpx.Client:
    browser = served.browser()
    made = send(browser, served.link, username="ada", password1=PASSWORD, password2=PASSWORD)
    assert made.url.path == "/people/"
    return browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


def test_the_first_start_prints_a_link_for_the_first_account_and_no_later_one_does(folder: Path) -> None:
    with Served(folder) as first:
        make_first_account(first)
    with Served(folder) as second:
        assert "/first/" not in second.said
        assert "/account/login/" in str(second.browser().get("/").url)
        assert send(second.browser(), "/account/login/", login="ada", password=PASSWORD).url.path == "/"


def test_it_takes_over_what_the_bot_wrote_to_the_journal(folder: Path) -> None:
    journal = Journal(f"sqlite:///{folder / 'journal.db'}")
    said = {
        "text": "what is an advocate",
        "pressed": False,
        "channel": "widget",
        "place": "devon",
        "topic": "what_is_an_advocate",
        "confidence": 0.9,
        "offers": [],
        "runners_up": [],
        "level": "none",
        "categories": [],
        "speaker": "",
        "why": "",
    }
    with Served(folder) as served:
        browser = make_first_account(served)
        assert browser.get("/conversation/1/").status_code == 404
        journal.write("f" * 32, time.time(), "user", said)
        until(lambda: _conversations(folder) == 1, SOON)
        assert browser.get("/conversation/1/").status_code == 200
        journal.forget("f" * 32, time.time())
        until(lambda: _conversations(folder) == 0, SOON)
        assert browser.get("/conversation/1/").status_code == 404


def _conversations(folder: Path) -> int:
    counted = sqlite3.connect(folder / "review.db").execute("SELECT count(*) FROM review_conversation")
    return int(counted.fetchone()[0])


def test_failed_logins_still_count_after_a_restart(folder: Path) -> None:
    with Served(folder) as first:
        make_first_account(first)
        for _ in range(5):
            send(first.browser(), "/account/login/", login="ada", password="not that one at all")
    with Served(folder) as second:
        answer = send(second.browser(), "/account/login/", login="ada", password=PASSWORD)
        assert "Too many tries" in answer.text


def test_a_port_that_is_taken_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with Served(folder) as first:
        second = Served(other, port=first.port)
        assert second.process.wait(SOON) == 1
    assert second.said.strip() == (
        f"The review room is not served at 127.0.0.1:{first.port}: Address already in use"
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [("YOUR_SAY_REVIEW_ADDRESS", "http://review.example"), ("YOUR_SAY_OPENID", "http://login.example")],
)
def test_an_address_that_is_not_https_is_refused_in_one_line(folder: Path, setting: str, value: str) -> None:
    refused = Served(folder, **{setting: value})
    assert refused.process.wait(SOON) == 1
    assert refused.said.strip() == f"The review room is not served: {setting} must begin with https://"


def test_behind_a_proxy_it_knows_by_what_way_a_visitor_came(folder: Path) -> None:
    with Served(folder, YOUR_SAY_REVIEW_ADDRESS="https://review.example") as served:
        assert served.link.startswith("https://review.example/first/")
        page, host = f"{served.address}/account/login/", {"Host": "review.example"}
        assert httpx.get(page, headers=host).headers["Location"] == "https://review.example/account/login/"
        safe = httpx.get(page, headers=host | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
        assert safe.status_code == 200
        assert "Secure" in safe.headers["Set-Cookie"]


def test_without_a_proxy_nobody_is_believed_about_where_they_come_from(folder: Path) -> None:
    with Served(folder) as served:
        claims = {"X-Forwarded-For": "192.0.2.7"}
        send(served.browser(headers=claims), "/account/login/", login="ada", password="not that one")
        asked = "SELECT count(*) FROM review_cache WHERE cache_key LIKE ?"
        with sqlite3.connect(folder / "review.db") as database:
            assert database.execute(asked, ["%192.0.2.7%"]).fetchone() == (0,)
            assert database.execute(asked, ["%127.0.0.1%"]).fetchone() != (0,)


def test_what_it_writes_is_for_its_own_user_only(folder: Path) -> None:
    with Served(folder):
        open_to_others = [file.name for file in folder.iterdir() if file.stat().st_mode & 0o077]
    assert open_to_others == []


def test_no_page_needs_what_is_slow_to_load(folder: Path) -> None:
    asks = f"""
import sys
from bot.review.server import set_up
set_up()
from django.urls import get_resolver
get_resolver().url_patterns
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", asks],
        env={**os.environ, "YOUR_SAY_DATA": str(folder)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"


class TestBesideTheBot:
    """A small program stands for the bot here; tests/browser starts the real one."""

    BOT = """
import sys, time
from bot.review.beside import review_room
with review_room("127.0.0.1", int(sys.argv[1])):
    print("the bot runs", flush=True)
    sys.stdin.read()
print("the bot ended well", flush=True)
"""

    @pytest.fixture
    def port(self) -> int:
        return free_port()

    @pytest.fixture
    def bot(self, folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-c", self.BOT, str(port)],
            env={**os.environ, "YOUR_SAY_DATA": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        yield process
        process.kill()
        process.wait(SOON)

    def test_it_is_served_while_the_bot_runs_and_ends_with_it(
        self, bot: subprocess.Popen[str], port: int
    ) -> None:
        until(lambda: answers(port), SOON)
        said, _ = bot.communicate("", SOON)
        assert "the bot ended well" in said
        assert not answers(port)

    def test_it_is_started_again_when_it_breaks(self, bot: subprocess.Popen[str], port: int) -> None:
        until(lambda: answers(port), SOON)
        [room] = psutil.Process(bot.pid).children()
        room.kill()
        until(lambda: not answers(port), SOON)
        until(lambda: answers(port), SOON)

    def test_it_ends_when_the_bot_is_killed(self, bot: subprocess.Popen[str], port: int) -> None:
        until(lambda: answers(port), SOON)
        bot.send_signal(signal.SIGKILL)
        until(lambda: not answers(port), SOON)

    def test_a_port_that_is_taken_does_not_stop_the_bot(self, folder: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        with Served(other) as taken:
            done = subprocess.Popen(
                [sys.executable, "-c", self.BOT, str(taken.port)],
                env={**os.environ, "YOUR_SAY_DATA": str(folder)},
                stdin=subprocess.PIPE,
                stdout=(folder / "log").open("w"),
                stderr=subprocess.STDOUT,
            )
            until(lambda: "The review room is not served" in (folder / "log").read_text(), SOON)
            assert done.poll() is None
            done.communicate(b"", SOON)
        assert done.returncode == 0
        assert (folder / "log").read_text().count("\n") == 3


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/account/login/", timeout=SOON).status_code == 200
    except httpx.TransportError:
        return False


class TestAnOrganisation:
    """With its own accounts, over OpenID Connect."""

    @pytest.fixture(scope="class")
    def provider(self) -> Iterator[Provider]:
        with openid_provider() as provider:
            yield provider

    @pytest.fixture(scope="class")
    def served(
        self, provider: Provider, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[tuple[Served, httpx.Client]]:
        """The room, and its administrator's browser."""
        folder = tmp_path_factory.mktemp("organisation")
        settings = {
            "YOUR_SAY_OPENID": provider.address,
            "YOUR_SAY_OPENID_CLIENT": CLIENT,
            "YOUR_SAY_OPENID_SECRET": SECRET,
        }
        with Served(folder, **settings) as served:
            yield served, make_first_account(served)

    @pytest.fixture
    def room(self, served: tuple[Served, httpx.Client], provider: Provider) -> Served:
        provider.also = {}
        return served[0]

    @staticmethod
    def come(room: Served) -> httpx.Response:
        """Press the button, and be sent to the provider and back."""
        browser = room.browser()
        button = re.search(r'href="([^"]+)">Log in with your organisation', browser.get("/").text)
        assert button
        return browser.get(button[1])

    def test_its_people_come_in_and_see_no_place_until_given_one(
        self, room: Served, served: tuple[Served, httpx.Client]
    ) -> None:
        came = self.come(room)
        assert (came.status_code, came.url.path) == (200, "/")
        administrator = served[1]
        people = administrator.get("/people/").text
        row = people[people.index(">olive<") :].partition("</tr>")[0]
        assert "Reviewer" in row
        assert "None yet" in row
        assert "Their organisation" in row

    def test_who_comes_again_is_the_same_person(
        self, room: Served, served: tuple[Served, httpx.Client], provider: Provider
    ) -> None:
        provider.also = {"preferred_username": "olive.married"}
        self.come(room)
        provider.also = {}
        self.come(room)
        assert served[1].get("/people/").text.count("Their organisation") == 1

    def test_a_name_that_is_somebody_elses_does_not_become_them(
        self, room: Served, served: tuple[Served, httpx.Client], provider: Provider
    ) -> None:
        provider.also = {"sub": "43", "preferred_username": "ada", "email": "ada@evil.example"}
        came = self.come(room)
        assert came.status_code == 200
        assert "People</a>" not in came.text

    def test_there_is_no_password_of_ours_to_steal_or_to_outlive_the_job(
        self, room: Served, served: tuple[Served, httpx.Client]
    ) -> None:
        browser = room.browser()
        browser.get("/account/organisation/login/")
        assert "looks after your password" in browser.get("/account/password/").text
        page = served[1].get("/people/").text
        pk = re.search(r'href="/people/(\d+)/">olive<', page)
        assert pk
        assert "one-time link" not in served[1].get(f"/people/{pk[1]}/").text

    @pytest.mark.parametrize(
        "wrong",
        [{"aud": "another-client"}, {"iss": "https://evil.example"}, {"exp": 1}],
        ids=["for another client", "of another provider", "too old"],
    )
    def test_a_token_that_is_not_for_us_is_refused(
        self, room: Served, provider: Provider, wrong: dict[str, object]
    ) -> None:
        provider.also = {"sub": "666"} | wrong
        came = self.come(room)
        assert came.status_code == 401
        assert "did not let us know who you are" in came.text

    def test_a_way_back_that_nobody_started_is_refused(self, room: Served) -> None:
        came = room.browser().get("/account/organisation/login/callback/", params={"code": "x", "state": "y"})
        assert came.status_code == 401

    def test_no_secret_is_in_the_log(self, room: Served) -> None:
        assert SECRET not in room.said
        assert "code-" not in room.said
