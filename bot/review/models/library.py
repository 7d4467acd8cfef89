"""Proposals to change the content, the approvals they need, and comments on what is there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bot.review.models.conversations import Conversation
from bot.review.models.trust import Member
from bot.stories.change import approvals_needed


class Proposal(models.Model):
    """A story made of a conversation, or an edit of an answer, on its way into `data/`."""

    class Kind(models.TextChoices):
        STORY = "story", "Story"
        ANSWER = "answer", "Answer"

    class Status(models.TextChoices):
        CHECKING = "checking", "Being checked"
        REFUSED = "refused", "Refused"
        WAITING = "waiting", "Waiting for approval"
        APPROVED = "approved", "Approved"
        EXPORTED = "exported", "Exported"
        SENT_BACK = "sent_back", "Sent back"
        WITHDRAWN = "withdrawn", "Withdrawn"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices)
    name = models.CharField(max_length=120)  # the story's name, or the topic's id
    shows = models.TextField(blank=True)  # what the story shows, in a line
    draft = models.JSONField(default=dict)  # what its author filled in, to be changed again
    before = models.JSONField(default=dict)  # of an answer: the words that it changes, by field
    files = models.JSONField(default=dict)  # file name within data/: the piece of YAML that goes into it
    problems = models.JSONField(default=list)  # why it was refused, in sentences
    played = models.JSONField(default=dict)  # of a story: what the model did, as `bot stories check` reports
    touches_safety = models.BooleanField(default=False)  # then two people must approve
    conversation = models.ForeignKey(Conversation, models.SET_NULL, null=True, blank=True)
    place = models.CharField(max_length=40, blank=True)  # of the conversation, which may be gone
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at"]

    @property
    def approvals_needed(self) -> int:
        return approvals_needed(self.touches_safety)

    @classmethod
    def seen_by(cls, member: Member) -> models.QuerySet[Proposal]:
        """Edits of answers, and stories made of conversations in the places of this person's team."""
        everything = cls.objects.select_related("by").prefetch_related("approvals__by")
        if member.all_places:
            return everything
        return everything.filter(models.Q(kind=cls.Kind.ANSWER) | models.Q(place__in=member.places))


class Approval(models.Model):
    """One person's yes to a proposal, or to a story or an answer as it stands in `data/`."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, null=True, blank=True, related_name="approvals")
    subject = models.CharField(max_length=140, blank=True)  # "story:NAME" or "answer:ID"
    fingerprint = models.CharField(max_length=64, blank=True)  # of the words that were approved
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    initials = models.CharField(max_length=8)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at"]
        indexes: ClassVar = [models.Index(fields=["subject"])]
        constraints: ClassVar = [models.UniqueConstraint(fields=["proposal", "by"], name="one_approval_each")]


class Comment(models.Model):
    """A remark on a story, an answer, a proposal or a conversation."""

    # "story:NAME", "answer:ID", "proposal:ID" or "conversation:PSEUDONYM"
    subject = models.CharField(max_length=140)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["at"]
        indexes: ClassVar = [models.Index(fields=["subject"])]
