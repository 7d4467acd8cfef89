"""Writes to the audit log who logged in, who could not, and whose way in was changed."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from bot.review.models import AuditEntry


@receiver(user_logged_in)
def _came(user: User, **_: Any) -> None:
    AuditEntry.objects.create(by=user, did="logged in")


@receiver(user_login_failed)
def _could_not(credentials: dict[str, Any], **_: Any) -> None:
    # Only a name that is somebody's: people type their password there by mistake.
    tried = User.objects.filter(username=credentials.get("username")).first()
    if tried:
        AuditEntry.objects.create(by=None, did="failed to log in", subject=f"person:{tried.username}")


@receiver(password_changed)
def _changed(user: User, **_: Any) -> None:
    AuditEntry.objects.create(by=user, did="changed their password")


@receiver(authenticator_added)
def _safer(user: User, authenticator: Any, **_: Any) -> None:
    AuditEntry.objects.create(by=user, did="added one-time codes", detail=authenticator.type)


@receiver(authenticator_removed)
def _less_safe(user: User, authenticator: Any, **_: Any) -> None:
    AuditEntry.objects.create(by=user, did="removed one-time codes", detail=authenticator.type)
