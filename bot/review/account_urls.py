"""The parts of allauth that we use: no sign-up, no e-mail, no password reset by strangers."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.socialaccount import views as organisation
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import include, path
from django.views.generic import RedirectView

from bot.review.pages.account import ChoosePassword, no_password
from bot.review.pages.account import account as own_account

urlpatterns = [
    path("", own_account, name="account"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("off/", account.account_inactive, name="account_inactive"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/none/", no_password, name="account_set_password"),
    path("password/<uidb64>/<token>/", ChoosePassword.as_view(), name="choose_password"),
    path("codes/", RedirectView.as_view(pattern_name="account"), name="mfa_index"),
    path("codes/enter/", mfa.authenticate, name="mfa_authenticate"),
    path("codes/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("codes/app/", include("allauth.mfa.totp.urls")),
    path("codes/recovery/", include("allauth.mfa.recovery_codes.urls")),
    path("organisation/stopped/", organisation.login_cancelled, name="socialaccount_login_cancelled"),
    path("<slug:provider_id>/login/", openid.login, name="openid_connect_login"),
    path("<slug:provider_id>/login/callback/", openid.callback, name="openid_connect_callback"),
]
