"""docs/routes.md lists every route of the review room, and each is only for those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.contract.routes import LOOPBACK, Route, listed, listening
from tests.review.conftest import Join
from tests.review.test_server import Served


def of_the_room(patterns: list[object] | None = None, before: str = "/") -> Iterator[str]:
    """The path of each route that Django resolves."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)  # type: ignore[attr-defined]
        if hasattr(pattern, "url_patterns"):
            yield from of_the_room(pattern.url_patterns, path)
        else:
            yield path


def test_the_list_of_the_review_rooms_routes_is_complete() -> None:
    paths = [route.path for route in listed("The review room")]
    assert sorted(paths) == sorted(of_the_room())


class Asked(NamedTuple):
    path: str
    route: Route


ASKED = [Asked(re.sub(r"<[^>]+>", "1", route.path), route) for route in listed("The review room")]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.route.path)
def test_a_stranger_in_the_review_room_sees_only_what_is_for_anyone(room: Path, asked: Asked) -> None:
    browser = Client()
    answer = (browser.get if "GET" in asked.route.methods else browser.post)(asked.path)
    to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/?next=")
    assert to_login == (not asked.route.who.startswith("anyone"))


ROLES = ["reviewer", "approver", "administrator"]
RESTRICTED = [asked for asked in ASKED if asked.route.who in ("approvers", "administrators")]


@pytest.mark.parametrize("asked", RESTRICTED, ids=lambda asked: asked.route.path)
def test_a_page_for_some_members_is_refused_to_the_others(join: Join, asked: Asked) -> None:
    least = ROLES.index(asked.route.who.removesuffix("s"))
    for place, role in enumerate(ROLES):
        assert (_asks(join(role), asked) == 403) == (place < least), role


def _asks(browser: Client, asked: Asked) -> int:
    return int((browser.get if "GET" in asked.route.methods else browser.post)(asked.path).status_code)


@pytest.mark.parametrize("asked", [a for a in ASKED if a.route.methods == "POST"], ids=lambda a: a.route.path)
def test_what_changes_something_cannot_be_done_with_a_link(join: Join, asked: Asked) -> None:
    assert join("administrator").get(asked.path).status_code == 405


def test_the_review_room_listens_to_this_machine_only(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served:
        assert listening(served.port) <= LOOPBACK
