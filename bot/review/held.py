"""What the review room holds of one conversation, for the person whose it is."""

from __future__ import annotations

from typing import Any

from django.core.serializers.python import Serializer
from django.db.models import Model, QuerySet

from bot.review.models import Comment, Conversation, Proposal, Rubric, Turn, Verdict
from bot.review.retention import forget

_WHO_REVIEWS = ("by", "assigned_to")
Held = dict[str, list[dict[str, Any]]]


def held(pseudonym: str) -> Held:
    """Everything that is about the conversation, without who reviewed it."""
    return {
        "conversation": _plain(Conversation.objects.filter(pseudonym=pseudonym)),
        "turns": _plain(Turn.objects.filter(conversation__pseudonym=pseudonym)),
        "judgements": _plain(Verdict.objects.filter(turn__conversation__pseudonym=pseudonym))
        + _plain(Rubric.objects.filter(conversation__pseudonym=pseudonym)),
        "comments": _plain(Comment.objects.filter(subject=f"conversation:{pseudonym}")),
        "stories": _plain(Proposal.objects.filter(conversation__pseudonym=pseudonym)),
    }


def delete(pseudonym: str) -> dict[str, int]:
    """Delete it as the young person asks; says how much of each kind that was."""
    before = held(pseudonym)
    forget(pseudonym)
    after = held(pseudonym)
    return {kind: len(rows) - len(after[kind]) for kind, rows in before.items()}


def _plain(rows: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    model: type[Model] = rows.model
    kept = [field.name for field in model._meta.fields if field.name not in _WHO_REVIEWS]
    return [row["fields"] for row in Serializer().serialize(rows, fields=kept)]
