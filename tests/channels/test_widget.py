"""The server's side of the widget: whose conversation it is, once, within limits."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.sessions import Sessions
from bot.channels.widget import Limits, WidgetChannel
from bot.privacy.pseudonyms import KEY, keys
from tests.conftest import free_port, running

pytestmark = pytest.mark.rasa
ONCE = "45 working days"


class Session:
    """One child's session on the page."""

    def __init__(self, bot: str, place: str | None = None) -> None:
        self.url = f"{bot}/webhooks/widget"
        self.token = httpx.post(f"{self.url}/session", json={"place": place}).json()["session"]

    def post(self, message: object, number: object = None, token: object = None) -> httpx.Response:
        body = {"session": token or self.token, "id": number, "message": message}
        return httpx.post(f"{self.url}/message", json=body, timeout=30)

    def says(self, message: object, number: object = None) -> str:
        response = self.post(message, number)
        assert response.status_code == 200, response.text
        return "\n".join(reply["text"] for reply in response.json())


def test_a_message_is_answered(bot: str) -> None:
    assert ONCE in Session(bot).says("how long does an assessment take")


def test_one_child_never_reads_or_writes_anothers_conversation(bot: str) -> None:
    mine, other = Session(bot), Session(bot)
    mine.says("how long does an assessment take")
    assert "not told you anything yet" in other.says("say it simpler")
    assert "nine weeks" in mine.says("say it simpler")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", 7, [], {"a": 1}, "W10.aaaa.bbbb", "../../etc", "x" * 9000]
)
def test_a_session_that_we_did_not_sign_is_refused(bot: str, token: object) -> None:
    response = Session(bot).post("hello", token=token or "none")
    assert response.status_code == 401
    assert "session" in response.json()["error"]


def test_a_session_of_another_key_or_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token, session = Sessions().start("devon")
    keys.cache_clear()
    monkeypatch.setenv(KEY, "another")
    assert Sessions().read(token) is None
    keys.cache_clear()
    monkeypatch.delenv(KEY)
    sessions = Sessions(lasts=-1)
    assert sessions.read(sessions.start(None)[0]) is None
    lasting = Sessions()
    token, session = lasting.start("devon")
    assert lasting.read(token) == session
    content, when, signature = token.split(".")
    other = ("a" if signature[0] != "a" else "b") + signature[1:]
    assert lasting.read(f"{content}.{when}.{other}") is None


def test_a_message_sent_again_gets_the_same_answer_and_is_said_once(bot: str) -> None:
    session = Session(bot)
    first = session.post("how long does an assessment take", "number-1").json()
    assert session.post("how long does an assessment take", "number-1").json() == first
    assert "You asked this before" not in session.says("what is an advocate", "number-2")
    assert "nine weeks" not in session.says("say it simpler", "number-3")


def test_the_place_of_the_embedding_site_is_known(bot: str) -> None:
    assert "0345 155 1071" in Session(bot, "devon").says("how do i contact social services")
    assert "0345 155 1071" not in Session(bot, "atlantis").says("how do i contact social services")


def test_too_many_messages_are_answered_kindly_with_the_numbers_to_ring(bot: str) -> None:
    session = Session(bot)
    responses = [session.post("hello") for _ in range(22)]
    assert responses[-1].status_code == 429
    assert "0800 1111" in responses[-1].json()[0]["text"]
    assert "999" in responses[-1].json()[0]["text"]
    assert Session(bot).post("hello").status_code == 200


async def test_a_flood_of_new_conversations_is_slowed_wherever_their_sessions_come_from() -> None:
    sessions, app, port = Sessions(), Sanic("flood", configure_logging=False), free_port()
    app.ctx.agent = None

    async def without_a_model(message: UserMessage) -> None:
        """The reply is the static help."""

    channel = WidgetChannel(sessions, Limits(sessions="2/hour"))
    app.blueprint(channel.blueprint(without_a_model), url_prefix="/webhooks/widget")
    server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True)
    await server.startup()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/webhooks/widget") as client:
        for status in (200, 200, 429):
            body = {"session": sessions.start(None)[0], "message": "hello"}
            response = await client.post("/message", json=body)
            assert response.status_code == status
            assert "0800 1111" in response.json()[0]["text"]
        response = await client.post("/page", data={"session": "forged", "message": "hello"})
        assert "0800 1111" in response.text
    await server.close()


@pytest.mark.parametrize("body", ["", "[]", "null", "{", "[" * 30_000, "x" * 40_000, '{"session": '])
def test_a_malformed_request_is_refused_with_a_reason(bot: str, body: str) -> None:
    response = httpx.post(f"{bot}/webhooks/widget/message", content=body)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("message", [None, 7, [], {}, "", "\x00", "x" * 20_000])
def test_something_that_is_not_a_question_gets_a_kind_sentence(bot: str, message: object) -> None:
    assert Session(bot).says(message)


def test_a_disclosure_at_the_end_of_a_long_message_is_heard(bot: str) -> None:
    long = "we went to my nans and had a roast and then i played on my switch. " * 300
    assert "Are you safe right now?" in Session(bot).says(f"{long} my dad beats me with his belt")


def test_forgetting_needs_the_session_and_forgets_for_good(bot: str) -> None:
    session = Session(bot)
    session.says("how long does an assessment take")
    httpx.post(f"{session.url}/forget", json={"session": "forged"})
    assert "nine weeks" in session.says("say it simpler")
    beacon = json.dumps({"session": session.token})
    assert httpx.post(f"{session.url}/forget", content=beacon).status_code == 204
    assert session.post("say it simpler").status_code == 401


def test_leaving_while_an_answer_is_made_leaves_nothing_behind(bot: str) -> None:
    session = Session(bot)
    with ThreadPoolExecutor() as pool:
        answering = pool.submit(session.post, "how long does an assessment take", "1")
        httpx.post(f"{session.url}/leave", data={"session": session.token})
        answering.result()
    form = {"session": session.token, "message": "say it simpler"}
    assert httpx.post(f"{session.url}/page", data=form).status_code == 303


@pytest.mark.parametrize("path", ["/", "/chat", "/widget.js", "/page/chat.js"])
def test_every_page_and_file_carries_its_guards(bot: str, path: str) -> None:
    response = httpx.get(f"{bot}{path}")
    assert response.status_code == 200
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in response.headers
    if "html" in response.headers["content-type"]:
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*(src=|application/json))|\son\w+=|style=", response.text)


def test_no_other_site_may_call_it(bot: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = httpx.options(f"{bot}/webhooks/widget/message", headers=headers)
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_what_the_form_without_scripts_shows_is_words(bot: str) -> None:
    token = Session(bot).token
    form = {"session": token, "message": "<script>alert(1)</script> what is an advocate"}
    page = httpx.post(f"{bot}/webhooks/widget/page", data=form, timeout=30).text
    assert "<script>alert" not in page
    forged: dict[str, Any] = {"session": "forged", "message": "what is an advocate"}
    assert "say what you" in httpx.post(f"{bot}/webhooks/widget/page", data=forged, timeout=30).text


def test_a_site_that_is_no_address_is_a_clear_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    starting = running(log=log, YOUR_SAY_SITES="https://good.example school.example")
    starting.start()
    assert starting.process.wait(120) == 1
    assert "YOUR_SAY_SITES: 'school.example'" in log.read_text()
