"""The pages of accounts and trust in a real browser: for everybody and on every screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from bot.review.first_account import link_for_first_account
from bot.review.models import Member
from tests.review.conftest import Join, OpenPage, Person
from tests.review.test_accounts import code_for, code_of

pytestmark = pytest.mark.browser
PASSWORD = "seven tall green hedges"


def check(page: Page) -> None:
    """No fault that axe knows, at the width of a desktop and of a small phone, and no scrolling sideways."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def rosa(room: Path) -> User:
    user = User.objects.create_user("rosa", password=PASSWORD)
    Member.objects.create(user=user, role="administrator", all_places=True)
    return user


@pytest.mark.parametrize(
    "name", ["account_login", "account_inactive", "socialaccount_login_cancelled", "account_logout"]
)
def test_pages_for_strangers(open_page: OpenPage, name: str) -> None:
    check(open_page(reverse(name)))


@pytest.mark.parametrize("path", ["/first/not-a-token/", "/account/password/MQ/set-password/", "/nowhere/"])
def test_dead_ends(open_page: OpenPage, path: str) -> None:
    check(open_page(path))


@pytest.mark.parametrize("name", ["account", "account_logout", "people", "person_add", "audit"])
def test_pages_for_administrators(open_page: OpenPage, administrator: Person, join: Join, name: str) -> None:
    join("reviewer", places=["devon", ""], name="a-rather-long-name-of-somebody@council.example")
    check(open_page(reverse(name), administrator))


def test_a_page_that_is_not_for_a_reviewer(open_page: OpenPage, reviewer: Person) -> None:
    page = open_page(reverse("people"), reviewer)
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not for you")
    check(page)


def test_from_the_first_link_to_a_colleague_who_logs_in(open_page: OpenPage, room: Path, served: str) -> None:
    link = link_for_first_account("")
    assert link
    page = open_page(link)
    check(page)
    page.get_by_label("Username").fill("ada")
    page.locator("[name=password1]").fill("short")
    page.locator("[name=password2]").fill("short")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("too short")).to_be_visible()
    check(page)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()

    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Username").fill("rosa")
    page.get_by_label(re.compile("Approver")).check()
    page.get_by_label("Devon").check()
    page.get_by_role("button", name="Add this person").click()
    check(page)
    link = page.locator("code").inner_text()

    colleague = open_page(link.removeprefix(served))
    check(colleague)
    assert "set-password" in colleague.url  # the link's secret is not what other pages are told
    colleague.locator("[name=new_password1]").fill("eight tall green hedges")
    colleague.locator("[name=new_password2]").fill("eight tall green hedges")
    colleague.get_by_role("button", name="Set the password").click()
    colleague.get_by_label("Username").fill("rosa")
    colleague.get_by_label("Password").fill("wrong")
    colleague.get_by_role("button", name="Log in").click()
    expect(colleague.get_by_text("do not go together")).to_be_visible()
    check(colleague)
    colleague.get_by_label("Password").fill("eight tall green hedges")
    colleague.get_by_role("button", name="Log in").click()
    colleague.get_by_role("link", name="Your account").click()
    expect(colleague.locator("dl")).to_contain_text("Devon")
    expect(colleague.locator("dl")).to_contain_text("Approver")


def test_one_time_codes_from_adding_them_to_logging_in_with_one(open_page: OpenPage, rosa: User) -> None:
    page = open_page(reverse("account_login"))
    page.get_by_label("Username").fill("rosa")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Add one-time codes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    check(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()

    picture = page.get_by_role("img")
    assert picture.evaluate("image => image.naturalWidth") > 0
    check(page)
    page.get_by_label("Authenticator code").fill(code_for(page.locator("code").inner_text()))
    page.get_by_role("button", name="Add one-time codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    check(page)
    page.get_by_role("link", name="Make new ones").click()
    check(page)
    page.get_by_role("link", name="Cancel").click()
    check(page)
    page.get_by_role("button", name="Log out").click()

    page.get_by_label("Username").fill("rosa")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    check(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Remove one-time codes").click()
    page.get_by_label(re.compile("Password|Code")).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    check(page)
    page.get_by_role("button", name="Remove one-time codes").click()
    expect(page.get_by_text("One-time codes are off")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_cancelling_at_the_one_time_code_leads_back_to_the_login(open_page: OpenPage, rosa: User) -> None:
    browser = Client()
    browser.force_login(rosa)
    Authenticator.objects.create(user=rosa, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    assert code_of(rosa)
    page = open_page(reverse("account_login"))
    page.get_by_label("Username").fill("rosa")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
