"""The audit log, newest first. For administrators."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bot.review.access import administrators_only
from bot.review.models import AuditEntry

PER_PAGE = 100


def _kinds() -> list[tuple[str, str]]:
    kinds = AuditEntry.objects.order_by("did").values_list("did", flat=True).distinct()
    return [("", "Everything"), *((kind, kind.capitalize()) for kind in kinds)]


class Filter(forms.Form):
    """Which entries to show; all if nothing is chosen."""

    person = forms.ModelChoiceField(
        User.objects.order_by("username"), required=False, empty_label="Everybody"
    )
    kind = forms.ChoiceField(label="What was done", required=False, choices=_kinds)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput({"type": "date"}))

    def entries(self) -> QuerySet[AuditEntry]:
        """Those that were asked for; none if what was asked for makes no sense."""
        if not self.is_valid():
            return AuditEntry.objects.none()
        chosen = self.cleaned_data
        entries = AuditEntry.objects.select_related("by")
        if chosen["person"]:
            person = chosen["person"]  # what they did, and what was done to their account
            entries = entries.filter(Q(by=person) | Q(subject=f"person:{person.username}"))
        if chosen["kind"]:
            entries = entries.filter(did=chosen["kind"])
        if chosen["since"]:
            entries = entries.filter(at__gte=_midnight(chosen["since"]))
        if chosen["until"]:
            entries = entries.filter(at__lt=_midnight(chosen["until"] + timedelta(days=1)))
        return entries


@administrators_only
def audit(request: HttpRequest) -> HttpResponse:
    form = Filter(request.GET)
    page = Paginator(form.entries(), PER_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    return render(request, "review/audit.html", {"form": form, "page": page, "asked": asked.urlencode()})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
