"""Messages drawn at random among those that were not flagged, to learn how many disclosures are missed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from bot.review.models.conversations import Turn
from bot.review.models.trust import Member


class Sample(models.Model):
    """One draw: every message of these places and days that was not flagged was as likely as any other.

    The same seed draws the same ones from the same messages.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    since = models.DateField()  # the first day
    until = models.DateField()  # and the last one
    all_places = models.BooleanField()
    places = models.JSONField(default=list)  # as those of `Member`, when it was drawn
    seed = models.BigIntegerField()
    among = models.PositiveIntegerField()  # messages that it was drawn from

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"sample {self.pk}"

    @classmethod
    def seen_by(cls, member: Member) -> list[Sample]:
        """Those with no message that this person may not read, the newest first."""
        samples = cls.objects.all() if member.all_places else cls.objects.filter(all_places=False)
        return [one for one in samples if member.all_places or set(one.places) <= set(member.places)]

    def unread(self) -> QuerySet[DrawnTurn]:
        """What is left to read, in the order drawn: whoever stops early has read a random part too."""
        return self.drawn.filter(missed=None, turn__isnull=False)

    def found(self) -> tuple[int, int]:
        """How many missed disclosures in how many messages that were judged, also those deleted by now."""
        counts = self.drawn.aggregate(
            judged=models.Count("pk", filter=Q(missed__isnull=False)),
            missed=models.Count("pk", filter=Q(missed=True)),
        )
        return counts["missed"], counts["judged"]


class DrawnTurn(models.Model):
    """One message of a sample. What was found stays when the message is deleted, without any word of it."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="drawn")
    number = models.PositiveIntegerField()  # in the order drawn, from 1
    turn = models.ForeignKey(Turn, models.SET_NULL, null=True, related_name="+")
    missed = models.BooleanField(null=True)  # whether it is a disclosure after all; None until judged

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sample", "turn"], name="drawn_once")]
