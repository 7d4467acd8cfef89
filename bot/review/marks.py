"""What reviewers think of one conversation, as far as the one who asks may see it yet."""

from __future__ import annotations

from django.contrib.auth.models import User

from bot.review.models import Comparison, Conversation, Rubric, Verdict


class Marks:
    """One's own marks, and those of the others once one has given one's own and chosen to compare.

    From then on one's own stay as they are. Otherwise the second opinion would follow the first, and
    how often reviewers agree would say nothing.
    """

    def __init__(self, conversation: Conversation, reviewer: User) -> None:
        verdicts = Verdict.objects.filter(turn__conversation=conversation).select_related("by", "turn")
        rubrics = list(Rubric.objects.filter(conversation=conversation).select_related("by").order_by("at"))
        self._verdicts = list(verdicts.order_by("at"))
        self._reviewer = reviewer
        self.own = next((rubric for rubric in rubrics if rubric.by == reviewer), None)
        self.compared = Comparison.objects.filter(conversation=conversation, by=reviewer).exists()
        everybody = {one.by for one in rubrics} | {one.by for one in self._verdicts}
        self.others = len(everybody - {reviewer})  # how many others have given marks
        self.rubrics = rubrics if self.compared else [self.own] if self.own else []

    @property
    def may_compare(self) -> bool:
        return bool(self.own and self.others and not self.compared)

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """Each question, and the mark of each of `rubrics`."""
        return [
            (question, [Rubric.Mark(getattr(rubric, name)).label for rubric in self.rubrics])
            for name, question in Rubric.QUESTIONS.items()
        ]

    def own_verdict(self, number: int) -> Verdict | None:
        """On the turn of this number."""
        return next((verdict for verdict in self._on(number) if verdict.by == self._reviewer), None)

    def other_verdicts(self, number: int) -> list[Verdict]:
        """Those that may be seen."""
        return [one for one in self._on(number) if one.by != self._reviewer] if self.compared else []

    def _on(self, number: int) -> list[Verdict]:
        return [verdict for verdict in self._verdicts if verdict.turn.number == number]
