"""The answers of `data/guide`: their sources, how hard they are to read, what they touch, and edits."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bot.knowledge import Answer, shared
from bot.knowledge.reading_age import LIMIT
from bot.review import audit
from bot.review.access import person, visible
from bot.review.answer_edit import (
    age_of,
    faults,
    files_of,
    fingerprint,
    name_of_field,
    touched,
    touches_safety,
)
from bot.review.approvals import Standing, standings
from bot.review.models import Proposal, Verdict
from bot.review.pages.library_forms import AnswerForm
from bot.review.pages.opinions import opinions
from bot.review.proposing import CHANGEABLE, Status, subject_of
from bot.review.word_diff import compared
from bot.stories.change import approvals_needed
from bot.stories.told import read_stories

_LONG = 12  # words: `bot check` measures no shorter text


def answers(request: HttpRequest) -> HttpResponse:
    known = sorted(shared().answers.values(), key=lambda one: one.chapter)
    standing = _standings(known)
    rows = [{"answer": one, "age": _hardest(one), "standing": standing[_subject(one)]} for one in known]
    groups = groupby(rows, key=lambda row: row["answer"].chapter)  # type: ignore[attr-defined]
    context = {
        "groups": [(chapter, list(group)) for chapter, group in groups],
        "count": len(known),
        "approved": sum(standing[_subject(one)].is_approved for one in known),
        "by_professional": sum(bool(one.approved_by) for one in known),
        "limit": LIMIT,
    }
    return render(request, "review/answers.html", context)


def answer(request: HttpRequest, topic: str) -> HttpResponse:
    one = _answer(topic)
    shown = opinions(request, _subject(one), fingerprint(one.texts()), _needed(one))
    if shown is None:
        return redirect("answer", topic)
    suggested = Verdict.objects.filter(turn__conversation__in=visible(request), turn__topic=topic)
    context = {
        "answer": one,
        "texts": [
            (name_of_field(field), shared().say(text), age_of(topic, text) if _is_long(text) else None)
            for field, text in one.texts().items()
        ],
        "limit": LIMIT,
        "touched": touched(topic),
        "stories": [s for s in read_stories() if any(topic in (t.intent, t.topic) for t in s.turns)],
        "suggested": suggested.exclude(better_wording="").select_related("by", "turn").order_by("-at")[:20],
        "proposed": Proposal.objects.filter(kind=Proposal.Kind.ANSWER, name=topic).exclude(
            status__in=(Status.EXPORTED, Status.WITHDRAWN)
        ),
    }
    return render(request, "review/answer.html", context | shown)


def edit_answer(request: HttpRequest, topic: str) -> HttpResponse:
    """Propose other words for an answer."""
    _answer(topic)
    return _edit(request, Proposal(kind=Proposal.Kind.ANSWER, name=topic, by=person(request)))


def change_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The same form once more for a proposal of one's own."""
    mine = Proposal.objects.filter(kind=Proposal.Kind.ANSWER, by=person(request), status__in=CHANGEABLE)
    return _edit(request, get_object_or_404(mine, pk=pk))


def _edit(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """The button "measure" shows what is new at once; "propose" makes a proposal if nothing is wrong."""
    topic = proposal.name
    form = AnswerForm(topic, request.POST or None, initial=proposal.draft)
    new = form.changed() if form.is_bound and form.is_valid() else dict(proposal.draft)
    wrong = faults(topic, new) if new else {}
    if "propose" in request.POST and form.is_valid():
        if not new:
            messages.error(request, "Nothing is different yet.")
        elif not wrong:
            _propose(request, proposal, new)
            return redirect("proposal", proposal.pk)
    texts = shared().answers[topic].texts()
    context = {
        "answer": shared().answers[topic],
        "form": form,
        "limit": LIMIT,
        "faults": sorted({(name_of_field(field), says) for field, found in wrong.items() for says in found}),
        "measured": [
            {
                "name": name_of_field(field),
                "old_age": age_of(topic, texts[field]),
                "new_age": age_of(topic, words),
                "sides": compared(texts[field], words),
            }
            for field, words in new.items()
        ],
        "proposal": proposal if proposal.pk else None,
        "grave": bool(new) and touches_safety(topic, new),
    }
    return render(request, "review/answer_edit.html", context)


def _propose(request: HttpRequest, proposal: Proposal, new: dict[str, str]) -> None:
    texts = shared().answers[proposal.name].texts()
    if proposal.pk:
        proposal.approvals.all().delete()
    proposal.draft, proposal.before = new, {field: texts[field] for field in new}
    proposal.files = files_of(proposal.name, new)
    proposal.touches_safety = touches_safety(proposal.name, new)
    proposal.status = Status.WAITING
    proposal.save()
    audit.note(request, "proposed an answer", subject_of(proposal), proposal.name)


def _answer(topic: str) -> Answer:
    if topic not in shared().answers:
        raise Http404
    return shared().answers[topic]


def _subject(one: Answer) -> str:
    return f"answer:{one.id}"


def _standings(known: list[Answer]) -> dict[str, Standing]:
    return standings((_subject(one), fingerprint(one.texts()), _needed(one)) for one in known)


def _needed(one: Answer) -> int:
    """How many people must approve it."""
    return approvals_needed(touches_safety(one.id, one.texts()))


def _is_long(text: str) -> bool:
    return len(text.split()) > _LONG


def _hardest(one: Answer) -> float:
    return max((age_of(one.id, text) for text in one.texts().values() if _is_long(text)), default=0.0)
