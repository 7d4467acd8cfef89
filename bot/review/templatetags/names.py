"""Ids as words, in templates."""

from __future__ import annotations

from django import template

from bot.review import plain_names

register = template.Library()
for _name in ("action", "categories", "category", "channel", "place", "policy", "speaker", "topic"):
    register.filter(f"{_name}_name", getattr(plain_names, _name))


@register.filter
def percent(share: float | None) -> str:
    """0.873 as 87 %, on one line; nothing of None."""
    return "" if share is None else f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
