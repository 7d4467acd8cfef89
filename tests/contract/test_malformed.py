"""What is not even a message: it is refused with a reason, and a child always gets words and numbers."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.channels.bot_api import BotApi
from tests.channels.conftest import telegram, telegram_log  # noqa: F401  # fixtures
from tests.conftest import Chat
from tests.contract.hostile import read_hostile
from tests.contract.internal import MACHINERY, is_for_people

pytestmark = pytest.mark.rasa
HUGE = "9" * 5000  # more digits than Python makes a number of
SURROGATES = st.characters(categories=["Cs"]) | st.characters()
TEXT = st.text(SURROGATES, max_size=40)
PLAIN: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)


def nested(depth: int, kind: str = "list") -> Any:
    """A value within lists, or objects, as deep as this."""
    value: Any = "my dad beats me"
    for _ in range(depth):
        value = [value] if kind == "list" else {"message": value}
    return value


NESTED = st.builds(nested, st.integers(0, 60), st.sampled_from(["list", "object"]))
FIELDS = ("sender", "message", "session", "id", "place", "quickly", "metadata", "stream", "input_channel")
BODIES = st.dictionaries(st.sampled_from(FIELDS) | TEXT, VALUES | NESTED, max_size=6)


def refused_or_answered(response: httpx.Response) -> None:
    """What every answer must be: no fault of ours, nothing internal, and words where there is a reply."""
    assert response.status_code in (200, 204, 400, 401, 413), response.text
    assert not MACHINERY.search(response.text)
    for reply in response.json() if response.status_code == 200 else ():
        if isinstance(reply, dict):
            assert is_for_people(reply["text"])


@settings(max_examples=40, deadline=None)
@given(BODIES)
@example({"sender": True, "message": "hello"})
@example({"sender": "\ud800", "message": "\udfff"})
@example({"sender": 10**300, "message": "hello"})
@example({"sender": "../../etc/passwd\0", "message": "hello"})
def test_any_json_on_the_rest_channel(bot: str, body: dict[str, Any]) -> None:
    refused_or_answered(httpx.post(f"{bot}/webhooks/rest/webhook", content=json.dumps(body), timeout=60))


@settings(max_examples=40, deadline=None)
@given(BODIES, st.sampled_from(["message", "session", "forget"]))
@example({"id": "\ud800", "message": "what is an advocate"}, "message")
@example({"id": "a\0b", "message": "what is an advocate"}, "message")
@example({"id": "x" * 5000, "message": "what is an advocate"}, "message")
def test_any_json_on_the_widget(bot: str, body: dict[str, Any], where: str) -> None:
    widget = f"{bot}/webhooks/widget"
    if where == "message":
        body = {"session": httpx.post(f"{widget}/session", json={}).json()["session"], **body}
    refused_or_answered(httpx.post(f"{widget}/{where}", content=json.dumps(body), timeout=60))


@pytest.mark.parametrize("number", ["\ud800", "a\0b", "x" * 5000, "../x", "", 7, [], None], ids=ascii)
def test_a_number_that_no_page_of_ours_gives_hinders_no_answer(bot: str, number: object) -> None:
    widget = f"{bot}/webhooks/widget"
    session = httpx.post(f"{widget}/session", json={}).json()["session"]
    body = json.dumps({"session": session, "id": number, "message": "what is an advocate"})
    assert "on your side" in httpx.post(f"{widget}/message", content=body, timeout=60).json()[0]["text"]


DEEP = [
    '{"sender": "a", "session": %s, "place": %s, "message": %s}'
    % ((opening * depth + "1" + closing * depth,) * 3)
    for opening, closing in (("[", "]"), ('{"a":', "}"))
    for depth in (100, 500, 900, 2000)
]


@pytest.mark.parametrize("path", ["rest/webhook", "widget/message", "widget/session", "widget/forget"])
@pytest.mark.parametrize("body", DEEP, ids=lambda body: body[27:33])
def test_what_is_nested_deep_is_refused_or_answered(bot: str, path: str, body: str) -> None:
    refused_or_answered(httpx.post(f"{bot}/webhooks/{path}", content=body, timeout=60))


MALFORMED = {
    "nothing": b"",
    "words": b"hello",
    "half": b'{"message": "hel',
    "a list": b"[]",
    "a number too long": b'{"sender": %s, "session": %s}' % ((HUGE.encode(),) * 2),
    "too deep": b'{"message":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "invalid UTF-8": b'{"sender": "a", "message": "\xff\xfe my dad beats me"}',
    "overlong UTF-8": b'{"sender": "a", "message": "\xc0\xaf"}',
    "UTF-16": '{"sender": "a", "message": "hello"}'.encode("utf-16"),
    "a form": b"sender=a&message=hello",
    "XML": b"<message>hello</message>",
    "nulls": b"\0" * 1000,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["rest/webhook", "widget/message"])
def test_a_body_that_is_no_object_is_refused_with_a_reason(bot: str, path: str, body: bytes) -> None:
    response = httpx.post(f"{bot}/webhooks/{path}", content=body, timeout=60)
    assert response.status_code == 400
    assert is_for_people(response.json()["error"])


@pytest.mark.parametrize(
    "path", ["rest/webhook", "widget/message", "widget/session", "widget/page", "widget/leave"]
)
def test_a_body_that_is_too_large_is_refused(bot: str, path: str) -> None:
    response = httpx.post(
        f"{bot}/webhooks/{path}", content=b'{"message": "' + b"x" * (1 << 20) + b'"}', timeout=60
    )
    assert response.status_code == 413
    assert not MACHINERY.search(response.text)
    if path.startswith("widget"):
        assert "0800 1111" in response.text
        assert "999" in response.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"message=%ff%fe+my+dad+beats+me&session=\xff"),
        ("application/x-www-form-urlencoded", b"&&&===%%%"),
        ("application/x-www-form-urlencoded", b"session=" + b"a." * 20_000 + b"&message=hello"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff--x--"),
        ("text/plain", b"message=hello"),
        ("\x80", b"message=hello"),
    ],
)
def test_a_form_that_cannot_be_read_still_shows_the_page_with_the_numbers(
    bot: str, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind.encode("latin-1")}
    response = httpx.post(f"{bot}/webhooks/widget/page", content=body, headers=headers, timeout=60)
    assert response.status_code == 200
    assert "0800 1111" in response.text
    assert not MACHINERY.search(response.text)


IDS = [hostile for hostile in read_hostile() if len(hostile.text) <= 256]


def test_no_sender_however_strange_reads_anothers_conversation(bot: str) -> None:
    def says(sender: str, message: str) -> str:
        body = json.dumps({"sender": sender, "message": message})
        answer = httpx.post(f"{bot}/webhooks/rest/webhook", content=body, timeout=60)
        assert answer.status_code == 200, ascii(sender)
        return str(answer.json()[0]["text"])

    says("somebody", "how long does an assessment take")
    for sender in [
        *(hostile.text for hostile in IDS[::6]),
        "somebody\0",
        "somebody ",
        "SOMEBODY",
        "somebody%00",
        "%",
    ]:
        assert "nine weeks" not in says(sender, "say it simpler"), ascii(sender)
    assert "nine weeks" in says("somebody", "say it simpler")


def test_updates_of_a_shape_that_telegram_does_not_send_hold_up_nobody(telegram: BotApi) -> None:  # noqa: F811
    chat = {"id": 9_900_001, "type": "private", "first_name": "A"}
    telegram.person(chat["id"])
    strange: list[Any] = [7, [], {}, nested(400), {"chat": 7}, {"chat": chat, "message_id": "x", "date": "y"}]
    strange += [{"message_id": 1, "date": 1, "chat": chat, "text": text} for text in (7, [], {}, nested(100))]
    for update in strange:
        telegram.deliver({"message": update})
        telegram.deliver({"callback_query": update})
    telegram.person(9_900_002).asks("what is an advocate", "on your side")


@pytest.mark.parametrize("length", ["-5", "abc", "+3", "1e3", "0x2", "99999999999999999999"])
def test_a_length_that_is_none_is_refused_and_holds_up_nobody(bot: str, length: str) -> None:
    address = httpx.URL(bot)
    head = f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {length}"
    with socket.create_connection((address.host, address.port), timeout=30) as connection:
        connection.sendall(f"{head}\r\n\r\n{{}}".encode())
        status = connection.recv(4096).split(b" ")[1]
    assert status in (b"400", b"413")
    assert Chat(bot, f"after-{length}").says("what is an advocate")
