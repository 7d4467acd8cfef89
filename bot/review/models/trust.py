"""Who may do what, and the record of what was done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Member(models.Model):
    """A person's role, and the places whose conversations their team reads."""

    class Role(models.TextChoices):
        REVIEWER = "reviewer", "Reviewer"
        APPROVER = "approver", "Approver"
        ADMINISTRATOR = "administrator", "Administrator"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="member")
    role = models.CharField(max_length=15, choices=Role.choices, default=Role.REVIEWER)
    all_places = models.BooleanField(default=False)
    places = models.JSONField(default=list, blank=True)  # ids of data/places; "" is "no place was named"

    @property
    def may_approve(self) -> bool:
        return self.role in (self.Role.APPROVER, self.Role.ADMINISTRATOR)

    @property
    def may_administer(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR


class AppendOnlyError(Exception):
    """Somebody tried to change or delete an entry of the audit log."""


class AuditEntry(models.Model):
    """One thing that somebody did. Never changed or deleted: the database refuses it too (migrations)."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    did = models.CharField(max_length=40)  # "opened a disclosure", "approved", "exported", ...
    subject = models.CharField(max_length=160, blank=True)  # ids only, never words of a young person
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["-at"]), models.Index(fields=["by", "did", "-at"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError
