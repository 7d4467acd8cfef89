"""Somebody new to talk as, on each channel in turn."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from tests.channels.conftest import telegram, telegram_log  # noqa: F401  # fixtures
from tests.contract.talks import RestTalk, Talk, TelegramTalk, WidgetTalk

_numbers = count(9_000_001)


@pytest.fixture(params=["rest", "widget", "telegram"])
def somebody(request: pytest.FixtureRequest) -> Callable[[], Talk]:
    """Makes the conversation of somebody new on this channel."""
    if request.param == "telegram":
        api = request.getfixturevalue("telegram")
        return lambda: TelegramTalk(api.person(next(_numbers)))
    bot = request.getfixturevalue("bot")
    talk = {"rest": RestTalk, "widget": WidgetTalk}[request.param]
    return lambda: talk(bot)
