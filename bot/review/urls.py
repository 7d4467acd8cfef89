"""The addresses of the review room."""

from __future__ import annotations

from django.urls import include, path

from bot.review.pages import queue

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/organisation/", include("allauth.socialaccount.urls")),
    path("account/organisation/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
