"""Conversations as reviewers see them: redacted turns, and what the bot understood of each."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bot.review.models.trust import Member

UNEASY = 0.9  # of the second detector: 2 in 100 ordinary messages are above it, and 4 in 5 disclosures


class Level(models.IntegerChoices):
    """How grave the gravest turn is; the names are those of safety.yml."""

    NONE = 0, "Nothing noticed"
    CONCERN = 1, "Concern"
    URGENT = 2, "Urgent"
    EMERGENCY = 3, "Emergency"


class Conversation(models.Model):
    """One conversation, under its pseudonym. What lists filter and sort by is kept with it."""

    pseudonym = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=40, blank=True)  # an id of data/places, or empty
    started = models.DateTimeField()
    last = models.DateTimeField()
    turns_count = models.PositiveIntegerField(default=0)  # messages of the young person
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.NONE)
    categories = models.JSONField(default=list)  # of all turns
    topics = models.JSONField(default=list)
    least_confidence = models.FloatField(default=1.0)  # of the typed messages
    not_sure = models.BooleanField(default=False)
    unhelpful = models.BooleanField(default=False)
    suspicion = models.FloatField(default=0.0)  # the second detector's highest on turns that were not flagged
    reviewed = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="assigned"
    )
    second_opinion = models.BooleanField(default=False)  # wanted
    labels = models.ManyToManyField("review.Label", blank=True)

    class Meta:
        # The two orders of the queue. An index on what it is narrowed to would be taken instead, and then
        # half of all conversations sorted: see `bot.review.order.counted`.
        indexes: ClassVar = [
            models.Index(fields=["-last", "-id"]),
            models.Index(fields=["-level", "-last", "-id"]),
            models.Index(fields=["-suspicion"]),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pseudonym[:8]}"

    @property
    def heavy(self) -> bool:
        """Whether lists show none of its words."""
        return self.level >= Level.CONCERN or self.suspicion >= UNEASY

    @classmethod
    def seen_by(cls, member: Member) -> models.QuerySet[Conversation]:
        """Those of the places that this person's team is assigned."""
        return cls.objects.all() if member.all_places else cls.objects.filter(place__in=member.places)


class Turn(models.Model):
    """One message, of the young person or of the bot."""

    class Who(models.TextChoices):
        YOUNG_PERSON = "user", "Young person"
        BOT = "bot", "Your Say"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()  # from 1, within the conversation
    at = models.DateTimeField()
    who = models.CharField(max_length=4, choices=Who.choices)
    text = models.TextField()  # redacted
    pressed = models.BooleanField(default=False)  # a button; `text` is then its title
    payload = models.CharField(max_length=100, blank=True)  # what the button sent
    buttons = models.JSONField(default=list)  # titles, of the bot's turn
    topic = models.CharField(max_length=60, blank=True)  # understood, or answered
    confidence = models.FloatField(null=True)
    runners_up = models.JSONField(default=list)  # [{"topic", "confidence"}]
    offers = models.JSONField(default=list)  # topics offered as "did you mean"
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.NONE)
    categories = models.JSONField(default=list)
    speaker = models.CharField(max_length=20, blank=True)
    why = models.TextField(blank=True)  # which pattern, or which training example is nearest
    actions = models.JSONField(default=list)  # [{"name", "policy"}] that answered this message
    suspicion = models.FloatField(default=0.0)  # the second detector's chance that this discloses something

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="one_turn_a_number")
        ]
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["-suspicion"]),
            models.Index(fields=["topic"]),
            models.Index(fields=["payload"], name="buttons_pressed", condition=models.Q(pressed=True)),
        ]

    @property
    def heavy(self) -> bool:
        """Whether it may distress whoever reads it, so that it is shown only when asked for."""
        return self.level >= Level.CONCERN or self.suspicion >= UNEASY

    def __str__(self) -> str:
        return f"turn {self.number} of {self.conversation_id}"


class Position(models.Model):
    """The last entry of the journal that was read; changes in one transaction with what it brought."""

    journal = models.CharField(max_length=20, primary_key=True, default="journal")
    number = models.BigIntegerField(default=0)
