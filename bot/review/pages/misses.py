"""Disclosures that the bot may have missed: the likeliest first, and some at random to learn how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bot.privacy.where import KEPT_DAYS
from bot.review import audit
from bot.review.access import member_of, person
from bot.review.estimate import in_words
from bot.review.misses import NothingToReadError, draw, judge, most_suspected, not_flagged
from bot.review.models import Sample, Turn
from bot.review.opened import is_open, open_turn
from bot.review.pages.misses_forms import DrawForm, JudgeForm

PAGE = 20
PAGES = 25  # nobody reads further down than that; reading at random says more


@dataclass(frozen=True)
class Line:
    """A message as the page shows it, with what was said just before."""

    turn: Turn
    before: Turn | None
    is_shown: bool
    form: JudgeForm


@require_GET
def misses(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, drawing: DrawForm | None = None) -> HttpResponse:
    member, today = member_of(request), timezone.localdate()
    suspected = list(most_suspected(member).select_related("conversation")[: PAGE * PAGES])
    page = Paginator(suspected, PAGE).get_page(request.GET.get("page"))
    first = {"since": today - timedelta(days=KEPT_DAYS - 1), "until": today}
    context = {
        "page": page,
        "lines": _lines(request, page),
        "draw": drawing or DrawForm(initial=first),
        "samples": [
            (one, in_words(*one.found()), one.unread().count()) for one in Sample.seen_by(member)[:10]
        ],
        **audit.heaviness(request),
    }
    return render(request, "review/misses.html", context)


@require_POST
def draw_sample(request: HttpRequest) -> HttpResponse:
    form = DrawForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    chosen = form.cleaned_data
    try:
        sample = draw(member_of(request), chosen["since"], chosen["until"], chosen["size"])
    except NothingToReadError:
        messages.warning(request, "Nothing was written in these days that was not flagged.")
        return redirect("misses")
    audit.note(request, "drew a sample", f"sample:{sample.pk}", f"{sample.drawn.count()} messages")
    return redirect("sample", sample.pk)


@require_GET
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """One message of the sample at a time, in the order drawn."""
    one = _sample(request, pk)
    left = one.unread()
    drawn = left.select_related("turn__conversation").first()
    context = {
        "sample": one,
        "lines": _lines(request, [drawn.turn] if drawn and drawn.turn else []),
        "read": one.found()[1],
        "left": left.count(),
        "says": in_words(*one.found()),
        **audit.heaviness(request),
    }
    return render(request, "review/sample.html", context)


@require_POST
def open_miss(request: HttpRequest, pk: int) -> HttpResponse:
    turn = _turn(request, pk)
    open_turn(request, turn)
    return _back(request, f"message-{turn.pk}")


@require_POST
def judge_miss(request: HttpRequest, pk: int) -> HttpResponse:
    """The verdict on one message, from the list or from a sample."""
    turn, form = _turn(request, pk), JudgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not saved. Choose how grave it is and what it is about.")
        return _back(request, f"message-{turn.pk}")
    judge(turn, person(request), form.level, form.cleaned_data["category"], _asked_sample(request))
    detail = f"turn {turn.number}: {form.level.label.lower()}"
    audit.note(request, "judged a turn", f"conversation:{turn.conversation_id}", detail)
    messages.success(request, "Saved: missed. Thank you." if form.level else "Saved: nothing wrong.")
    return _back(request)


def _turn(request: HttpRequest, pk: int) -> Turn:
    return get_object_or_404(not_flagged(member_of(request)).select_related("conversation"), pk=pk)


def _sample(request: HttpRequest, pk: int) -> Sample:
    for one in Sample.seen_by(member_of(request)):
        if one.pk == pk:
            return one
    raise Http404


def _asked_sample(request: HttpRequest) -> Sample | None:
    """The sample that is being read, if one is."""
    pk = request.GET.get("sample", "")
    return _sample(request, int(pk)) if pk.isdecimal() else None


def _back(request: HttpRequest, part: str = "") -> HttpResponse:
    """To where the person came from."""
    sample = _asked_sample(request)
    page = request.GET.get("page", "")
    address = reverse("sample", args=[sample.pk]) if sample else reverse("misses")
    address += f"?page={page}" if page.isdecimal() and not sample else ""
    return redirect(f"{address}#{part}" if part else address)


def _lines(request: HttpRequest, turns: Iterable[Turn]) -> list[Line]:
    lines = []
    for turn in turns:
        said = Turn.objects.filter(
            conversation=turn.conversation_id, number__lt=turn.number, who=Turn.Who.BOT
        ).last()
        is_shown = not turn.heavy or is_open(request, turn)
        lines.append(Line(turn, said, is_shown, JudgeForm(auto_id=f"id_{turn.pk}_%s")))
    return lines
