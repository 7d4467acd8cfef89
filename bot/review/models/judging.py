"""What reviewers say of turns and of whole conversations."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bot.review.models.conversations import Conversation, Level, Turn


class Label(models.Model):
    """A word that a team sorts conversations by."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Verdict(models.Model):
    """One reviewer on one turn of the young person: understood rightly or not, and what was right."""

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="verdicts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now=True)
    right = models.BooleanField()
    right_topic = models.CharField(max_length=60, blank=True)  # if the topic was wrong
    right_level = models.PositiveSmallIntegerField(choices=Level.choices, null=True, blank=True)
    right_category = models.CharField(max_length=30, blank=True)  # what it discloses, an id of the screen's
    better_wording = models.TextField(blank=True)  # of the answer

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["turn", "by"], name="one_verdict_each")]


class Rubric(models.Model):
    """One reviewer on a whole conversation, after the Me first and Difficult Conversations guides."""

    class Mark(models.IntegerChoices):
        NO = 0, "No"
        PARTLY = 1, "Partly"
        YES = 2, "Yes"

    QUESTIONS: ClassVar = {
        "clear_words": "Were the words clear for a child?",
        "listened": "Did it show that it had listened?",
        "honest": "Was it honest about what it is and what may happen?",
        "no_blame": "Was it free of blame?",
        "no_false_reassurance": "Was it free of false reassurance?",
        "next_step": "Was the next step clear?",
    }

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="rubrics")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now=True)
    clear_words = models.PositiveSmallIntegerField(choices=Mark.choices)
    listened = models.PositiveSmallIntegerField(choices=Mark.choices)
    honest = models.PositiveSmallIntegerField(choices=Mark.choices)
    no_blame = models.PositiveSmallIntegerField(choices=Mark.choices)
    no_false_reassurance = models.PositiveSmallIntegerField(choices=Mark.choices)
    next_step = models.PositiveSmallIntegerField(choices=Mark.choices)
    notes = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "by"], name="one_rubric_each")
        ]


class Comparison(models.Model):
    """This reviewer has looked at the others' marks, so their own stay as they were given.

    Without it agreement would measure who changed their mind last.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="comparisons")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "by"], name="one_comparison_each")
        ]
