"""Serves the chat page, the loader that sites embed, and their scripts and style, all of them ours."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

from bot.channels.sessions import shared_sessions
from bot.knowledge import shared
from bot.widget.page import HERE, ChatPage

_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FILES = ("chat.css", "chat.js", "reply.js", "leave.js", "comfort.js", "embed.js", "icon.svg")
_SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin"}


def page_routes() -> Blueprint:
    routes = Blueprint("page")
    knowledge, sessions = shared(), shared_sessions()
    page = ChatPage(knowledge)
    files = {name: (HERE / name).read_bytes() for name in _FILES}
    loader = page.loader().encode()

    def session(request: Request) -> str:
        return sessions.start(knowledge.known_place(request.args.get("place")))[0]

    @routes.get("/")
    async def alone(request: Request) -> HTTPResponse:
        return html(page.render(session(request)), headers=page.headers(False))

    @routes.get("/chat")
    async def framed(request: Request) -> HTTPResponse:
        """The page for the widget's frame."""
        language = (request.args.get("lang") or "").lower()
        content = page.render(session(request), framed=True, language=language)
        return html(content, headers=page.headers(True))

    @routes.get("/embed")
    async def embed(request: Request) -> HTTPResponse:
        return html(page.for_site_owners(f"{request.scheme}://{request.host}"), headers=page.headers(False))

    @routes.get("/widget.js")
    async def widget(request: Request) -> HTTPResponse:
        return _file(request, "widget.js", loader)

    @routes.get("/page/<name>")
    async def file(request: Request, name: str) -> HTTPResponse:
        return _file(request, name, files[name]) if name in files else raw(b"", status=404)

    return routes


@lru_cache
def _squeezed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _file(request: Request, name: str, content: bytes) -> HTTPResponse:
    """A file of ours, small on slow lines and not sent twice."""
    mark = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {**_SAFE, "ETag": mark, "Cache-Control": "max-age=300", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == mark:
        return raw(b"", status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers["Content-Encoding"] = _squeezed(content), "gzip"
    kind = _KINDS[f".{name.rpartition('.')[2]}"]
    return raw(content, content_type=kind, headers=headers)
