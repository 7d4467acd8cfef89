"""How often two reviewers say the same of one message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from bot.review.models import Conversation, Verdict

LEAST = 10  # pairs of verdicts; of fewer a share says nothing


@dataclass(frozen=True)
class Agreement:
    """Of so many `pairs` of verdicts on one message by two people, `same` say the same.

    `beyond_chance` is 1 if all do and 0 if no more do than by chance: (seen - by chance) / (1 - by chance),
    the chance being that two verdicts drawn from all of them are the same. That is W. A. Scott's pi
    ("Reliability of content analysis", 1955), which is Cohen's kappa where it does not matter who of the
    two is first. None if all verdicts are alike.
    """

    about: str
    pairs: int
    same: int
    beyond_chance: float | None

    @property
    def share(self) -> float:
        return self.same / self.pairs if self.pairs else 0.0

    @property
    def is_enough(self) -> bool:
        return self.pairs >= LEAST


def agreements(conversations: QuerySet[Conversation]) -> list[Agreement]:
    """On whether the bot understood the message rightly, and on how grave it is."""
    other = "turn__verdicts"
    pairs = Verdict.objects.filter(turn__conversation__in=conversations, turn__verdicts__by__gt=F("by"))
    fields = ("right", "right_level", "turn__level", f"{other}__right", f"{other}__right_level")
    right, level = Counter[tuple[object, object]](), Counter[tuple[object, object]]()
    for row in pairs.order_by().values(*fields).annotate(count=Count("pk")):
        heard = row["turn__level"]
        mine, theirs = row["right_level"], row[f"{other}__right_level"]
        right[row["right"], row[f"{other}__right"]] += row["count"]
        level[heard if mine is None else mine, heard if theirs is None else theirs] += row["count"]
    return [
        _agreement("Was the message understood rightly?", right),
        _agreement("How grave is it?", level),
    ]


def _agreement(about: str, pairs: Counter[tuple[object, object]]) -> Agreement:
    count, same = pairs.total(), sum(number for (one, other), number in pairs.items() if one == other)
    said = Counter[object]()
    for (one, other), number in pairs.items():
        said[one] += number
        said[other] += number
    by_chance = sum((number / said.total()) ** 2 for number in said.values())
    beyond = (same / count - by_chance) / (1 - by_chance) if count and by_chance < 1 else None
    return Agreement(about, count, same, beyond)
