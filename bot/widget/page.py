"""The chat page, filled from the content: on its own at /, or framed by a site that we allow."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.knowledge import Knowledge

HERE = Path(__file__).parent
SITES = "YOUR_SAY_SITES"
HELP_NOW = ("emergency_999", "childline", "shout")
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?", re.I)


class SitesError(Exception):
    """YOUR_SAY_SITES does not name sites; says which part."""


@lru_cache(maxsize=1)
def allowed_sites() -> tuple[str, ...]:
    """The origins of YOUR_SAY_SITES, which may embed the chat. Raises SitesError."""
    sites = tuple(os.environ.get(SITES, "").replace(",", " ").split())
    for site in sites:
        if not _ORIGIN.fullmatch(site):
            raise SitesError(f"{SITES}: {site!r} is not an address such as https://www.example.org")
    return sites


class ChatPage:
    """Renders the page and the loader. Templates and settings are read once; raises SitesError."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge, self._sites = knowledge, allowed_sites()
        templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
        self._page, self._loader = templates.get_template("chat.html"), templates.get_template("widget.js")
        self._embed = templates.get_template("embed.html")
        self._says = {name: knowledge.say(text) for name, text in knowledge.menu.page.items()}
        self._help_now = [knowledge.services[name].card() for name in HELP_NOW]

    def render(
        self,
        session: str,
        talk: Sequence[tuple[str, dict[str, Any]]] = (),
        *,
        framed: bool = False,
        language: str | None = None,
    ) -> str:
        """The page; `talk`: what was said so far, who ("you" or "bot") and what; `language`: ISO 639-1."""
        card = next((card for card in self._knowledge.help_cards.values() if card.code == language), None)
        return self._page.render(
            says=self._says,
            help_now=self._help_now,
            session=session,
            talk=talk,
            framed=framed,
            card=self._knowledge.say(card.unasked) if card else None,
            language=language,
            number=secrets.token_hex(12),
            ours={"session": session, "framed": framed, "says": self._says},
        )

    def loader(self) -> str:
        """The script that a site embeds."""
        words = ("title", "open", "close", "leave", "leaving", "loading", "leave_to")
        return self._loader.render(ours={name: self._says[name] for name in words}, help_now=self._help_now)

    def for_site_owners(self, home: str) -> str:
        """The page that writes the line to embed; `home` is our own address."""
        known = self._knowledge
        places = [(place.id, place.name) for place in known.places.values()]
        cards = sorted(known.help_cards.values(), key=lambda card: card.code)
        return self._embed.render(
            says=self._says,
            embed=known.menu.embed,
            places=places,
            cards=cards,
            sites=self._sites,
            home=home,
        )

    def headers(self, framed: bool) -> dict[str, str]:
        """Nothing may run, load or be reached but what is ours; only allowed sites may frame it."""
        away = urlsplit(self._says["leave_to"])  # the form of "leave quickly" is sent on there
        ancestors = " ".join(("'self'", *self._sites)) if framed else "'none'"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"frame-src 'self'; base-uri 'none'; form-action 'self' {away.scheme}://{away.netloc}; "
            f"frame-ancestors {ancestors}"
        )
        return {**HEADERS, "Content-Security-Policy": policy}
