"""The list of conversations to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bot.review.access import visible


def queue(request: HttpRequest) -> HttpResponse:
    return render(request, "review/queue.html", {"conversations": visible(request)[:50]})
