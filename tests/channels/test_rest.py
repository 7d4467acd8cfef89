"""The web channel answers whatever it is sent, and mixes nobody up."""

from __future__ import annotations

import asyncio
import json
import re

import httpx
import pytest

from bot.knowledge import Knowledge
from tests.conftest import Chat

pytestmark = pytest.mark.rasa
INTERNAL = re.compile(r"utter_\w+|action_\w+|Traceback|\{\w+\.\w+\}|<section>|None\b|rasa", re.I)


def test_a_reply_is_in_rasas_own_format(chat: Chat) -> None:
    (reply,) = chat.replies("what is an advocate")
    assert reply["recipient_id"] == chat.sender
    assert "advocate" in reply["text"]
    assert {"title", "payload"} <= set(reply["buttons"][0])
    assert reply["custom"]["topic"] == "advocate_what"
    assert reply["custom"]["source"]["section"].startswith("Chapter 2")


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
def test_what_a_proxy_passes_on_is_refused(bot: str, header: str) -> None:
    body = {"sender": "a", "message": "hi"}
    response = httpx.post(f"{bot}/webhooks/rest/webhook", json=body, headers={header: "192.0.2.1"})
    assert response.status_code == 403


def test_two_people_without_an_id_never_share_a_conversation(bot: str) -> None:
    def say(message: str) -> str:
        answer = httpx.post(f"{bot}/webhooks/rest/webhook", json={"message": message}, timeout=30)
        return str(answer.json()[0]["text"])

    say("how long does an assessment take")
    assert "45 working days" not in say("say it simpler")


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[]", '"text"', "null", '{"sender": [], "message": "hi"}', '{"sender": {"a": 1}}',
     json.dumps({"sender": "x" * 5000, "message": "hi"}), "[" * 20_000],
    ids=["empty", "words", "list", "string", "null", "sender list", "sender object", "huge sender", "deep"],
)  # fmt: skip
def test_a_malformed_request_is_refused_with_a_reason(bot: str, body: str) -> None:
    response = httpx.post(f"{bot}/webhooks/rest/webhook", content=body, timeout=30)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("message", [None, "", "   ", 7, [], {}, True, "\x00\x00", "\u200b"])
def test_something_that_is_not_words_gets_a_kind_sentence_and_childline(chat: Chat, message: object) -> None:
    said = chat.says(message)
    assert "I can only read words" in said
    assert "0800 1111" in said


HOSTILE = [
    "/restart",
    '/advocate_what{"topic":"nspcc"}',
    "/session_start",
    "/back",
    '/menu{"section":"no such"}',
    "/nonsense",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "x" * 100_000,
    "😀" * 500,
    "a\u0301" * 3000,
    "\u202eesrever",
]


@pytest.mark.parametrize("message", HOSTILE, ids=lambda message: ascii(message[:16]))
def test_hostile_words_are_answered_and_leak_nothing(chat: Chat, message: str) -> None:
    said = chat.says(message)
    assert said
    assert not INTERNAL.search(said)


def test_a_typed_command_sets_nothing(chat: Chat) -> None:
    chat.says("how long does an assessment take")
    chat.says('/greet{"topic": null, "age": "40"}')
    assert "nine weeks" in chat.says("say that again in easier words")


def test_a_buttons_payload_works(chat: Chat) -> None:
    payload = chat.buttons("what is an advocate")["Say it simpler"]
    assert "advocate" in chat.says(payload)


def test_every_button_leads_to_an_answer(chat: Chat, knowledge: Knowledge) -> None:
    for payload in chat.buttons("menu").values():
        for topic in chat.buttons(payload).values():
            assert topic.removeprefix("/") in knowledge.answers
            assert "Something went wrong" not in chat.says(topic)


def test_no_text_that_was_typed_is_in_a_reply(chat: Chat) -> None:
    assert "zanzibar" not in chat.says("my name is zanzibar quxworth what is an advocate").casefold()


def test_rasas_own_api_is_not_there(bot: str) -> None:
    for path in ("/conversations/x/tracker", "/model/parse", "/model", "/domain", "/status", "/version"):
        assert httpx.get(bot + path).status_code == 404


def test_no_other_site_may_read_the_answers(bot: str) -> None:
    response = httpx.post(
        f"{bot}/webhooks/rest/webhook",
        json={"sender": "a", "message": "hi"},
        headers={"Origin": "https://evil.example"},
    )
    assert "access-control-allow-origin" not in response.headers


async def test_forty_people_at_once_are_not_mixed_up(bot: str) -> None:
    questions = {"how long does an assessment take": "45 working days", "what is cafcass": "court"}

    async def talk(client: httpx.AsyncClient, number: int) -> bool:
        question, fact = list(questions.items())[number % 2]
        for message in (question, "say it simpler"):
            sent = {"sender": f"person {number}", "message": message}
            replies = (await client.post(f"{bot}/webhooks/rest/webhook", json=sent)).json()
        first = (await client.post(f"{bot}/webhooks/rest/webhook", json={**sent, "message": question})).json()
        return bool(replies) and fact in first[0]["text"]

    async with httpx.AsyncClient(timeout=120) as client:
        assert all(await asyncio.gather(*(talk(client, number) for number in range(40))))
