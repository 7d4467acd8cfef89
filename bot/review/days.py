"""Days as people in England count them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def midnight(day: date) -> datetime:
    """When `day` begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def end(day: date) -> datetime:
    """When `day` is over."""
    return midnight(day + timedelta(days=1))
