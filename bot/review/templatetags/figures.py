"""Counts as words, in templates."""

from __future__ import annotations

from django import template

from bot.review.small_counts import Hidden, Shown
from bot.review.templatetags.names import percent

register = template.Library()
register.filter("percent", percent)


@register.filter
def shown(count: Shown) -> str:
    """12,345, or what stands in place of a count that may not be shown."""
    return count.value if isinstance(count, Hidden) else f"{count:,}"
