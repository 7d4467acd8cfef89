"""A bot on Telegram, with a Bot API server of our own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.channels.bot_api import BotApi, Person
from tests.conftest import running

_numbers = count(5_000_001)


@pytest.fixture(scope="session")
def telegram_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("telegram") / "log"


@pytest.fixture(scope="session")
def telegram(telegram_log: Path) -> Iterator[BotApi]:
    """A Bot API server to which a bot with the real model is connected by long polling."""
    with BotApi().serving() as api:
        environment = {
            "TELEGRAM_TOKEN": api.token,
            "TELEGRAM_API_URL": api.address,
            "YOUR_SAY_PAGE_URL": "https://yoursay.example/",
        }
        with running(log=telegram_log, **environment):
            yield api
        assert not api.mistakes, "the real Bot API would have refused these"


@pytest.fixture
def child(telegram: BotApi) -> Person:
    """Somebody new, in a private chat with the bot."""
    return telegram.person(next(_numbers))
