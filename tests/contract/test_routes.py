"""docs/routes.md lists every route, and each is only for those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
import pytest
from django.test import Client
from django.urls import get_resolver

from bot.knowledge.load import ROOT
from tests.channels.bot_api import TOKEN
from tests.review.conftest import Join, join, migrated, room  # noqa: F401  # fixtures; sets up Django
from tests.review.test_server import Served

pytestmark = pytest.mark.rasa
LOOPBACK = {"127.0.0.1", "::1"}
_ROW = re.compile(r"^\| ([A-Z, ]+) \| `(/[^`]*)` \| ([^|]+) \|", re.M)


class Route(NamedTuple):
    methods: str
    path: str
    who: str


def listed(server: str) -> list[Route]:
    """The rows under the heading that begins with `server`."""
    (part,) = [
        part for part in (ROOT / "docs" / "routes.md").read_text().split("\n## ") if part.startswith(server)
    ]
    return [Route(*row) for row in _ROW.findall(part)]


def of_the_room(patterns: list[object] | None = None, before: str = "/") -> Iterator[str]:
    """The path of each route that Django resolves."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)  # type: ignore[attr-defined]
        if hasattr(pattern, "url_patterns"):
            yield from of_the_room(pattern.url_patterns, path)
        else:
            yield path


def test_the_list_of_the_bots_routes_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.server import create_app

    monkeypatch.setenv("YOUR_SAY_DATA", str(tmp_path))
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://bot.example")
    app = create_app(tmp_path / "no model", ROOT / "endpoints.yml", ROOT / "credentials.yml")
    there = {
        (method, f"/{route.path}") for route in app.router.routes_all.values() for method in route.methods
    }
    assert there == {
        (method, route.path) for route in listed("The bot") for method in route.methods.split(", ")
    }


def test_the_list_of_the_review_rooms_routes_is_complete() -> None:
    paths = [route.path for route in listed("The review room")]
    assert sorted(paths) == sorted(of_the_room())


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/default/tracker",
        "/conversations/default/tracker/events",
        "/conversations/default/messages",
        "/conversations/default/execute",
        "/conversations/default/predict",
        "/conversations/default/story",
        "/domain",
        "/model",
        "/model/parse",
        "/model/predict",
        "/model/test/intents",
        "/model/train",
        "/status",
        "/version",
        "/socket.io/",
        "/webhooks/",
        "/webhooks/rest/",
        "/webhooks/rest/webhook/stream",
        "/webhooks/socketio/",
        "/webhooks/callback/webhook",
        "/webhooks/telegram/webhook",
        "/webhooks/facebook/webhook",
        "/webhooks/slack/webhook",
        "/docs",
        "/static/",
        "/page/",
        "/page/..%2fpage.py",
        "/page/chat.html",
        "/page/%00",
        "/page/%ff",
    ],
)
def test_nothing_else_is_there(bot: str, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert httpx.request(method, bot + path).status_code in (
            (404, 405) if path.startswith("/page") else (404,)
        )


@pytest.mark.parametrize("route", listed("The bot"), ids=lambda route: route.path)
def test_a_route_of_the_bot_takes_no_other_method(bot: str, route: Route) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(route.methods.split(", ")):
        status = httpx.request(method, bot + route.path).status_code
        assert status == (404 if "telegram" in route.path else 405)


class Asked(NamedTuple):
    path: str
    route: Route


ASKED = [Asked(re.sub(r"<[^>]+>", "1", route.path), route) for route in listed("The review room")]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.route.path)
def test_a_stranger_in_the_review_room_sees_only_what_is_for_anyone(room: Path, asked: Asked) -> None:  # noqa: F811
    browser = Client()
    answer = (browser.get if "GET" in asked.route.methods else browser.post)(asked.path)
    to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/?next=")
    assert to_login == (not asked.route.who.startswith("anyone"))


ROLES = ["reviewer", "approver", "administrator"]
RESTRICTED = [asked for asked in ASKED if asked.route.who in ("approvers", "administrators")]


@pytest.mark.parametrize("asked", RESTRICTED, ids=lambda asked: asked.route.path)
def test_a_page_for_some_members_is_refused_to_the_others(join: Join, asked: Asked) -> None:  # noqa: F811
    least = ROLES.index(asked.route.who.removesuffix("s"))
    for place, role in enumerate(ROLES):
        assert (_asks(join(role), asked) == 403) == (place < least), role


def _asks(browser: Client, asked: Asked) -> int:
    return int((browser.get if "GET" in asked.route.methods else browser.post)(asked.path).status_code)


@pytest.mark.parametrize("asked", [a for a in ASKED if a.route.methods == "POST"], ids=lambda a: a.route.path)
def test_what_changes_something_cannot_be_done_with_a_link(join: Join, asked: Asked) -> None:  # noqa: F811
    assert join("administrator").get(asked.path).status_code == 405


def test_the_bot_listens_to_this_machine_only(bot: str) -> None:
    assert _listening(int(bot.rpartition(":")[2])) <= LOOPBACK


def test_the_review_room_listens_to_this_machine_only(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served:
        assert _listening(served.port) <= LOOPBACK


def _listening(port: int) -> set[str]:
    """The addresses at which this port is open."""
    open_ = [c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    addresses = {address.ip for address in open_ if address.port == port}
    assert addresses
    return addresses
