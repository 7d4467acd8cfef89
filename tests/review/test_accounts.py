"""How people come into the review room, and how they are kept out."""

from __future__ import annotations

import base64
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bot.review.first_account import link_for_first_account
from bot.review.models import AuditEntry, Member
from tests.review.conftest import Join, Person

PASSWORD = "seven tall green hedges"


class Clock:
    """The time, for the tests that cannot wait."""

    def __init__(self) -> None:
        self.later = 0.0

    def passes(self, **time_: float) -> None:
        self.later += timedelta(**time_).total_seconds()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, now, seconds = Clock(), timezone.now, time.time
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + timedelta(seconds=clock.later))
    monkeypatch.setattr("time.time", lambda: seconds() + clock.later)
    return clock


@pytest.fixture
def rosa(room: Path) -> User:
    """Somebody with a password, not logged in anywhere."""
    user = User.objects.create_user("rosa", password=PASSWORD)
    Member.objects.create(user=user, all_places=True)
    return user


def log_in(browser: Client, name: str = "rosa", password: str = PASSWORD) -> str:
    """Where the login leads: the page's own address if it was refused."""
    answer = browser.post(reverse("account_login"), {"login": name, "password": password})
    return answer["Location"] if answer.status_code == 302 else reverse("account_login")


def is_in(browser: Client) -> bool:
    return browser.get(reverse("account")).status_code == 200


def code_of(user: User) -> str:
    """What the app on the phone shows now."""
    secret = Authenticator.objects.get(user=user, type="totp").data["secret"]
    return code_for(secret)


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def first_link() -> str | None:
    return link_for_first_account("")


class TestTheFirstAccount:
    def test_whoever_opens_the_link_becomes_the_administrator_of_all_places(self, room: Path) -> None:
        browser, link = Client(), first_link()
        assert link
        assert browser.get(link).status_code == 200
        answer = browser.post(link, {"username": "ada", "password1": PASSWORD, "password2": PASSWORD})
        assert answer.status_code == 302
        ada = Member.objects.get(user__username="ada")
        assert ada.role == "administrator"
        assert ada.all_places
        assert browser.get(reverse("people")).status_code == 200
        assert AuditEntry.objects.filter(by=ada.user, did="made the first account").exists()

    def test_the_link_works_once(self, room: Path) -> None:
        link = first_link()
        assert link
        Client().post(link, {"username": "ada", "password1": PASSWORD, "password2": PASSWORD})
        again = Client().post(link, {"username": "eve", "password1": PASSWORD, "password2": PASSWORD})
        assert again.status_code == 410
        assert not User.objects.filter(username="eve").exists()
        assert first_link() is None

    def test_the_link_dies_after_a_day(self, room: Path, clock: Clock) -> None:
        link = first_link()
        assert link
        clock.passes(hours=23)
        assert Client().get(link).status_code == 200
        clock.passes(hours=2)
        assert Client().get(link).status_code == 410

    def test_a_made_up_link_opens_nothing(self, room: Path) -> None:
        assert Client().get(reverse("first_account", args=["ImZpcnN0Ig:1xW:AAAA"])).status_code == 410

    def test_a_weak_password_is_refused(self, room: Path) -> None:
        link = first_link()
        assert link
        for weak in ("short", "password1234", "123456789012"):
            Client().post(link, {"username": "ada", "password1": weak, "password2": weak})
        assert not User.objects.exists()

    def test_somebody_of_an_organisation_who_came_first_does_not_use_it_up(self, join: Join) -> None:
        join("reviewer", places=[])
        assert first_link()


class TestTheLogin:
    def test_the_right_password_leads_to_the_conversations(self, rosa: User) -> None:
        browser = Client()
        assert log_in(browser) == reverse("queue")
        assert is_in(browser)
        assert AuditEntry.objects.filter(by=rosa, did="logged in").count() == 1

    def test_passwords_are_kept_as_argon2(self, rosa: User) -> None:
        assert rosa.password.startswith("argon2$argon2id$")

    def test_a_wrong_password_and_a_name_that_nobody_has_get_the_same_answer(self, rosa: User) -> None:
        page = reverse("account_login")
        wrong = Client().post(page, {"login": "rosa", "password": "not that one at all"})
        nobody = Client().post(page, {"login": "nora", "password": "not that one at all"})

        def same(page: bytes) -> str:
            return re.sub(r'value="[^"]*"', "", page.decode())

        assert same(wrong.content) == same(nobody.content)
        assert b"do not go together" in wrong.content

    def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
        self, rosa: User, clock: Clock
    ) -> None:
        for _ in range(5):
            log_in(Client(), password="not that one at all")
        browser = Client()
        assert log_in(browser) == reverse("account_login")
        assert not is_in(browser)
        clock.passes(minutes=16)
        assert log_in(browser) == reverse("queue")

    def test_another_port_in_the_host_header_does_not_help(self, rosa: User) -> None:
        for port in range(5):
            log_in(Client(headers={"host": f"localhost:{port}"}), password="not that one at all")
        assert log_in(Client()) == reverse("account_login")

    def test_others_are_not_kept_waiting_with_them(self, rosa: User) -> None:
        User.objects.create_user("sam", password=PASSWORD)
        for _ in range(5):
            log_in(Client(), password="not that one at all")
        assert log_in(Client(), "sam") == reverse("queue")

    def test_one_machine_cannot_try_one_name_after_the_other(self, rosa: User, clock: Clock) -> None:
        for number in range(30):
            log_in(Client(), f"name{number}", "not that one at all")
            clock.passes(seconds=10)
        assert log_in(Client()) == reverse("account_login")
        clock.passes(minutes=15)
        assert log_in(Client()) == reverse("queue")

    def test_a_machine_that_sends_forms_without_end_gets_a_page_that_says_so(self, room: Path) -> None:
        for _ in range(31):
            answer = Client().post(reverse("account_login"), {})
        assert answer.status_code == 429
        assert "Too many tries" in answer.content.decode()

    def test_failed_logins_are_in_the_audit_log_without_what_was_typed(self, rosa: User) -> None:
        log_in(Client(), password="my secret typed wrongly")
        log_in(Client(), name="my secret typed in the wrong box")
        failed = AuditEntry.objects.filter(did="failed to log in")
        assert [entry.subject for entry in failed] == ["person:rosa"]
        assert not any("secret" in str(entry.__dict__) for entry in AuditEntry.objects.all())

    def test_a_page_that_was_asked_for_comes_after_the_login_and_another_site_does_not(
        self, rosa: User
    ) -> None:
        asked = {"login": "rosa", "password": PASSWORD}
        page = reverse("account_login")
        there = Client().post(page, asked | {"next": reverse("account")})
        assert there["Location"] == reverse("account")
        elsewhere = Client().post(page, asked | {"next": "https://evil.example/"})
        assert elsewhere["Location"] == reverse("queue")

    def test_nobody_can_sign_up_or_ask_for_an_e_mail(self, room: Path) -> None:
        for gone in (
            "account_signup",
            "account_email",
            "account_reset_password",
            "account_request_login_code",
            "socialaccount_signup",
            "socialaccount_connections",
        ):
            with pytest.raises(NoReverseMatch):
                reverse(gone)
        assert b"sign up" not in Client().get(reverse("account_login")).content.lower()

    def test_no_e_mail_is_ever_sent(self, administrator: Person, rosa: User) -> None:
        browser = Client()
        log_in(browser, password="wrong wrong wrong")
        log_in(browser)
        new = "eight tall green hedges"
        browser.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        administrator.post(reverse("person_link", args=[rosa.member.pk]))
        assert mail.outbox == []

    def test_changing_the_password_ends_the_other_browsers(self, rosa: User) -> None:
        here, there = Client(), Client()
        log_in(here)
        log_in(there)
        new = "eight tall green hedges"
        answer = here.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert answer["Location"] == reverse("account")
        assert is_in(here)
        assert not is_in(there)
        assert AuditEntry.objects.filter(by=rosa, did="changed their password").exists()


class TestSessions:
    def test_half_an_hour_without_a_click_ends_one(self, reviewer: Person, clock: Clock) -> None:
        assert is_in(reviewer)
        clock.passes(minutes=25)
        assert is_in(reviewer)
        clock.passes(minutes=25)
        assert is_in(reviewer)
        clock.passes(minutes=31)
        assert not is_in(reviewer)

    def test_twelve_hours_end_a_busy_one(self, reviewer: Person, clock: Clock) -> None:
        for _ in range(36):
            assert is_in(reviewer)
            clock.passes(minutes=20)
        clock.passes(minutes=1)
        assert not is_in(reviewer)

    def test_logging_out_ends_it_on_the_server_too(self, reviewer: Person) -> None:
        cookie = reviewer.cookies["sessionid"].value
        reviewer.post(reverse("account_logout"))
        thief = Client()
        thief.cookies["sessionid"] = cookie
        assert not is_in(thief)

    def test_an_account_that_is_switched_off_is_out_at_the_next_click(self, reviewer: Person) -> None:
        assert is_in(reviewer)
        User.objects.filter(pk=reviewer.user.pk).update(is_active=False)
        assert not is_in(reviewer)


class TestOneTimeCodes:
    @pytest.fixture
    def with_codes(self, rosa: User) -> User:
        browser = Client()
        log_in(browser)
        page = reverse("mfa_activate_totp")
        assert browser.get(page)["Location"].startswith(reverse("account_reauthenticate"))
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        shown = browser.get(page)
        secret = shown.context["form"].secret
        picture = base64.b64decode(shown.context["totp_svg_data_uri"].partition("base64,")[2])
        assert b"<svg" in picture
        browser.post(page, {"code": code_for(secret)})
        return rosa

    def test_the_password_alone_is_then_not_enough(self, with_codes: User) -> None:
        browser = Client()
        assert log_in(browser) == reverse("mfa_authenticate")
        assert not is_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert not is_in(browser)

    def test_the_code_of_the_phone_opens_the_door_once(self, with_codes: User, clock: Clock) -> None:
        clock.passes(minutes=5)
        browser, thief, code = Client(), Client(), code_of(with_codes)
        log_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(browser)
        log_in(thief)
        thief.post(reverse("mfa_authenticate"), {"code": code})
        assert not is_in(thief)

    def test_a_recovery_code_works_once(self, with_codes: User) -> None:
        first = Authenticator.objects.get(user=with_codes, type="recovery_codes").wrap().get_unused_codes()[0]
        browser, again = Client(), Client()
        log_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": first})
        assert is_in(browser)
        log_in(again)
        again.post(reverse("mfa_authenticate"), {"code": first})
        assert not is_in(again)

    def test_codes_cannot_be_guessed_one_after_the_other(self, with_codes: User, clock: Clock) -> None:
        clock.passes(minutes=5)
        browser = Client()
        log_in(browser)
        for guess in range(5):
            browser.post(reverse("mfa_authenticate"), {"code": f"{guess:06}"})
        browser.post(reverse("mfa_authenticate"), {"code": code_of(with_codes)})
        assert not is_in(browser)

    def test_an_administrator_sees_who_has_them_and_can_switch_them_off(
        self, with_codes: User, administrator: Person
    ) -> None:
        page = administrator.get(reverse("people")).content.decode()
        assert "Password and one-time code" in page
        administrator.post(reverse("person_codes", args=[with_codes.member.pk]))
        assert log_in(Client()) == reverse("queue")
        removed = AuditEntry.objects.get(by=administrator.user, did="removed one-time codes")
        assert removed.subject == "person:rosa"

    def test_adding_and_removing_them_is_in_the_audit_log(self, with_codes: User) -> None:
        browser = Client()
        log_in(browser)
        recovery = Authenticator.objects.get(user=with_codes, type="recovery_codes").wrap().get_unused_codes()
        browser.post(reverse("mfa_authenticate"), {"code": recovery[0]})
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        browser.post(reverse("mfa_deactivate_totp"))
        done = set(AuditEntry.objects.filter(by=with_codes).values_list("did", "detail"))
        assert {("added one-time codes", "totp"), ("removed one-time codes", "totp")} <= done
        assert log_in(Client()) == reverse("queue")
