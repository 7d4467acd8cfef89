"""The stories of `data/` as chat and as pictures: who approved them, and whether the model plays them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot.knowledge.load import ROOT
from bot.review import audit, jobs
from bot.review.approvals import Standing, standings
from bot.review.chat import exchanges
from bot.review.pages.opinions import opinions
from bot.review.results import Result, Results
from bot.stories.change import approvals_needed
from bot.stories.told import Story, read_stories

_JOB = "all"


class _Row(NamedTuple):
    story: Story
    result: Result
    standing: Standing


_VIEWS: dict[str, tuple[str, Callable[[_Row], bool]]] = {
    "": ("All", lambda row: True),
    "unapproved": ("Not approved", lambda row: not row.standing.is_approved),
    "broken": ("Do not play as written", lambda row: bool(row.result.problems)),
    "danger": ("With a disclosure", lambda row: row.story.is_safety),
}


def stories(request: HttpRequest) -> HttpResponse:
    told, results = read_stories(), Results()
    standing = _standings(told)
    rows = [_Row(one, results.of(one), standing[_subject(one)]) for one in told]
    chosen = request.GET.get("show", "")
    shown = [row for row in rows if _VIEWS[chosen][1](row)] if chosen in _VIEWS else rows
    state, report = jobs.look(_JOB)
    if state is jobs.State.DONE:
        jobs.forget(_JOB)
    files = groupby(shown, key=lambda row: row.story.file)
    context = {
        "chosen": chosen,
        "views": [(name, title) for name, (title, _) in _VIEWS.items()],
        "groups": [(_about(file), list(group)) for file, group in files],
        "count": len(rows),
        "plays": sum(row.result.problems == [] for row in rows),
        "approved": sum(row.standing.is_approved for row in rows),
        "results": results,
        "checking": state is jobs.State.RUNNING,
        "could_not": report.get("could_not", "The check was cut off." if state is jobs.State.LOST else ""),
    }
    return render(request, "review/stories.html", context)


def story(request: HttpRequest, name: str) -> HttpResponse:
    one = next((story for story in read_stories() if story.name == name), None)
    if one is None:
        raise Http404
    shown = opinions(request, _subject(one), one.fingerprint, _needed(one))
    if shown is None:
        return redirect("story", name)
    result = Results().of(one)
    context = {
        "story": one,
        "exchanges": list(exchanges(one, result.replies)),
        "result": result,
    }
    return render(request, "review/story.html", context | shown)


@require_POST
def check_stories(request: HttpRequest) -> HttpResponse:
    """Have all of them played on the present model."""
    jobs.start(_JOB, ["--all"])
    audit.note(request, "checked all stories")
    return redirect("stories")


def _subject(one: Story) -> str:
    return f"story:{one.name}"


def _standings(told: list[Story]) -> dict[str, Standing]:
    return standings((_subject(one), one.fingerprint, _needed(one)) for one in told)


def _needed(one: Story) -> int:
    """How many people must approve it."""
    return approvals_needed(one.is_safety)


def _about(file: str) -> str:
    """What the comment at the top of the file says, up to its first full stop."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.removeprefix("#").strip() for line in lines[:3] if line.startswith("#"))
    return comment.partition(". ")[0].rstrip(".")
