"""The list of conversations to read."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bot.review import audit
from bot.review.access import member_of, visible
from bot.review.filters import TO_REVIEW, Filters
from bot.review.models import Conversation, Turn
from bot.review.order import FEW, NEWEST, Conversations, after, before, counted

PAGE = 50
_SEARCHES = "searches"  # in the session: key in an address -> words that are looked for
_KEPT = 10  # searches, the last ones
_FIRST = 3  # turns among which the young person's first one is
_VIEWS = {  # what most people want, one press away
    "To review": urlencode(TO_REVIEW),
    "Assigned to me": urlencode({"order": NEWEST, "mine": "on"}),
    "Second opinion wanted": urlencode({"order": NEWEST, "second": "on"}),
    "All, newest first": urlencode({"order": NEWEST}),
}


@dataclass(frozen=True)
class Row:
    """A conversation and how it begins, or nothing of that if it may distress."""

    conversation: Conversation
    begins: str


def queue(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _search(request)
    filters = chosen(request)
    if filters.data.get("found") and not filters.data.get("words"):
        messages.warning(request, "That search is over. Type the words again.")
    return _show(request, filters)


def chosen(request: HttpRequest) -> Filters:
    """What the address of the page narrows the queue to."""
    choice = {name: value for name, value in request.GET.dict().items() if name in Filters.base_fields}
    words = request.session.get(_SEARCHES, {}).get(choice.get("found"), "")
    return Filters({**(choice or TO_REVIEW), "words": words}, member_of(request))


def _search(request: HttpRequest) -> HttpResponse:
    """Go to the address of what was chosen.

    Words go into the session, so that no address has them: browsers and proxies remember addresses, and
    the words may be a young person's.
    """
    filters = Filters({**request.POST.dict(), "found": ""}, member_of(request))
    if not filters.is_valid():
        return _show(request, filters)
    query = filters.address
    if words := filters.cleaned_data["words"]:
        key = secrets.token_urlsafe(6)
        earlier = list(request.session.get(_SEARCHES, {}).items())[1 - _KEPT :]
        request.session[_SEARCHES] = dict([*earlier, (key, words)])
        query = f"{query}&{urlencode({'found': key})}"
    return redirect(f"{reverse('queue')}?{query}")


def _show(request: HttpRequest, filters: Filters) -> HttpResponse:
    found, count = counted(filters.apply(visible(request)))
    page, is_later, is_more = _page(request, found, filters.in_order)
    context = {
        "filters": filters,
        "rows": _rows(page),
        "count": min(count, FEW),
        "is_uncounted": count > FEW,
        "previous": page[0] if page and is_later else None,
        "next": page[-1] if is_more else None,
        "views": [(title, query, query == filters.address) for title, query in _VIEWS.items()],
        "is_own_choice": filters.address not in _VIEWS.values(),
        "opened_today": audit.opened_today(request),
    }
    return render(request, "review/queue.html", context)


def _page(request: HttpRequest, found: Conversations, order: str) -> tuple[list[Conversation], bool, bool]:
    """One page; whether it is a later one than the first, and whether there is more after it."""
    found = found.select_related("assigned_to").prefetch_related("labels")
    if anchor := _named(request, "before"):
        page = list(before(found, order, anchor)[: PAGE + 1])
        if len(page) >= PAGE:
            return page[:PAGE][::-1], len(page) > PAGE, True
    anchor = _named(request, "after")  # or the first page, if there is not a whole one before that anchor
    page = list(after(found, order, anchor)[: PAGE + 1])
    return page[:PAGE], anchor is not None, len(page) > PAGE


def _named(request: HttpRequest, side: str) -> Conversation | None:
    """The conversation that the page begins after or ends before, unless it is gone."""
    pk = request.GET.get(side, "")
    return visible(request).filter(pk=pk).first() if pk.isdecimal() else None


def _rows(page: Sequence[Conversation]) -> list[Row]:
    shown = [conversation.pk for conversation in page if not conversation.heavy]
    said = Turn.objects.filter(conversation__in=shown, number__lte=_FIRST, who=Turn.Who.YOUNG_PERSON)
    begins = {turn.conversation_id: turn.text for turn in said.order_by("-number")}
    return [Row(conversation, begins.get(conversation.pk, "")) for conversation in page]
