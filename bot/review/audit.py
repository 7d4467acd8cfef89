"""The record of who looked at a disclosure, decided, approved or exported. Ids only, no words of a child."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from bot.review.access import person
from bot.review.days import midnight
from bot.review.models import AuditEntry

OPENED = "opened a disclosure"  # the one kind that is counted: how many heavy things a person read today


def note(request: HttpRequest, did: str, subject: object = "", detail: str = "") -> None:
    """Append one entry for the person who is logged in."""
    AuditEntry.objects.create(by=person(request), did=did, subject=str(subject)[:160], detail=detail[:200])


def opened_today(request: HttpRequest) -> int:
    """How many disclosures this person has opened since midnight."""
    since = midnight(timezone.localdate())
    return AuditEntry.objects.filter(by=person(request), did=OPENED, at__gte=since).count()


def heaviness(request: HttpRequest) -> dict[str, object]:
    """What `review/heaviness.html` shows: how much that was, and whether to suggest a pause."""
    today = opened_today(request)
    return {"opened_today": today, "pause": today >= settings.PAUSE_AFTER}
