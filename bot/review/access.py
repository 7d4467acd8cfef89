"""Who is asking, what they may see, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from bot.review.models import Conversation, Member

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> User:
    """Who is logged in. Raises PermissionDenied for nobody (the login middleware lets none through)."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def member_of(request: HttpRequest) -> Member:
    """The person who is logged in; somebody new, through an organisation's login, sees no place yet."""
    return Member.objects.get_or_create(user=person(request))[0]


def for_every_page(request: HttpRequest) -> dict[str, Any]:
    """What the frame around each page shows; a context processor."""
    user = getattr(request, "user", None)  # none yet if the request was refused before anything else
    return {"member": member_of(request)} if user and user.is_authenticated else {}


def visible(request: HttpRequest) -> QuerySet[Conversation]:
    """The conversations that the person who asks may read."""
    return Conversation.seen_by(member_of(request))


def approvers_only(view: View) -> View:
    """Raises PermissionDenied for anybody but an approver or an administrator."""
    return _only(view, lambda member: member.may_approve)


def administrators_only(view: View) -> View:
    """Raises PermissionDenied for anybody but an administrator."""
    return _only(view, lambda member: member.may_administer)


def _only(view: View, may: Callable[[Member], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(member_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
