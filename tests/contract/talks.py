"""One way to talk on every channel, so that one contract can be put to each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import httpx

from tests.channels.bot_api import Person
from tests.conftest import until

PATIENCE = 60  # seconds; the machine of the tests may be slow


class Talk(Protocol):
    """The conversation of somebody new on one channel."""

    def says(self, text: str, expecting: str = "") -> str:
        """The words that come back; where they come bit by bit, once `expecting` is among them."""

    def seen(self) -> str:
        """Everything that came back so far, with buttons and whatever else lies beside the words."""


@dataclass
class _Seen:
    """Posts JSON in which anything may stand, also half a surrogate pair, and keeps what came back."""

    bodies: str = ""

    def post(self, url: str, body: dict[str, Any]) -> str:
        answer = httpx.post(url, content=json.dumps(body), timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        self.bodies += answer.text
        return "\n".join(reply["text"] for reply in answer.json())


class RestTalk:
    def __init__(self, bot: str) -> None:
        self._url, self._sender, self._seen = f"{bot}/webhooks/rest/webhook", uuid4().hex, _Seen()

    def says(self, text: str, expecting: str = "") -> str:
        return self._seen.post(self._url, {"sender": self._sender, "message": text})

    def seen(self) -> str:
        return self._seen.bodies


class WidgetTalk:
    def __init__(self, bot: str) -> None:
        self._url, self._seen = f"{bot}/webhooks/widget", _Seen()
        self._session = httpx.post(f"{self._url}/session", json={}).json()["session"]

    def says(self, text: str, expecting: str = "") -> str:
        return self._seen.post(f"{self._url}/message", {"session": self._session, "message": text})

    def seen(self) -> str:
        return self._seen.bodies


class TelegramTalk:
    def __init__(self, person: Person) -> None:
        self._person = person

    def says(self, text: str, expecting: str = "") -> str:
        last = self._person.types(text)["message_id"]
        until(lambda: self._person.reads(last) != "" and expecting in self._person.reads(last), PATIENCE)
        return self._person.reads(last)

    def seen(self) -> str:
        return json.dumps(self._person.sees())
