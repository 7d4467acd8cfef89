"""Messages in which nothing was noticed: which to read, and what reviewers say of them."""

from __future__ import annotations

import random
import secrets
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from bot.review.days import end, midnight
from bot.review.models import Comparison, DrawnTurn, Member, Sample, Turn, Verdict
from bot.review.models.conversations import Level

_SEEDS = 2**31


class NothingToReadError(Exception):
    """There is no message to draw from."""


def not_flagged(member: Member) -> QuerySet[Turn]:
    """What young people typed, in places that this person may read, and no danger was noticed in."""
    typed = Turn.objects.filter(who=Turn.Who.YOUNG_PERSON, pressed=False, level=Level.NONE)
    return typed if member.all_places else typed.filter(conversation__place__in=member.places)


def most_suspected(member: Member) -> QuerySet[Turn]:
    """Those of them that nobody has judged, the likeliest disclosure first."""
    return not_flagged(member).filter(verdicts=None).order_by("-suspicion")


@transaction.atomic
def draw(member: Member, since: date, until: date, size: int, seed: int | None = None) -> Sample:
    """Draw `size` messages of these days, each as likely as any other. Raises NothingToReadError."""
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    within = not_flagged(member).filter(at__gte=midnight(since), at__lt=end(until))
    numbers = list(within.order_by("pk").values_list("pk", flat=True))
    if not numbers:
        raise NothingToReadError
    sample = Sample.objects.create(
        by=member.user,
        since=since,
        until=until,
        all_places=member.all_places,
        places=member.places,
        seed=seed,
        among=len(numbers),
    )
    drawn = random.Random(seed).sample(numbers, min(size, len(numbers)))
    DrawnTurn.objects.bulk_create(
        DrawnTurn(sample=sample, number=number, turn_id=pk) for number, pk in enumerate(drawn, 1)
    )
    return sample


@transaction.atomic
def judge(turn: Turn, by: User, level: Level, category: str, sample: Sample | None) -> None:
    """Keep this person's word on whether `turn` discloses something, besides what they said of its topic.

    Who has compared their marks with the others' has given their verdict for good. `sample` is the one
    that is being read: a message that was drawn but read for another reason does not count in it, or
    those that look bad would be counted first.
    """
    verdict = Verdict.objects.filter(turn=turn, by=by).first() or Verdict(turn=turn, by=by)
    compared = Comparison.objects.filter(conversation=turn.conversation_id, by=by).exists()
    if verdict.pk is None or not compared:
        missed = level > turn.level
        verdict.right = not missed and not verdict.right_topic
        verdict.right_level, verdict.right_category = (level, category) if missed else (None, "")
        verdict.save()
    if sample:
        # Two may read it at once: a miss stays one, whoever comes second.
        sample.drawn.filter(turn=turn).exclude(missed=True).update(missed=level > Level.NONE)
