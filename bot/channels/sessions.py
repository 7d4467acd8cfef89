"""Sessions of the widget: random, signed by us, and soon over."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadData, URLSafeTimedSerializer

from bot.privacy.pseudonyms import keys

LASTS = 4 * 3600  # seconds; the conversation itself is forgotten sooner


@dataclass(frozen=True)
class Session:
    """Whose message it is; `place` is the council that the embedding site named."""

    sender: str
    place: str | None = None


class Sessions:
    """Makes and reads tokens. Nobody can make one up, so nobody can take over another's conversation."""

    def __init__(self, lasts: int = LASTS) -> None:
        """`lasts`: seconds. Signed with the pseudonyms' key; those before it are still believed."""
        self._signed = URLSafeTimedSerializer(list(reversed(keys())), salt="widget session")
        self._lasts = lasts

    def start(self, place: str | None) -> tuple[str, Session]:
        """A new session and its token."""
        session = Session(secrets.token_urlsafe(16), place)
        return self._signed.dumps([session.sender, session.place]), session

    def read(self, token: object) -> Session | None:
        """None if the token is forged, damaged or too old."""
        if not isinstance(token, str):
            return None
        try:
            sender, place = self._signed.loads(token, max_age=self._lasts)
        except (BadData, ValueError, TypeError):
            return None
        return Session(sender, place)


@lru_cache(maxsize=1)
def shared_sessions() -> Sessions:
    """Those of this process: the page makes them, the channel reads them."""
    return Sessions()
