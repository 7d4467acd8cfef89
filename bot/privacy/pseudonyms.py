"""Conversation ids that nobody can trace back to a person."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache

from bot.privacy.where import data_folder, secret

KEY = "YOUR_SAY_PSEUDONYM_KEY"


@lru_cache(maxsize=1)
def keys() -> tuple[str, ...]:
    """The secret keys, the one in use first; those before it follow, so that what they named is found.

    From the setting, where they are separated by spaces, or else from a file of this machine, which is
    made at the first start.
    """
    if given := secret(KEY).split():
        return tuple(given)
    file = data_folder() / "pseudonym.key"
    if not file.exists():
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_hex(32))
        unfinished.rename(file)
    return tuple(file.read_text().split())


def pseudonym(channel: str, sender: str) -> str:
    """The conversation id for `sender` on `channel`: a keyed hash, the same each time."""
    return _hash(keys()[0], channel, sender)


def pseudonyms(channel: str, sender: str) -> list[str]:
    """This id and those under earlier keys, by which something may still be held."""
    return [_hash(key, channel, sender) for key in keys()]


def _hash(key: str, channel: str, sender: str) -> str:
    name = f"{channel}\0{sender}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), name, hashlib.sha256).hexdigest()[:32]
