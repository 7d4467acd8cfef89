"""How many conversations there were, about what, and how they went."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bot.privacy.where import KEPT_DAYS
from bot.review import audit
from bot.review.access import member_of, visible
from bot.review.agreement import agreements
from bot.review.figures import ALL, Figures, split
from bot.review.pages.dashboard_form import Choice
from bot.review.small_counts import Hidden, Shown
from bot.review.spreadsheet import as_csv
from bot.review.tables import OVER_TIME, TITLES, charts, over_time, tables


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    choice = Choice(request.GET.dict(), member_of(request))
    context: dict[str, Any] = {"choice": choice, "kept_days": KEPT_DAYS}
    if choice.is_valid():
        conversations = choice.apply(visible(request))
        figures = _figures(request, choice)
        context["everybody"] = figures[ALL]
        if not figures.are_few:
            short, *others = tables(figures)
            context |= {
                "short": short,
                "charts": list(charts(figures)),
                "over_time": list(over_time(figures)),
                "tables": others,
                "agreements": agreements(conversations),
                "asked": request.GET.urlencode(),
            }
    return render(request, "review/dashboard.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same numbers as CSV, one in each line."""
    choice = Choice(request.GET.dict(), member_of(request))
    if not choice.is_valid():
        return HttpResponse("Choose the days again.", status=400, content_type="text/plain")
    days = [choice.cleaned_data[name].isoformat() for name in ("since", "until")]
    where = [choice.in_words("place"), choice.in_words("channel")]
    rows = [["Figure", "What", "From", "Until", "Place", "Where they wrote", "Conversations"]]
    rows += _lines(_figures(request, choice), days, where)
    audit.note(request, "exported figures", "dashboard", ", ".join([*days, *where]))
    name = f"your-say-{days[0]}-to-{days[1]}.csv"
    return HttpResponse(
        as_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _figures(request: HttpRequest, choice: Choice) -> Figures:
    chosen = choice.cleaned_data
    pieces = split(chosen["since"], chosen["until"], chosen["each"])
    return Figures(choice.apply(visible(request)), pieces)


def _lines(figures: Figures, days: list[str], where: list[str]) -> list[list[str]]:
    if figures.are_few:
        return [["In short", TITLES[ALL], *days, *where, _cell(figures[ALL])]]
    lines = [
        [table.title, row.name, *days, *where, _cell(row.count)]
        for table in tables(figures)
        for row in table.rows
    ]
    for piece, counts in over_time(figures):
        when = [piece.first.isoformat(), piece.last.isoformat()]
        lines += [
            ["Over time", TITLES[what], *when, *where, _cell(count)]
            for what, count in zip(OVER_TIME, counts, strict=True)
        ]
    return lines


def _cell(count: Shown) -> str:
    return count.value if isinstance(count, Hidden) else str(count)
