"""A person's own account, and the two links with which one begins."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bot.review import audit
from bot.review.access import member_of, person
from bot.review.accounts import Accounts
from bot.review.first_account import is_valid
from bot.review.models import AuditEntry, Member
from bot.review.places import names_of


def account(request: HttpRequest) -> HttpResponse:
    """What somebody may do here, and the ways to look after the account."""
    user = person(request)
    return render(
        request,
        "review/account.html",
        {
            "places": names_of(member_of(request)),
            "has_password": user.has_usable_password(),
            "has_codes": is_mfa_enabled(user),
            "opened_today": audit.opened_today(request),
        },
    )


def no_password(request: HttpRequest) -> HttpResponse:
    """For those who come through their organisation: a password of ours would outlive their job there."""
    messages.info(request, "Your organisation looks after your password.")
    return redirect("account")


@login_not_required
@never_cache
@sensitive_post_parameters()
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever opens the link that was printed at the first start becomes the first administrator."""
    if not is_valid(token):
        return render(request, "review/link_is_dead.html", status=410)
    form: BaseUserCreationForm[User] = BaseUserCreationForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            if not is_valid(token):  # somebody was quicker
                return render(request, "review/link_is_dead.html", status=410)
            user = form.save()
            Member.objects.create(user=user, role=Member.Role.ADMINISTRATOR, all_places=True)
        login(request, user)
        audit.note(request, "made the first account", f"person:{user.username}")
        return redirect("people")
    return render(request, "review/first_account.html", {"form": form})


class ChoosePassword(PasswordResetConfirmView):
    """Where a one-time link from an administrator leads."""

    template_name = "review/choose_password.html"
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user: User = self.user
        Accounts(self.request).unlock(self.request, user)
        AuditEntry.objects.create(by=user, did="chose a password")
        messages.success(self.request, "Your password is set. Log in with it now.")
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        if context["validlink"]:
            context["name"] = self.user.username
        return context
