"""Django's settings for the review room. Everything secret comes from the environment or a file of ours."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bot.privacy.where import DATABASE, data_folder, secret

HERE = Path(__file__).parent
ADDRESS = "YOUR_SAY_REVIEW_ADDRESS"  # the public https address of the review room, when it has one
OPENID = "YOUR_SAY_OPENID"  # the address of an organisation's OpenID Connect provider
OPENID_CLIENT, OPENID_SECRET = "YOUR_SAY_OPENID_CLIENT", "YOUR_SAY_OPENID_SECRET"
KEY = "YOUR_SAY_REVIEW_KEY"
PAUSE_AFTER = int(os.environ.get("YOUR_SAY_PAUSE_AFTER", "10"))  # distressing messages opened in a day


def _secret_key() -> str:
    """The key that signs sessions: from the environment, or made once and kept beside the database."""
    if given := secret(KEY):
        return given
    file = data_folder() / "review.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


def _database() -> dict[str, Any]:
    url = secret(DATABASE)
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_folder() / "review.db",
            "OPTIONS": {
                "timeout": 10,  # seconds that a writer waits for another
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA secure_delete=ON",
            },
        }
    named = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": named.path.lstrip("/"),
        "USER": unquote(named.username or ""),
        "PASSWORD": unquote(named.password or ""),
        "HOST": named.hostname or "",
        "PORT": str(named.port or ""),
        "OPTIONS": dict(parse_qsl(named.query)),  # such as sslmode=verify-full
        "CONN_MAX_AGE": 60,  # seconds
        "CONN_HEALTH_CHECKS": True,
    }


def _organisation() -> dict[str, Any]:
    """The one organisation whose people may log in with its own accounts, if it is given."""
    address = urlsplit(os.environ.get(OPENID, ""))
    if not address.hostname:
        return {}
    # allauth takes the ID token from the provider's own hands, so who it speaks to must be certain
    # (OpenID Connect Core 1.0, 3.1.3.7, point 6).
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
        raise ImproperlyConfigured(f"{OPENID} must begin with https://")
    return {
        "APPS": [
            {
                "provider_id": "organisation",
                "name": "your organisation",
                "client_id": os.environ.get(OPENID_CLIENT, ""),
                "secret": secret(OPENID_SECRET),
                "settings": {"server_url": address.geturl().rstrip("/"), "fetch_userinfo": False},
            }
        ],
        "OAUTH_PKCE_ENABLED": True,
    }


PUBLIC_ADDRESS = os.environ.get(ADDRESS, "").rstrip("/")
_public = urlsplit(PUBLIC_ADDRESS)
if PUBLIC_ADDRESS and (_public.scheme != "https" or not _public.hostname):
    raise ImproperlyConfigured(f"{ADDRESS} must begin with https://")
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *([_public.hostname] if _public.hostname else [])]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.hostname else []
ROOT_URLCONF = "bot.review.urls"
DATABASES = {"default": _database()}
CACHES = {
    "default": {  # counts failed logins; in the database, so that a restart changes nothing
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "review_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "bot.review",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bot.review.sessions.end_with_the_day",
    "bot.review.sessions.store_nothing",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bot.review.access.for_every_page",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {}),
    )
]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "queue"
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds that a one-time link for a password lasts

ACCOUNT_ADAPTER = "bot.review.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other browsers are logged out, this one not
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/15m/ip"}  # key: the name that was given
SOCIALACCOUNT_ADAPTER = "bot.review.accounts.OrganisationAccounts"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": _organisation()}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form could not lead to another site: see form-action below
MFA_TOTP_ISSUER = "Your Say review room"
MFA_TOTP_TOLERANCE = 1  # codes before and after the present one: clocks of phones differ

SESSION_COOKIE_AGE = 30 * 60  # seconds without a page; a reviewer's screen may be left open
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _public.scheme == "https" else 0
SECURE_SSL_REDIRECT = _public.scheme == "https"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the code of a one-time password is a data: image
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300  # seconds
TIME_ZONE = "Europe/London"
USE_TZ = True
LANGUAGE_CODE = "en-gb"
USE_I18N = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # no message leaves this machine
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "bot.review.plain_log.PlainLog"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Below an error it names addresses, and the address of a one-time link is a secret.
    "loggers": {"django": {"handlers": [], "level": "ERROR", "propagate": True}},
}
