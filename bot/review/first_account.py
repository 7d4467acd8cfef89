"""The one-time link with which the first administrator makes an account."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from bot.review.models import Member

SALT = "first account"
LASTS = 24 * 3600  # seconds


def link_for_first_account(address: str) -> str | None:
    """The link under `address`, or None once there is an administrator."""
    if _is_looked_after():
        return None
    return f"{address}{reverse('first_account', args=[signing.dumps('first', salt=SALT)])}"


def is_valid(token: str) -> bool:
    """Whether the link is ours, not too old, and nobody has used it yet."""
    try:
        signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return False
    return not _is_looked_after()


def _is_looked_after() -> bool:
    # Not "whether anybody has an account": somebody may have come through their organisation first.
    return Member.objects.filter(role=Member.Role.ADMINISTRATOR).exists()
