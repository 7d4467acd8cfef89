"""Conversation ids that nobody can trace back to a person."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache

KEY = "YOUR_SAY_PSEUDONYM_KEY"


@lru_cache(maxsize=1)
def _key() -> bytes:
    """The secret from the environment, or one that lives only as long as this process."""
    return os.environ.get(KEY, "").encode() or secrets.token_bytes(32)


def pseudonym(channel: str, sender: str) -> str:
    """The conversation id for `sender` on `channel`: a keyed hash, the same each time."""
    name = f"{channel}\0{sender}".encode("utf-8", "surrogatepass")
    return hmac.new(_key(), name, hashlib.sha256).hexdigest()[:32]
