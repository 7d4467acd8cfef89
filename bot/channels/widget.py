"""The chat on the page and in the widget: signed sessions, messages that arrive once, kind limits.

The browser talks to us only from our own pages, so no other site is let in (no CORS).
Neither IP address nor user agent is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, html, json, redirect

from bot.channels.sessions import Session, Sessions, shared_sessions
from bot.channels.turn import Message, Turns
from bot.knowledge import Knowledge, shared
from bot.widget.page import HEADERS, ChatPage

REMEMBERED = 600  # seconds: how long a message that is sent again still gets the same answer
LARGEST = 32_000  # bytes of one request
LONGEST_ID = 64  # characters of the number that the page gives a message


@dataclass(frozen=True)
class Limits:
    """How much is answered. Above it everybody still gets the numbers to ring."""

    messages: str = "20/minute"  # of one session
    sessions: str = "1200/minute"  # new ones, of everybody: we know nothing by which to tell people apart


class WidgetChannel(InputChannel):
    def __init__(self, sessions: Sessions | None = None, limits: Limits | None = None) -> None:
        self._sessions = sessions or shared_sessions()
        limits = limits or Limits()
        self._most_messages, self._most_sessions = parse(limits.messages), parse(limits.sessions)
        self._counts = MemoryStorage()  # the limiter itself holds only a weak reference
        self._limiter = MovingWindowRateLimiter(self._counts)
        self._answers: TTLCache[tuple[str, str], asyncio.Task[list[Message]]] = TTLCache(50_000, REMEMBERED)

    @classmethod
    def name(cls) -> str:
        return "widget"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("widget")
        knowledge = shared()
        pages = ChatPage(knowledge)

        def turns(request: Request) -> Turns:
            def forget(conversation: str) -> None:
                request.app.ctx.agent.tracker_store.delete(conversation)

            return Turns(self.name(), knowledge, on_new_message, forget)

        @routes.post("/session")
        async def session(request: Request) -> HTTPResponse:
            body = _body(request) or {}
            return self._new_session(knowledge, body.get("place"))

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            body = _body(request)
            if body is None:
                return _json({"error": "the body must be a JSON object with session, id and message"}, 400)
            session = self._sessions.read(body.get("session"))
            if session is None:
                return _json({"error": "this session is over; ask for a new one"}, 401)
            if not self._limiter.hit(self._most_messages, session.sender):
                return _json([{"text": knowledge.phrase("too_fast")}], 429)
            return _json(await self._answer(turns(request), session, body))

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if session := self._sessions.read((_body(request) or {}).get("session")):
                turns(request).forget(session.sender)
            return empty(headers=HEADERS)

        @routes.post("/page")
        async def page(request: Request) -> HTTPResponse:
            """A message from the form, for browsers without scripts."""
            token, framed = request.form.get("session"), request.form.get("framed") == "yes"
            session = self._sessions.read(token)
            if session is None:
                token, session = self._sessions.start(None)
            if self._limiter.hit(self._most_messages, session.sender):
                replies = await self._take(turns(request), session, request.form.get("message"))
            else:
                replies = [{"text": knowledge.phrase("too_fast")}]
            talk = await _talk(request, turns(request).conversation(session.sender))
            talk = talk or [("bot", reply) for reply in replies]
            return html(pages.render(token, talk, framed=framed), headers=pages.headers(framed))

        @routes.post("/leave")
        async def leave(request: Request) -> HTTPResponse:
            """Leave quickly, for browsers without scripts."""
            if session := self._sessions.read(request.form.get("session")):
                turns(request).forget(session.sender)
            return redirect(knowledge.menu.page["leave_to"], status=303, headers=HEADERS)

        return routes

    def _new_session(self, knowledge: Knowledge, place: object) -> HTTPResponse:
        if not self._limiter.hit(self._most_sessions, "everybody"):
            return _json([{"text": knowledge.phrase("too_fast")}], 429)
        known = place if isinstance(place, str) and place in knowledge.places else None
        return _json({"session": self._sessions.start(known)[0]})

    async def _answer(self, turns: Turns, session: Session, body: dict[str, Any]) -> list[Message]:
        """The replies; for a message that is sent again the same ones, without saying it to Rasa twice."""
        number = body.get("id")
        if not isinstance(number, str) or not number or len(number) > LONGEST_ID:
            return await self._take(turns, session, body.get("message"))
        key = session.sender, number
        if key not in self._answers:
            self._answers[key] = asyncio.create_task(self._take(turns, session, body.get("message")))
        return await asyncio.shield(self._answers[key])

    @staticmethod
    async def _take(turns: Turns, session: Session, message: object) -> list[Message]:
        return await turns.take(session.sender, message, place=session.place)


def _body(request: Request) -> dict[str, Any] | None:
    if len(request.body) > LARGEST:
        return None
    try:
        body = request.json
    except Exception:  # whatever the JSON library raises at nonsense
        return None
    return body if isinstance(body, dict) else None


def _json(body: object, status: int = 200) -> HTTPResponse:
    return json(body, status=status, headers=HEADERS)


async def _talk(request: Request, conversation: str) -> list[tuple[str, Message]]:
    """What was said so far: who ("you" or "bot") and what."""
    store = request.app.ctx.agent and request.app.ctx.agent.tracker_store
    tracker = await store.retrieve(conversation) if store else None
    talk: list[tuple[str, Message]] = []
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered) and event.text:
            talk.append(("you", {"text": event.text}))
        elif isinstance(event, BotUttered) and event.text:
            buttons = event.data.get("buttons") or []
            talk.append(("bot", {"text": event.text, "buttons": buttons, "custom": event.data.get("custom")}))
    return talk
