"""Administrators look after people: who may come in, what they may do, which places they see."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.signing import dumps
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bot.review.models import AuditEntry, Member
from tests.review.conftest import AddConversation, Join, Person

PASSWORD = "seven tall green hedges"


def add(administrator: Person, name: str = "rosa", **rights: Any) -> str:
    """The path of the one-time link of a new person."""
    answer = administrator.post(reverse("person_add"), {"username": name, "role": "reviewer"} | rights)
    return link_in(answer)


def link_in(answer: HttpResponse) -> str:
    found = re.search(r"http://testserver(/account/password/[^<]+)", answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def choose(link: str, password: str = PASSWORD) -> HttpResponse:
    """Open a link as its owner does, and choose a password."""
    browser = Client()
    opened = browser.get(link, follow=True)
    if not opened.redirect_chain:
        return opened
    here = opened.redirect_chain[-1][0]
    return browser.post(here, {"new_password1": password, "new_password2": password})


def change(administrator: Person, member: Member, **rights: Any) -> HttpResponse:
    now = {"role": member.role, "places": [place or "-" for place in member.places]}
    if member.all_places:
        now["all_places"] = "on"
    if member.user.is_active:
        now["is_active"] = "on"
    sent = {name: value for name, value in (now | rights).items() if value is not None}
    return administrator.post(reverse("person", args=[member.pk]), sent)


def can_log_in(name: str, password: str = PASSWORD) -> bool:
    return Client().post(reverse("account_login"), {"login": name, "password": password}).status_code == 302


def done(what: str) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(did=what).order_by("at").values_list("subject", "detail"))


def test_a_new_person_chooses_a_password_with_a_link_that_works_once(administrator: Person) -> None:
    link = add(administrator)
    assert not can_log_in("rosa")
    assert choose(link).status_code == 302
    assert can_log_in("rosa")
    again = choose(link, "another long password")
    assert "does not work any more" in again.content.decode()
    assert not can_log_in("rosa", "another long password")
    assert done("added a person") == [("person:rosa", "reviewer; no places")]
    assert done("made a one-time link") == [("person:rosa", "")]
    assert AuditEntry.objects.filter(by__username="rosa", did="chose a password").count() == 1


def test_the_link_dies_after_a_day(administrator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    link = add(administrator)
    from django.contrib.auth.tokens import default_token_generator as tokens

    now = tokens._now
    monkeypatch.setattr(tokens, "_now", lambda: now() + timedelta(hours=25))
    assert "does not work any more" in choose(link).content.decode()


def test_a_weak_password_is_refused(administrator: Person) -> None:
    link = add(administrator)
    assert choose(link, "rosa12").status_code == 200
    assert not can_log_in("rosa", "rosa12")


def test_who_is_locked_out_gets_in_with_a_new_link(administrator: Person) -> None:
    choose(add(administrator))
    for _ in range(5):
        can_log_in("rosa", "not that one at all")
    assert not can_log_in("rosa")
    rosa = Member.objects.get(user__username="rosa")
    link = link_in(administrator.post(reverse("person_link", args=[rosa.pk])))
    choose(link, "eight tall green hedges")
    assert can_log_in("rosa", "eight tall green hedges")
    assert not can_log_in("rosa")


def test_a_link_of_somebody_else_making_opens_nothing(administrator: Person) -> None:
    add(administrator)
    forged = reverse("choose_password", args=["Mg", dumps("x").replace(":", "-")])
    assert "does not work any more" in choose(forged).content.decode()


def test_a_name_that_somebody_has_is_refused_whatever_its_case(administrator: Person) -> None:
    add(administrator)
    answer = administrator.post(reverse("person_add"), {"username": "ROSA", "role": "reviewer"})
    assert "Somebody has this name already" in answer.content.decode()
    assert User.objects.filter(username__iexact="rosa").count() == 1


def test_places_decide_which_conversations_somebody_sees(
    administrator: Person, join: Join, add_conversation: AddConversation
) -> None:
    add_conversation("how do i get an advocate", place="devon", pseudonym="d" * 32)
    add_conversation("how do i get an advocate", place="cumberland", pseudonym="c" * 32)
    add_conversation("how do i get an advocate", place="", pseudonym="e" * 32)
    rosa = join("reviewer", places=[], name="rosa")
    member = rosa.user.member

    def seen() -> set[str]:
        member.refresh_from_db()
        from bot.review.models import Conversation

        return {conversation.pseudonym[0] for conversation in Conversation.seen_by(member)}

    assert seen() == set()
    change(administrator, member, places=["devon"])
    assert seen() == {"d"}
    change(administrator, member, places=["devon", "-"])
    assert seen() == {"d", "e"}
    change(administrator, member, all_places="on")
    assert seen() == {"d", "c", "e"}


def test_each_change_is_in_the_audit_log_with_what_was_before(administrator: Person, join: Join) -> None:
    rosa = join("reviewer", places=["devon"], name="rosa").user.member
    change(administrator, rosa, role="approver", places=["cumberland", "-"])
    assert done("changed a person") == [
        ("person:rosa", "reviewer; Devon -> approver; Cumberland, No place named")
    ]


def test_saving_without_a_change_leaves_no_entry(administrator: Person, join: Join) -> None:
    rosa = join("reviewer", places=["devon"], name="rosa").user.member
    change(administrator, rosa)
    assert done("changed a person") == []


def test_an_account_is_switched_off_and_on_and_nothing_is_lost(administrator: Person) -> None:
    choose(add(administrator, all_places="on"))
    rosa = Member.objects.get(user__username="rosa")
    change(administrator, rosa, is_active=None)
    assert not can_log_in_and_see("rosa")
    rosa.user.refresh_from_db()
    change(administrator, rosa, is_active="on")
    assert can_log_in_and_see("rosa")
    assert [detail for _, detail in done("changed a person")] == [
        "reviewer; All places -> reviewer; All places; switched off",
        "reviewer; All places; switched off -> reviewer; All places",
    ]


def can_log_in_and_see(name: str) -> bool:
    browser = Client()
    browser.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    return browser.get(reverse("account")).status_code == 200


def test_the_last_administrator_stays(administrator: Person, join: Join) -> None:
    ada = administrator.user.member
    join("approver", name="april")
    for less in ({"role": "approver"}, {"is_active": None}):
        answer = change(administrator, ada, **less)
        assert "is the only administrator who can log in" in answer.content.decode()
    ada.refresh_from_db()
    ada.user.refresh_from_db()
    assert (ada.role, ada.user.is_active) == ("administrator", True)


def test_an_administrator_who_never_chose_a_password_does_not_count(administrator: Person) -> None:
    link = add(administrator, "bea", role="administrator")
    ada = administrator.user.member
    assert change(administrator, ada, role="reviewer").status_code == 200
    choose(link)
    assert change(administrator, ada, role="reviewer").status_code == 302


def test_the_page_says_who_was_here_last_and_how_they_log_in(administrator: Person, join: Join) -> None:
    add(administrator, "new")
    join("reviewer", name="rosa")
    User.objects.filter(username="rosa").update(last_login=timezone.now().replace(year=2020, month=2, day=3))
    page = administrator.get(reverse("people")).content.decode()
    assert "3 Feb 2020" in page
    assert "Never" in page
    assert "has not used the link" in page


@pytest.mark.parametrize("role", ["reviewer", "approver"])
def test_only_administrators_look_after_people(join: Join, role: str) -> None:
    somebody = join(role)
    pk = somebody.user.member.pk
    rights = {"role": "administrator", "all_places": "on", "is_active": "on"}
    for page in ("people", "person_add", "audit"):
        assert somebody.get(reverse(page)).status_code == 403
    for page in ("person", "person_link", "person_codes"):
        assert somebody.post(reverse(page, args=[pk]), rights).status_code == 403
    assert somebody.post(reverse("person_add"), rights | {"username": "eve"}).status_code == 403
    assert Member.objects.get(pk=pk).role == role
    assert not User.objects.filter(username="eve").exists()
