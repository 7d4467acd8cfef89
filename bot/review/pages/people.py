"""Who has an account, what they may do and which places they see. For administrators."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.http import require_POST

from bot.review import audit
from bot.review.access import administrators_only
from bot.review.accounts import of_organisation
from bot.review.models import Member
from bot.review.pages.people_forms import ChangeForm, NewForm
from bot.review.places import names_of


@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, those who may come in first."""
    members = Member.objects.select_related("user").order_by("-user__is_active", "user__username")
    with_codes = set(Authenticator.objects.filter(type="totp").values_list("user_id", flat=True))
    of_organisations = set(SocialAccount.objects.values_list("user_id", flat=True))
    rows = [
        {
            "member": member,
            "places": names_of(member),
            "has_codes": member.user_id in with_codes,
            "of_organisation": member.user_id in of_organisations,
        }
        for member in members
    ]
    return render(request, "review/people.html", {"rows": rows})


@administrators_only
def add_person(request: HttpRequest) -> HttpResponse:
    """Make an account without a password, and the link with which its owner chooses one."""
    form = NewForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            user = User.objects.create_user(form.cleaned_data["username"])
            member = form.fill(Member(user=user))
            audit.note(request, "added a person", _of(member), _rights(member))
        return _one_time_link(request, member)
    return render(request, "review/person_add.html", {"form": form})


@administrators_only
@transaction.atomic  # so that two administrators cannot remove each other at once
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Role, places, and whether the account is switched on."""
    member = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    before = _rights(member)
    form = ChangeForm(request.POST or None, member)
    if form.is_valid():
        form.fill(member)
        if (now := _rights(member)) != before:
            audit.note(request, "changed a person", _of(member), f"{before} -> {now}")
        messages.success(request, f"Saved: {member.user.username}.")
        return redirect("people")
    codes = Authenticator.objects.filter(user=member.user).exists()
    context = {"form": form, "person": member, "has_codes": codes}
    return render(request, "review/person.html", context | {"of_organisation": of_organisation(member.user)})


@administrators_only
@require_POST
def link_for_person(request: HttpRequest, pk: int) -> HttpResponse:
    """A link with which somebody who has forgotten their password chooses a new one. No e-mail is sent."""
    member = get_object_or_404(Member, pk=pk)
    if of_organisation(member.user):
        raise PermissionDenied
    return _one_time_link(request, member)


@administrators_only
@require_POST
def remove_codes(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody whose phone is lost, and the recovery codes too."""
    member = get_object_or_404(Member, pk=pk)
    with transaction.atomic():
        Authenticator.objects.filter(user=member.user).delete()
        audit.note(request, "removed one-time codes", _of(member))
    messages.success(request, f"{member.user.username} now logs in with the password alone.")
    return redirect("person", pk=pk)


def _one_time_link(request: HttpRequest, member: Member) -> HttpResponse:
    user = member.user
    where = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    link = request.build_absolute_uri(reverse("choose_password", args=where))
    audit.note(request, "made a one-time link", _of(member))
    return render(request, "review/person_link.html", {"person": member, "link": link})


def _of(member: Member) -> str:
    return f"person:{member.user.username}"


def _rights(member: Member) -> str:
    places = ", ".join(names_of(member)) or "no places"
    return f"{member.role}; {places}{'' if member.user.is_active else '; switched off'}"
