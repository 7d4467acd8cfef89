"""Approving something of a library as it stands, and commenting on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from bot.review import audit
from bot.review.access import member_of, person
from bot.review.approvals import approve, standings
from bot.review.models import Comment
from bot.review.pages.library_forms import Approve, Remark


def opinions(request: HttpRequest, subject: str, fingerprint: str, needed: int) -> dict[str, Any] | None:
    """What a page shows of them; None once one was given, and the page is to be opened anew.

    `fingerprint`: of the words that are on the page; `needed`: people who must approve them.
    """
    standing = standings([(subject, fingerprint, needed)])[subject]
    approving = Approve(request.POST if "approve" in request.POST else None)
    remark = Remark(request.POST if "comment" in request.POST else None)
    may_not = standing.may_not(member_of(request))
    if approving.is_valid() and not may_not:
        initials = approving.cleaned_data["initials"]
        approve(subject, fingerprint, member_of(request), initials)
        audit.note(request, "approved", subject, initials)
        messages.success(request, "Your approval is kept, with your initials and today's date.")
        return None
    if remark.is_valid():
        Comment.objects.create(subject=subject, by=person(request), text=remark.cleaned_data["text"])
        audit.note(request, "commented", subject)
        return None
    return {
        "standing": standing,
        "may_not_approve": may_not,
        "approving": approving,
        "remark": remark,
        "comments": Comment.objects.filter(subject=subject).select_related("by"),
    }
