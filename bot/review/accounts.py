"""Who may have an account: only those whom an administrator adds, or an organisation vouches for."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse


def of_organisation(user: User) -> bool:
    """Whether this person comes through their organisation, and has no password here."""
    return bool(SocialAccount.objects.filter(user=user).exists())


class Accounts(DefaultAccountAdapter):
    """Accounts with a password of ours. Nobody signs up, and no e-mail is ever sent."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "That username and password do not go together.",
        "too_many_login_attempts": "Too many tries. Wait 15 minutes and try again.",
        "incorrect_code": "That code is not right, or it is too old. Use the one your app shows now.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: whatever asks for it, no message leaves this machine."""

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own begins with the Host header, whose port anybody may choose anew for each try.
        return str(credentials.get("username", "")).lower()

    def unlock(self, request: HttpRequest, user: User) -> None:
        """Forget the failed logins of `user`, who has a new password."""
        self._delete_login_attempts_cached_email(request, username=user.username)


class OrganisationAccounts(DefaultSocialAccountAdapter):
    """Accounts of an organisation. Whoever it lets in may come in, and sees nothing until given a place."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over a name to show and nothing else; an address of another account must not matter."""
        sociallogin.email_addresses = []
        user: User = sociallogin.user
        user.username = data.get("username") or data.get("email") or data.get("name") or ""
        return user
