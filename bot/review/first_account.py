"""The one-time link with which the first administrator makes an account."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse

SALT = "first account"
LASTS = 24 * 3600  # seconds


def link_for_first_account(address: str) -> str | None:
    """The link under `address`, or None once there is an account."""
    if User.objects.exists():
        return None
    return f"{address}{reverse('first_account', args=[signing.dumps('first', salt=SALT)])}"


def is_valid(token: str) -> bool:
    """Whether the link is ours, not too old, and nobody has used it yet."""
    try:
        signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return False
    return not User.objects.exists()
