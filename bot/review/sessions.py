"""Sessions that end, and pages that no browser keeps."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

LONGEST = 12 * 3600  # seconds that one login lasts, however busy it is; SESSION_COOKIE_AGE ends idle ones
_SINCE = "since"  # seconds since 1970

Page = Callable[[HttpRequest], HttpResponse]


def end_with_the_day(page: Page) -> Page:
    """Ask for the password again after a working day."""

    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if now - request.session.setdefault(_SINCE, now) > LONGEST:
                logout(request)
                return redirect_to_login(request.get_full_path())
        return page(request)

    return guarded


def store_nothing(page: Page) -> Page:
    """What a child wrote must not come back with the Back button after somebody has logged out."""

    def unstored(request: HttpRequest) -> HttpResponse:
        response = page(request)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return unstored
