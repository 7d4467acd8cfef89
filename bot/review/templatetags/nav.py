"""Links of the navigation, the present page marked for screen readers too."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def page(context: dict[str, Any], name: str, title: str) -> str:
    """A link to the page `name`, as an item of a list."""
    address = reverse(name)
    here = context["request"].path == address
    current = format_html("{}", " aria-current=page") if here else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', address, current, title)
