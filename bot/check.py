"""`bot check`: is every answer, service and place whole, sourced, dated and easy to read?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.knowledge import Answer, Knowledge, load
from bot.knowledge.reading_age import reading_age


def check() -> None:
    """Print a line for each answer, then totals. Raises ContentError if anything is wrong."""
    knowledge = load()
    print("\n".join(report(knowledge)))


def report(knowledge: Knowledge) -> Iterator[str]:
    answers = knowledge.answers.values()
    yield f"{'topic':28} {'age':>4} {'hardest':>11}  {'checked':10}  {'approved':8}  source"
    for answer in answers:
        ages = [
            reading_age(text, answer.needs_words)
            for text in answer.texts().values()
            if len(text.split()) > 12
        ]
        own = reading_age(answer.answer, answer.needs_words)
        approved = "yes" if answer.approved_by else "not yet"
        hardest = max(ages, default=own)
        yield f"{answer.id:28} {own:4.1f} {hardest:11.1f}  {answer.checked}  {approved:8}  {_source(answer)}"
    approved_all = sum(bool(answer.approved_by) for answer in answers)
    shown = sum(service.verified for service in knowledge.services.values())
    yield ""
    yield f"{len(knowledge.answers)} topics answered, {approved_all} approved by a safeguarding professional"
    yield f"{len(knowledge.services)} services, {shown} verified; {len(knowledge.places)} places"


def _source(answer: Answer) -> str:
    if not answer.section:
        return "the bot itself"
    return f"{answer.section} ({len(answer.sources)} pages on what holds today)"
