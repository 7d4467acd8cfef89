"""What reviewers do with a conversation that they have read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bot.review import audit
from bot.review.access import person, visible
from bot.review.marks import Marks
from bot.review.models import Comment, Comparison, Conversation, Rubric, Turn, Verdict
from bot.review.order import after, counted
from bot.review.pages.conversation import back, readable, show, subject
from bot.review.pages.judging_forms import Assign, Labels, Note, RubricForm, VerdictForm
from bot.review.pages.queue import chosen

STAYS = "You have compared your marks with the others', so they stay as they are."


@require_POST
def judge(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    one = readable(request, pk)
    turn = get_object_or_404(one.turns, number=number, who=Turn.Who.YOUNG_PERSON)
    if Marks(one, person(request)).compared:
        messages.error(request, STAYS)
        return back(request, one, f"turn-{number}")
    form = VerdictForm(request.POST, instance=Verdict(turn=turn))
    if not form.is_valid():
        return show(request, one, verdict=form)
    Verdict.objects.update_or_create(turn=turn, by=person(request), defaults=form.cleaned_data)
    _note(request, "judged a turn", one, f"turn {number}")
    return back(request, one, f"turn-{number}")


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    one = readable(request, pk)
    if Marks(one, person(request)).compared:
        messages.error(request, STAYS)
        return back(request, one, "marks")
    form = RubricForm(request.POST)
    if not form.is_valid():
        return show(request, one, rubric=form)
    Rubric.objects.update_or_create(conversation=one, by=person(request), defaults=form.cleaned_data)
    _note(request, "gave marks", one)
    if one.second_opinion and one.rubrics.count() > 1:
        one.second_opinion = False
        one.save(update_fields=["second_opinion"])
    messages.success(request, "Your marks are saved.")
    return back(request, one, "marks")


@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    one = readable(request, pk)
    if Marks(one, person(request)).may_compare:
        Comparison.objects.get_or_create(conversation=one, by=person(request))
        _note(request, "compared marks", one)
    return back(request, one, "marks")


@require_POST
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    one, form = readable(request, pk), Note(request.POST)
    if not form.is_valid():
        return show(request, one, note=form)
    Comment.objects.create(subject=subject(one), by=person(request), text=form.cleaned_data["text"])
    _note(request, "wrote a note", one)
    return back(request, one, "notes")


@require_POST
def label(request: HttpRequest, pk: int) -> HttpResponse:
    one, form = readable(request, pk), Labels(request.POST)
    if not form.is_valid():
        return show(request, one, labels=form)
    one.labels.set(form.chosen())
    _note(request, "changed labels", one)
    return back(request, one, "labels")


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    one = readable(request, pk)
    form = Assign(one, request.POST)
    if form.is_valid():
        one.assigned_to = person(request) if "me" in request.POST else form.cleaned_data["to"]
        one.save(update_fields=["assigned_to"])
        _note(request, "assigned a conversation", one, f"to {one.assigned_to or 'nobody'}")
    return back(request, one, "assign")


@require_POST
def second_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    one = readable(request, pk)
    wanted = "wanted" in request.POST
    if wanted and not Marks(one, person(request)).own:
        messages.error(request, "Give your own marks first, then ask for a second opinion.")
        return back(request, one, "marks")
    one.second_opinion = wanted
    one.save(update_fields=["second_opinion"])
    _note(request, "asked for a second opinion" if wanted else "wants no second opinion", one)
    return back(request, one, "assign")


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as reviewed and go on to the next; or take that back."""
    one = readable(request, pk)
    if "done" in request.POST and str(one.turns.count()) != request.POST.get("turns"):
        messages.warning(request, "Something new was said meanwhile. Read it, then mark the conversation.")
        return back(request, one)
    one.reviewed = timezone.now() if "done" in request.POST else None
    one.save(update_fields=["reviewed"])
    _note(request, "marked as reviewed" if one.reviewed else "marked as not reviewed", one)
    if not one.reviewed:
        return back(request, one)
    messages.success(request, f"Conversation {one.pk} is marked as reviewed.")
    filters = chosen(request)
    queue, _ = counted(filters.apply(visible(request)))
    following = after(queue, filters.in_order, one).first()
    if following:
        return back(request, following)
    return redirect(f"{reverse('queue')}?{filters.address}")


def _note(request: HttpRequest, did: str, one: Conversation, detail: str = "") -> None:
    audit.note(request, did, f"conversation:{one.pk}", detail)
