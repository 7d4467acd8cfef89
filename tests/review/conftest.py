"""A review room of its own for each test, people to log in with, and conversations to read."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page

from bot.privacy.where import DATABASE, FOLDER
from tests.browser import conftest as browsers

# Before Django reads its settings: no test may come near the real data of whoever runs it.
_FOLDER = Path(mkdtemp(prefix="review-tests-"))
os.environ[FOLDER] = str(_FOLDER)
os.environ.pop(DATABASE, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "bot.review.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs an event loop in the tests' own thread

import absl.logging  # noqa: E402
import django  # noqa: E402

# Setting up Django's logging closes all handlers before it. That of TensorFlow would close the stream
# that it found when it was imported, which is pytest's own.
absl.logging.get_absl_handler().python_handler.stream = sys.__stderr__
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from bot.review.models import Conversation, Member, Turn  # noqa: E402
from bot.review.models.conversations import Level  # noqa: E402
from bot.review.server import set_up  # noqa: E402


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A database with its tables and nothing in it, to be copied."""
    setup_test_environment()
    set_up()
    connection.close()  # which also writes everything into the one file
    yield _FOLDER / "review.db"
    teardown_test_environment()
    shutil.rmtree(_FOLDER)


@pytest.fixture
def room(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a fresh review room: `review.db` is its database, `journal.db` would be the journal.

    A copy for each test, and not a transaction: threads, servers and other processes read it too.
    """
    monkeypatch.setenv(FOLDER, str(tmp_path))
    shutil.copy(migrated, tmp_path / "review.db")
    connections.close_all()
    connections.databases["default"]["NAME"] = tmp_path / "review.db"
    yield tmp_path
    connections.close_all()
    connections.databases["default"]["NAME"] = migrated


class Person(Client):
    """A browser in which `user` is logged in."""

    user: User


class Join(Protocol):
    """Makes somebody a member and logs them in."""

    def __call__(self, role: str, places: list[str] | None = None, name: str = "") -> Person:
        """`places`: ids of data/places, "" for none named; left out it means all."""


@pytest.fixture
def join(room: Path) -> Join:
    def joined(role: str, places: list[str] | None = None, name: str = "") -> Person:
        user = User.objects.create_user(name or f"{role}-{User.objects.count()}")
        Member.objects.create(user=user, role=role, places=places or [], all_places=places is None)
        person = Person()
        person.force_login(user)
        person.user = user
        return person

    return joined


@pytest.fixture
def reviewer(join: Join) -> Person:
    return join("reviewer", name="rosa")


@pytest.fixture
def approver(join: Join) -> Person:
    return join("approver", name="april")


@pytest.fixture
def administrator(join: Join) -> Person:
    return join("administrator", name="ada")


class AddConversation(Protocol):
    """Writes a conversation that somebody had."""

    def __call__(self, *turns: str | dict[str, Any], ago: timedelta = ..., **fields: Any) -> Conversation:
        """Each of `turns` is what the young person said; what the bot said begins with ">".

        A turn may be a dictionary of the fields of `Turn` instead, with `level` by its name in
        safety.yml ("concern") or as a number. `ago`: how long ago it began; each turn is a second
        later. `fields`: those of `Conversation` that do not follow from the turns.
        """


@pytest.fixture
def add_conversation(room: Path) -> AddConversation:
    def added(
        *turns: str | dict[str, Any], ago: timedelta = timedelta(hours=1), **fields: Any
    ) -> Conversation:
        started = timezone.now() - ago
        conversation = Conversation.objects.create(
            **{"pseudonym": os.urandom(16).hex(), "channel": "widget", "started": started, "last": started}
            | fields
        )
        made = [_turn(conversation, number, turn) for number, turn in enumerate(turns, 1)]
        Turn.objects.bulk_create(made)
        _sum_up(conversation, [turn for turn in made if turn.who == Turn.Who.YOUNG_PERSON])
        if made:
            conversation.last = made[-1].at
        for name, value in fields.items():
            setattr(conversation, name, value)
        conversation.save()
        return conversation

    return added


def _turn(conversation: Conversation, number: int, turn: str | dict[str, Any]) -> Turn:
    fields: dict[str, Any] = {"text": turn} if isinstance(turn, str) else dict(turn)
    if fields["text"].startswith(">"):
        fields |= {"text": fields["text"][1:].strip(), "who": Turn.Who.BOT}
    if isinstance(level := fields.get("level"), str):
        fields["level"] = Level[level.upper()]
    at = conversation.started + timedelta(seconds=number)
    return Turn(**{"conversation": conversation, "number": number, "at": at, "who": "user"} | fields)


def _sum_up(conversation: Conversation, said: list[Turn]) -> None:
    conversation.turns_count = len(said)
    conversation.level = max((turn.level for turn in said), default=Level.NONE)
    conversation.categories = sorted({category for turn in said for category in turn.categories})
    conversation.topics = sorted({turn.topic for turn in said if turn.topic})
    sure = [turn.confidence for turn in said if turn.confidence is not None and not turn.pressed]
    conversation.least_confidence = min(sure, default=1.0)
    conversation.not_sure = any(turn.topic == "not_sure" for turn in said)
    conversation.unhelpful = any(turn.topic == "feedback_unhelpful" for turn in said)
    conversation.suspicion = max((turn.suspicion for turn in said), default=0.0)


browser = browsers.browser  # the fixture


class OpenPage(Protocol):
    """Opens a page of the room in a real Chromium, where `person` is logged in."""

    def __call__(self, path: str, person: Client | None = None, width: int = 1280) -> Page: ...


@pytest.fixture
def open_page(browser: Browser, served: str) -> Iterator[OpenPage]:
    """Fails at the end if the browser refused something on a page, such as an inline script or style."""
    contexts, complaints = [], []

    def opened(path: str, person: Client | None = None, width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        if person:
            session = person.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": served}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(served + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for complaint in complaints if "Content Security" in complaint] == []


@pytest.fixture
def served(room: Path) -> Iterator[str]:
    """The address of this review room, served over HTTP by waitress as `bot review` does."""
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4, ident=None)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
