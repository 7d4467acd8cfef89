"""One conversation as chat, and beside each message what the bot understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bot.review import audit
from bot.review.access import person, visible
from bot.review.marks import Marks
from bot.review.models import Comment, Conversation, Turn, Verdict
from bot.review.opened import fold_turn, open_turn, opened
from bot.review.order import after, before, counted
from bot.review.pages.judging_forms import Assign, Labels, Note, RubricForm, VerdictForm
from bot.review.pages.queue import chosen


@dataclass(frozen=True)
class Line:
    """A turn as the page shows it."""

    turn: Turn
    is_shown: bool
    own: Verdict | None
    others: list[Verdict]
    form: VerdictForm | None  # while it is being judged


def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, readable(request, pk))


def readable(request: HttpRequest, pk: int) -> Conversation:
    """The conversation of this id. Raises Http404 if this person may not read it."""
    return get_object_or_404(visible(request).select_related("assigned_to"), pk=pk)


def show(request: HttpRequest, one: Conversation, **forms: Any) -> HttpResponse:
    """The page. `forms` are those that came back with a mistake: `verdict`, `rubric`, `labels`, `note`."""
    filters, reviewer = chosen(request), person(request)
    marks, (queue, _) = Marks(one, reviewer), counted(filters.apply(visible(request)))
    context = {
        "conversation": one,
        "lines": _lines(request, one, marks, forms.get("verdict")),
        "marks": marks,
        "previous": before(queue, filters.in_order, one).first(),
        "next": after(queue, filters.in_order, one).first(),
        "query": filters.address,
        **audit.heaviness(request),
        "notes": Comment.objects.filter(subject=subject(one)).select_related("by"),
        "rubric": forms.get("rubric") or RubricForm(instance=marks.own),
        "labels": forms.get("labels") or Labels(initial={"labels": one.labels.all()}),
        "note": forms.get("note") or Note(),
        "assign": Assign(one),
    }
    return render(request, "review/conversation.html", context)


def subject(one: Conversation) -> str:
    """What notes on it are kept under."""
    return f"conversation:{one.pseudonym}"


def back(request: HttpRequest, one: Conversation, part: str = "") -> HttpResponse:
    """To the page of `one`, with the same filters, at this `part` of it."""
    address = f"{reverse('conversation', args=[one.pk])}?{chosen(request).address}"
    return redirect(f"{address}#{part}" if part else address)


@require_POST
def open_message(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    turn = get_object_or_404(readable(request, pk).turns, number=number)
    open_turn(request, turn)
    return back(request, turn.conversation, f"turn-{number}")


@require_POST
def fold_message(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    turn = get_object_or_404(readable(request, pk).turns, number=number)
    fold_turn(request, turn)
    return back(request, turn.conversation, f"turn-{number}")


def _lines(request: HttpRequest, one: Conversation, marks: Marks, returned: VerdictForm | None) -> list[Line]:
    is_open = opened(request, one)
    judged = returned.instance.turn.number if returned else request.GET.get("judge", "")
    lines = []
    for turn in one.turns.all():
        own, form = marks.own_verdict(turn.number), None
        if str(turn.number) == str(judged) and not marks.compared:
            form = returned or VerdictForm(instance=own)
        is_shown = not turn.heavy or turn.number in is_open
        lines.append(Line(turn, is_shown, own, marks.other_verdicts(turn.number), form))
    return lines
