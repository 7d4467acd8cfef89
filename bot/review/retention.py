"""What is deleted, and when. What the bot says of its copy of a chat depends on this file."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from bot.privacy.journal import Journal
from bot.privacy.where import KEPT_DAYS
from bot.review.models import Comment, Conversation, Position, Proposal, Turn

_AT_ONCE = 500  # conversations deleted in one transaction, so that nobody waits long for the database


def clean_up(journal: Journal) -> int:
    """Delete what is older than it may be; says how many conversations. The audit log stays.

    A story that was made of a conversation stays too: it is other words, with every detail swapped.
    """
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    gone = 0
    over = Conversation.objects.filter(last__lt=limit).values_list("pseudonym", flat=True)
    while old := list(over[:_AT_ONCE]):
        _delete(old)
        gone += len(old)
    Turn.objects.filter(at__lt=limit).delete()  # of conversations that go on: on Telegram for months
    unwanted = (Proposal.Status.REFUSED, Proposal.Status.WITHDRAWN)
    _delete_stories(Proposal.objects.filter(kind=Proposal.Kind.STORY, status__in=unwanted, at__lt=limit))
    if position := Position.objects.filter(pk="journal").first():
        journal.drop(position.number)
    journal.purge(limit.timestamp())
    call_command("clearsessions")
    _forget_failed_logins()
    return gone


def forget(pseudonym: str) -> None:
    """Delete a conversation as the young person asked, and any story of it that is not approved yet."""
    approved = (Proposal.Status.APPROVED, Proposal.Status.EXPORTED)
    of_it = Proposal.objects.filter(conversation__pseudonym=pseudonym)
    _delete_stories(of_it.exclude(status__in=approved))
    _delete([pseudonym])


def _forget_failed_logins() -> None:
    """The cache holds addresses of machines until they may try again; it does not tidy itself."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM review_cache WHERE expires < %s", [now])


@transaction.atomic
def _delete_stories(stories: QuerySet[Proposal]) -> None:
    Comment.objects.filter(subject__in=[f"proposal:{story.pk}" for story in stories]).delete()
    stories.delete()


@transaction.atomic
def _delete(pseudonyms: list[str]) -> None:
    Comment.objects.filter(subject__in=[f"conversation:{pseudonym}" for pseudonym in pseudonyms]).delete()
    Conversation.objects.filter(pseudonym__in=pseudonyms).delete()
