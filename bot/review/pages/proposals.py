"""Proposals: what came of the check, approving, sending back, and the export for `data/`."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from bot.review import audit
from bot.review.access import approvers_only, member_of, person
from bot.review.answer_edit import name_of_field
from bot.review.chat import exchanges
from bot.review.models import Comment, Proposal
from bot.review.pages.library_forms import Approve, Remark, WhyBack
from bot.review.proposing import (
    CHANGEABLE,
    Status,
    approve,
    begin_check,
    export,
    is_of_another_model,
    may_not_approve,
    send_back,
    settle,
    story_of,
    subject_of,
)
from bot.review.word_diff import compared

_OPENED = "opened proposal"  # in the session: the one whose distressing messages are on the screen


def proposals(request: HttpRequest) -> HttpResponse:
    seen = Proposal.seen_by(member_of(request))
    for checking in seen.filter(status=Status.CHECKING):
        settle(checking)
    chosen = request.GET.get("status", "")
    shown = seen.filter(status=chosen) if chosen in Status else seen.exclude(status=Status.WITHDRAWN)
    context = {
        "proposals": shown,
        "chosen": chosen,
        "statuses": Status.choices,
        "to_export": seen.filter(status=Status.APPROVED),
    }
    return render(request, "review/proposals.html", context)


def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal; what is done with it comes back here as a button's name."""
    one = get_object_or_404(Proposal.seen_by(member_of(request)), pk=pk)
    for button, does in _BUTTONS.items():
        if request.method == "POST" and button in request.POST:
            return does(request, one)
    return _show(request, one)


def _show(request: HttpRequest, one: Proposal, approving: Approve | None = None) -> HttpResponse:
    could_not = settle(one)
    member, mine = member_of(request), one.by_id == person(request).pk
    context = {
        "proposal": one,
        "could_not": could_not,
        "mine": mine,
        "may_change": mine and one.status in CHANGEABLE and (one.conversation_id or one.kind != "story"),
        "is_of_another_model": is_of_another_model(one),
        "may_send_back": member.may_approve and not mine and one.status in (Status.WAITING, Status.APPROVED),
        "may_withdraw": mine and one.status not in (Status.EXPORTED, Status.WITHDRAWN),
        "may_not_approve": may_not_approve(one, member),
        "approving": approving or Approve(),
        "why_back": WhyBack(auto_id="back_%s"),
        "remark": Remark(),
        "comments": Comment.objects.filter(subject=subject_of(one)).select_related("by"),
        "is_shown": _is_shown(request, one),
    }
    if one.kind == Proposal.Kind.STORY:
        replies = one.played.get("replies", {}).get(one.name, ())
        context["exchanges"] = list(exchanges(story, replies)) if (story := story_of(one)) else []
    else:
        context["edits"] = [
            (name_of_field(field), compared(one.before[field], new)) for field, new in one.draft.items()
        ]
    return render(request, "review/proposal.html", context)


def _is_shown(request: HttpRequest, one: Proposal) -> bool:
    """Whether its words are on the page: distressing ones only once they were opened."""
    is_heavy = one.kind == Proposal.Kind.STORY and one.touches_safety
    return not is_heavy or request.session.get(_OPENED) == one.pk


def _open(request: HttpRequest, one: Proposal) -> HttpResponse:
    if request.session.get(_OPENED) != one.pk:
        audit.note(request, audit.OPENED, subject_of(one))
        request.session[_OPENED] = one.pk
    return redirect("proposal", one.pk)


def _fold(request: HttpRequest, one: Proposal) -> HttpResponse:
    request.session.pop(_OPENED, None)
    return redirect("proposal", one.pk)


def _approve(request: HttpRequest, one: Proposal) -> HttpResponse:
    form = Approve(request.POST)
    if not form.is_valid():
        return _show(request, one, form)
    if not _is_shown(request, one):
        messages.error(request, "Open the story and read it before you approve it.")
    elif wrong := approve(one, member_of(request), form.cleaned_data["initials"]):
        messages.error(request, wrong)
    else:
        audit.note(request, "approved", subject_of(one), form.cleaned_data["initials"])
        messages.success(request, "Your approval is kept, with your initials and today's date.")
    return redirect("proposal", one.pk)


def _send_back(request: HttpRequest, one: Proposal) -> HttpResponse:
    form, member = WhyBack(request.POST), member_of(request)
    may = member.may_approve and one.by_id != member.user_id
    if may and one.status in (Status.WAITING, Status.APPROVED) and form.is_valid():
        send_back(one, person(request), form.cleaned_data["text"])
        audit.note(request, "sent back", subject_of(one))
        messages.success(request, "It is sent back with your comment.")
    else:
        messages.error(request, "It was not sent back. Say what should be different.")
    return redirect("proposal", one.pk)


def _withdraw(request: HttpRequest, one: Proposal) -> HttpResponse:
    if one.by_id == person(request).pk and one.status not in (Status.EXPORTED, Status.WITHDRAWN):
        one.status = Status.WITHDRAWN
        one.save(update_fields=["status"])
        audit.note(request, "withdrew", subject_of(one))
        messages.success(request, "The proposal is withdrawn.")
    return redirect("proposal", one.pk)


def _check(request: HttpRequest, one: Proposal) -> HttpResponse:
    if one.kind == Proposal.Kind.STORY and (settle(one) or is_of_another_model(one)):
        begin_check(one)
    return redirect("proposal", one.pk)


def _comment(request: HttpRequest, one: Proposal) -> HttpResponse:
    form = Remark(request.POST)
    if form.is_valid():
        Comment.objects.create(subject=subject_of(one), by=person(request), text=form.cleaned_data["text"])
        audit.note(request, "commented", subject_of(one))
    return redirect("proposal", one.pk)


_BUTTONS: dict[str, Callable[[HttpRequest, Proposal], HttpResponse]] = {
    "open": _open,
    "fold": _fold,
    "approve": _approve,
    "send_back": _send_back,
    "withdraw": _withdraw,
    "check": _check,
    "comment": _comment,
}


@require_POST
@approvers_only
def export_chosen(request: HttpRequest) -> HttpResponse:
    """The chosen proposals as one file for `bot stories apply`. What was exported may be fetched again."""
    ready = Proposal.seen_by(member_of(request)).filter(status__in=(Status.APPROVED, Status.EXPORTED))
    numbers = [number for number in request.POST.getlist("proposal") if number.isdigit()]
    chosen = list(ready.filter(pk__in=numbers).order_by("pk"))
    if not chosen:
        messages.error(request, "Choose at least one approved proposal.")
        return redirect("proposals")
    for one in chosen:
        audit.note(request, "exported", subject_of(one))
    Proposal.objects.filter(pk__in=[one.pk for one in chosen]).update(status=Status.EXPORTED)
    name = (
        f"your-say-change-{timezone.localdate():%Y-%m-%d}-{'-'.join(str(one.pk) for one in chosen[:5])}.json"
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(export(chosen), content_type="application/json", headers=headers)
