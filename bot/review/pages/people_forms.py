"""The forms for a person's rights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import QueryDict

from bot.review.accounts import of_organisation
from bot.review.models import Member
from bot.review.places import all_places


def _places() -> list[tuple[str, str]]:
    # "No place named" is an empty text, which a form could not send.
    return [(place or "-", name) for place, name in all_places().items()]


class RightsForm(forms.Form):
    """What somebody may do, and of which places."""

    role = forms.ChoiceField(
        choices=[
            (Member.Role.REVIEWER, "Reviewer: reads and judges conversations"),
            (Member.Role.APPROVER, "Approver: also approves stories and answers"),
            (Member.Role.ADMINISTRATOR, "Administrator: also looks after people and reads the audit log"),
        ],
        widget=forms.RadioSelect,
        initial=Member.Role.REVIEWER,
    )
    all_places = forms.BooleanField(label="All places, also those added later", required=False)
    places = forms.MultipleChoiceField(
        label="Or only these places", widget=forms.CheckboxSelectMultiple, required=False, choices=_places
    )

    def fill(self, member: Member) -> Member:
        """Write what was chosen to `member` and save it."""
        member.role = self.cleaned_data["role"]
        member.all_places = self.cleaned_data["all_places"]
        member.places = ["" if place == "-" else place for place in self.cleaned_data["places"]]
        member.save()
        return member


class NewForm(RightsForm):
    username = forms.CharField(
        label="Username",
        help_text="They log in with it, and others see it beside their work. Letters, digits and @ . + - _",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("username",)

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Somebody has this name already. Choose another.")
        return name


class ChangeForm(RightsForm):
    is_active = forms.BooleanField(
        label="May log in",
        required=False,
        help_text="Without this mark the account is switched off at once. Nothing they did is lost.",
    )

    def __init__(self, data: QueryDict | None, member: Member) -> None:
        self.member = member
        initial = {
            "role": member.role,
            "all_places": member.all_places,
            "places": [place or "-" for place in member.places],
            "is_active": member.user.is_active,
        }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        stays = chosen.get("is_active") and chosen.get("role") == Member.Role.ADMINISTRATOR
        if not stays and self.member.may_administer and not _another_administrator(self.member):
            raise forms.ValidationError(
                f"{self.member.user.username} is the only administrator who can log in. "
                "Make somebody else an administrator first, and wait until they have chosen a password."
            )
        return chosen

    def fill(self, member: Member) -> Member:
        super().fill(member)
        member.user.is_active = self.cleaned_data["is_active"]
        member.user.save(update_fields=["is_active"])
        return member


def _another_administrator(member: Member) -> bool:
    others = Member.objects.filter(role=Member.Role.ADMINISTRATOR, user__is_active=True).exclude(pk=member.pk)
    return any(
        other.user.has_usable_password() or of_organisation(other.user)
        for other in others.select_related("user").select_for_update()
    )
