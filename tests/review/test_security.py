"""Every address of the review room, asked for by everybody: what comes back, and what does not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bot.review.models import AuditEntry, Comment, Conversation, Member, Proposal, Turn
from bot.review.plain_log import PlainLog
from tests.review.conftest import AddConversation, Join, Person

WORDS = "zanzibar quarrel"  # what the young person said
STORY = f"""
- story: a_story
  steps:
  - intent: what_is_an_advocate
    user: {WORDS}
  - action: action_answer
"""
FOR_STRANGERS = {
    "account_login",
    "account_logout",
    "account_inactive",
    "choose_password",
    "first_account",
    "mfa_authenticate",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
}
FOR_ADMINISTRATORS = {"people", "person_add", "person", "person_link", "person_codes", "audit"}
OF_ONE_CONVERSATION = ("conversation", "turn_", "make_story", "miss_")
ENDS_THE_SESSION = {"account_logout"}


@pytest.fixture
def conversation(add_conversation: AddConversation, join: Join) -> Conversation:
    """In Devon, with everything that can hang on it."""
    conversation = add_conversation(
        {"text": WORDS, "level": "urgent", "categories": ["physical"], "topic": "what_is_abuse"},
        "> Ring Childline.",
        place="devon",
    )
    by = join("approver", name="writer").user
    Comment.objects.create(subject=f"conversation:{conversation.pseudonym}", by=by, text=WORDS)
    Proposal.objects.create(
        kind="story",
        status="waiting",
        name="a_story",
        shows=WORDS,
        by=by,
        conversation=conversation,
        files={"data/stories/reviewed.yml": STORY},
    )
    firsts = (Conversation, Turn, Proposal, Member)
    assert all(kind.objects.filter(pk=1).exists() for kind in firsts)
    return conversation


def addresses() -> Iterator[tuple[str, str]]:
    """The name and the path of everything in the review room, of the `conversation` if it is of one."""
    fits = {
        "pk": 1,  # the first of its kind, whatever that is
        "number": 1,
        "token": "ImZpcnN0Ig:1x:AA",
        "uidb64": "MQ",
        "provider_id": "organisation",
        "name": "a_story",
        "id": "what_is_an_advocate",
        "topic": "what_is_an_advocate",
    }
    for name, parameters in sorted(_patterns(get_resolver())):
        values = {parameter: fits.get(parameter) for parameter in parameters}
        missing = [parameter for parameter, value in values.items() if value is None]
        assert not missing, f"say in this test what to put for {missing} in the address {name}"
        yield name, reverse(name, kwargs=values)


def _patterns(resolver: URLResolver, outer: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        parameters = (*outer, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name, parameters
        else:
            yield from _patterns(pattern, parameters)


class Inline(HTMLParser):
    """Collects what a strict policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "style" or (
            tag == "script" and "src" not in named and "json" not in str(named.get("type"))
        ):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in named if name == "style" or name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}"
            for name, value in named.items()
            if name in ("src", "action", "formaction") and value and "//" in value and "data:" not in value
        ]


def assert_is_guarded(answer: HttpResponse) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    if answer["Content-Type"].startswith("text/html") and not answer.streaming:
        inline = Inline()
        inline.feed(answer.content.decode())
        assert inline.found == []


def test_strangers_are_sent_to_the_login_from_everywhere(conversation: Conversation) -> None:
    for name, path in addresses():
        for method in ("get", "post"):
            answer = getattr(Client(raise_request_exception=False), method)(path)
            assert_is_guarded(answer)
            assert WORDS not in answer.content.decode()
            if name not in FOR_STRANGERS:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith(reverse("account_login")), name


def test_every_page_has_a_strict_policy_and_nothing_inline(
    administrator: Person, conversation: Conversation
) -> None:
    for name, path in addresses():
        if name not in ENDS_THE_SESSION:
            answer = administrator.get(path)
            assert answer.status_code < 500, name
            assert_is_guarded(answer)


def test_nothing_of_another_place_is_shown_or_changed(conversation: Conversation, join: Join) -> None:
    """Whatever a reviewer of Cumberland asks for, not a word of a chat in Devon comes back."""
    stranger = join("reviewer", places=["cumberland"])
    before = _everything()
    for name, path in addresses():
        if name in ENDS_THE_SESSION:
            continue
        for method in ("get", "post"):
            answer = getattr(stranger, method)(path)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert WORDS not in said.decode(), f"{method} {name}"
            if name.startswith(OF_ONE_CONVERSATION):
                assert answer.status_code in (403, 404, 405), f"{method} {name}"
    assert _everything() == before


def _everything() -> list[Any]:
    kinds = (Conversation, Comment, Proposal, *(r.related_model for r in Conversation._meta.related_objects))
    return [list(kind.objects.order_by("pk").values_list()) for kind in dict.fromkeys(kinds)]


@pytest.mark.parametrize("role", ["reviewer", "approver"])
def test_what_is_for_administrators_is_refused_to_others(
    conversation: Conversation, join: Join, role: str
) -> None:
    somebody = join(role)
    for name, path in addresses():
        if name in FOR_ADMINISTRATORS:
            for method in ("get", "post"):
                assert getattr(somebody, method)(path).status_code == 403, name


def test_a_form_from_another_site_is_refused(administrator: Person, conversation: Conversation) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = administrator.cookies
    before = AuditEntry.objects.count()
    for name, path in addresses():
        if name not in ENDS_THE_SESSION:
            answer = strict.post(path, {"username": "eve", "role": "administrator"})
            assert answer.status_code in (403, 404, 405), name
            assert_is_guarded(answer)
    assert AuditEntry.objects.count() == before


def test_a_host_that_is_not_ours_is_refused(room: Path) -> None:
    answer = Client(headers={"host": "evil.example"}).get(reverse("account_login"))
    assert answer.status_code == 400


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(reviewer: Person) -> None:
    reviewer.get(reverse("account"))
    for name in ("sessionid", "csrftoken"):
        cookie = reviewer.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert reviewer.cookies["sessionid"]["max-age"] == ""  # gone when the browser is closed


class TestWithAPublicAddress:
    """The settings are read when a process starts, so these ask a process of its own."""

    @pytest.fixture
    def answer(self, tmp_path: Path) -> dict[str, Any]:
        return _ask_as_of("https://review.example", tmp_path)

    def test_browsers_are_told_to_come_by_https_only(self, answer: dict[str, Any]) -> None:
        assert answer["plain"] == [301, "https://review.example/account/login/"]
        assert answer["status"] == 200
        assert "max-age=31536000" in answer["hsts"]

    def test_the_cookies_travel_by_https_only(self, answer: dict[str, Any]) -> None:
        assert answer["secure"]


def _ask_as_of(address: str, folder: Path) -> dict[str, Any]:
    import json
    import os
    import subprocess
    import sys

    asks = """
import json
from bot.review.server import set_up
set_up()
from django.test import Client
browser = Client(headers={"host": "review.example"})
plain = browser.get("/account/login/")
safe = browser.get("/account/login/", secure=True)
print(json.dumps({"plain": [plain.status_code, plain["Location"]], "status": safe.status_code,
    "hsts": safe["Strict-Transport-Security"], "secure": safe.cookies["csrftoken"]["secure"]}))
"""
    environment = {**os.environ, "YOUR_SAY_DATA": str(folder), "YOUR_SAY_REVIEW_ADDRESS": address}
    done = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_a_log_line_says_where_something_broke_but_not_what_was_in_the_row() -> None:
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "it broke", None, told)
    line = PlainLog().format(record)
    assert "ValueError" in line
    assert "test_security.py" in line
    assert "zanzibar" not in line


def test_a_page_that_breaks_logs_neither_words_nor_the_address_of_a_link(
    administrator: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object) -> HttpResponse:
        raise RuntimeError(WORDS)

    administrator.raise_request_exception = False
    with override_settings():
        monkeypatch.setattr("bot.review.pages.people.names_of", breaks)
        answer = administrator.get(reverse("people"))
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()
    assert_is_guarded(answer)
    logged = capsys.readouterr().err
    assert "zanzibar" not in logged


def test_refused_pages_are_not_logged_with_their_address(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Client(enforce_csrf_checks=True).post(reverse("first_account", args=["a-secret-token"]))
    Client().get(reverse("first_account", args=["a-secret-token"]))
    assert "a-secret-token" not in capsys.readouterr().err


def test_names_of_people_cannot_put_code_on_a_page() -> None:
    shown = Template("{{ name }}").render(Context({"name": "<script>"}))
    assert "<script>" not in shown
