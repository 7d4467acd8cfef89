"""The chat on the page and in the widget: signed sessions, messages that arrive once, kind limits.

The browser talks to us only from our own pages, so no other site is let in (no CORS).
Neither IP address nor user agent is read.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty, html, json, redirect

from bot import metrics
from bot.channels.rates import Rates
from bot.channels.sessions import LASTS, Session, Sessions, shared_sessions
from bot.channels.turn import Forgets, Message, Turns, ends, forgets, remembers
from bot.knowledge import Knowledge, shared
from bot.privacy.pseudonyms import pseudonym
from bot.widget.page import HEADERS, ChatPage

REMEMBERED = 600  # seconds: how long a message that is sent again still gets the same answer
MOST_AT_ONCE = 100  # messages being answered; more would make everybody wait too long
_NUMBER = re.compile(r"[\w.-]{1,64}", re.ASCII)  # that the page gives a message


@dataclass(frozen=True)
class Limits:
    """How much is answered. Above it everybody still gets the numbers to ring."""

    messages: str = "20/minute"  # of one session
    sessions: str = "1200/minute"  # new ones, of everybody: we know nothing by which to tell people apart


class WidgetChannel(InputChannel):
    def __init__(self, sessions: Sessions | None = None, limits: Limits | None = None) -> None:
        self._sessions = sessions or shared_sessions()
        self._limits, self._rates = limits or Limits(), Rates()
        self._answers: TTLCache[tuple[str, str], asyncio.Task[list[Message]]] = TTLCache(50_000, REMEMBERED)
        self._known: TTLCache[str, None] = TTLCache(500_000, LASTS)  # sessions that have said something
        self._left: TTLCache[str, Forgets] = TTLCache(500_000, LASTS)  # sessions that were wiped, and how
        self._at_once = 0

    @classmethod
    def name(cls) -> str:
        return "widget"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("widget")
        knowledge = shared()
        pages = ChatPage(knowledge)

        def turns(request: Request) -> Turns:
            app = request.app
            return Turns(self.name(), knowledge, on_new_message, forgets(app), remember=remembers(app))

        @routes.post("/session")
        async def session(request: Request) -> HTTPResponse:
            body = _body(request) or {}
            place = knowledge.known_place(body.get("place"))
            return _json({"session": self._sessions.start(place)[0]})

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            body = _body(request)
            if body is None:
                return _json({"error": "the body must be a JSON object with session, id and message"}, 400)
            session = self._session(body.get("session"))
            if session is None:
                return _json({"error": "this session is over; ask for a new one"}, 401)
            replies = await self._answer(turns(request), session, body)
            return _json(replies or [{"text": knowledge.phrase("too_fast")}], 200 if replies else 429)

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            """The page was closed, or left quickly: then what reviewers could read goes too."""
            body = _body(request) or {}
            forget = forgets(request.app) if body.get("quickly") else ends(request.app)
            await self._leave(turns(request), body.get("session"), forget)
            return empty(headers=HEADERS)

        @routes.post("/page")
        async def page(request: Request) -> HTTPResponse:
            """A message from the form, for browsers without scripts."""
            token, framed = request.form.get("session"), request.form.get("framed") == "yes"
            session = self._session(token)
            if session is None and self._sessions.read(token):
                return redirect(knowledge.menu.page["leave_to"], status=303, headers=HEADERS)
            if session is None:
                token, session = self._sessions.start(None)
            said = {name: request.form.get(name) for name in ("id", "message")}
            replies = await self._answer(turns(request), session, said)
            replies = replies or [{"text": knowledge.phrase("too_fast")}]
            talk = await _talk(request, turns(request).conversation(session.sender), knowledge)
            if replies[-1]["text"] not in [message["text"] for _, message in talk[-len(replies) :]]:
                talk += [("bot", reply) for reply in replies]
            return html(pages.render(token, talk, framed=framed), headers=pages.headers(framed))

        @routes.post("/leave")
        async def leave(request: Request) -> HTTPResponse:
            """Leave quickly, for browsers without scripts."""
            await self._leave(turns(request), request.form.get("session"), forgets(request.app))
            headers = {**HEADERS, "Clear-Site-Data": '"cache"'}
            return redirect(knowledge.menu.page["leave_to"], status=303, headers=headers)

        @routes.exception(PayloadTooLarge)
        async def too_long(request: Request, error: PayloadTooLarge) -> HTTPResponse:
            replies = [{"text": knowledge.phrase("too_long")}]
            if not request.path.endswith("/page"):
                return _json(replies, 413)
            talk = [("bot", reply) for reply in replies]
            return html(pages.render(self._sessions.start(None)[0], talk), 413, pages.headers(True))

        return routes

    def _session(self, token: object) -> Session | None:
        session = self._sessions.read(token)
        return None if session is None or session.sender in self._left else session

    async def _leave(self, turns: Turns, token: object, forget: Forgets) -> None:
        """Wipe a conversation, also one that is being answered at this moment."""
        if session := self._session(token):
            self._left[session.sender] = forget
            await turns.forget(session.sender, forget)
            for key in [key for key in list(self._answers) if key[0] == session.sender]:
                self._answers.pop(key, None)

    async def _answer(self, turns: Turns, session: Session, body: dict[str, Any]) -> list[Message]:
        """The replies; for a message that is sent again the same ones, without saying it to Rasa twice.

        Nothing if this session, or everybody together, asks too much at once.
        """
        given = body.get("id")
        number = given if isinstance(given, str) and _NUMBER.fullmatch(given) else secrets.token_hex(8)
        key = session.sender, number
        if key not in self._answers:
            if self._at_once >= MOST_AT_ONCE or not self._within_limits(session):
                metrics.refused(self.name())
                return []
            self._answers[key] = asyncio.create_task(self._take(turns, session, body.get("message"), number))
        return await asyncio.shield(self._answers[key])

    def _within_limits(self, session: Session) -> bool:
        """A session costs nothing until its first message; so that is what counts as a new one."""
        if session.sender not in self._known:
            if not self._rates.allows(self._limits.sessions, "everybody"):
                return False
            self._known[session.sender] = None
        return self._rates.allows(self._limits.messages, pseudonym(self.name(), session.sender))

    async def _take(self, turns: Turns, session: Session, message: object, number: str) -> list[Message]:
        self._at_once += 1
        try:
            return await turns.take(session.sender, message, place=session.place, number=number)
        finally:
            self._at_once -= 1
            if forget := self._left.get(session.sender):
                await turns.forget(session.sender, forget)


def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = request.json
    except Exception:  # whatever the JSON library raises at nonsense
        return None
    return body if isinstance(body, dict) else None


def _json(body: object, status: int = 200) -> HTTPResponse:
    return json(body, status=status, headers=HEADERS)


async def _talk(request: Request, conversation: str, knowledge: Knowledge) -> list[tuple[str, Message]]:
    """What was said so far: who ("you" or "bot") and what. A button's press is shown by its title."""
    titles = {f"/{topic}": answer.title for topic, answer in knowledge.answers.items()}
    store = request.app.ctx.agent and request.app.ctx.agent.tracker_store
    tracker = await store.retrieve(conversation) if store else None
    talk: list[tuple[str, Message]] = []
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered) and event.text:
            pressed = event.text.startswith("/")
            talk.append(("you", {"text": titles.get(event.text, "…") if pressed else event.text}))
        elif isinstance(event, BotUttered) and event.text:
            buttons = event.data.get("buttons") or []
            talk.append(("bot", {"text": event.text, "buttons": buttons, "custom": event.data.get("custom")}))
    return talk
