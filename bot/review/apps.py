"""The Django application of the review room."""

from __future__ import annotations

from django.apps import AppConfig


class Review(AppConfig):
    name = "bot.review"
    label = "review"
    verbose_name = "Review room"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bot.review import logins  # noqa: F401  # listens to who comes and goes
