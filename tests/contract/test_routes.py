"""docs/routes.md lists every route, and each is only for those that it names."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.knowledge.load import ROOT
from tests.channels.bot_api import TOKEN
from tests.contract.routes import LOOPBACK, Route, listed, listening

pytestmark = pytest.mark.rasa


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


def test_the_bot_listens_to_this_machine_only(bot: str) -> None:
    assert listening(int(bot.rpartition(":")[2])) <= LOOPBACK
