"""The record of who looked at a disclosure, decided, approved or exported. Ids only, no words of a child."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from bot.review.access import person
from bot.review.models import AuditEntry

OPENED = "opened a disclosure"  # the one kind that is counted: how many heavy things a person read today


def note(request: HttpRequest, did: str, subject: object = "", detail: str = "") -> None:
    """Append one entry for the person who is logged in."""
    AuditEntry.objects.create(by=person(request), did=did, subject=str(subject)[:160], detail=detail[:200])


def opened_today(request: HttpRequest) -> int:
    """How many disclosures this person has opened since midnight."""
    now = timezone.localtime()
    midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
    return AuditEntry.objects.filter(by=person(request), did=OPENED, at__gte=midnight).count()
