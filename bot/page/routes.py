"""Serves the chat page, its script and its style, and nothing from anybody else."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

from bot.knowledge import shared

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_KINDS = {"chat.js": "text/javascript; charset=utf-8", "chat.css": "text/css; charset=utf-8"}


def page_routes() -> Blueprint:
    """The page is filled from the content once, at start."""
    routes = Blueprint("page")
    knowledge = shared()
    says = {name: knowledge.say(text) for name, text in knowledge.menu.page.items()}
    help_now = [knowledge.services[id_].card() for id_ in ("emergency_999", "childline", "shout")]
    template = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("chat.html")
    page = template.render(says=says, help_now=help_now)
    files = {name: (HERE / name).read_bytes() for name in _KINDS}

    @routes.get("/")
    async def chat(request: Request) -> HTTPResponse:
        return html(page, headers=HEADERS)

    @routes.get("/page/<name>")
    async def file(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            return raw(b"", status=404)
        return raw(files[name], content_type=_KINDS[name], headers=HEADERS)

    return routes
