"""How the Telegram channel is turned on, and what happens when that goes wrong."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.channels.telegram import TelegramSettings, TelegramSettingsError
from tests.channels.bot_api import TOKEN, BotApi
from tests.conftest import Chat, running, until

pytestmark = pytest.mark.rasa


def test_without_a_token_telegram_is_off() -> None:
    assert TelegramSettings.of({}) is None
    assert TelegramSettings.of({"TELEGRAM_TOKEN": "  "}) is None


@pytest.mark.parametrize("token", ["abc", "123:short", "1234567890", f"bot{TOKEN}", f"{TOKEN} x"])
def test_a_malformed_token_is_a_clear_error(token: str) -> None:
    with pytest.raises(TelegramSettingsError, match="TELEGRAM_TOKEN is not a bot's token"):
        TelegramSettings.of({"TELEGRAM_TOKEN": token})


@pytest.mark.parametrize("name", ["TELEGRAM_API_URL", "TELEGRAM_WEBHOOK_URL", "YOUR_SAY_PAGE_URL"])
def test_a_malformed_address_is_a_clear_error(name: str) -> None:
    with pytest.raises(TelegramSettingsError, match=name):
        TelegramSettings.of({"TELEGRAM_TOKEN": TOKEN, name: "example.org"})


def test_with_a_revoked_token_the_log_says_so_and_the_web_side_goes_on(tmp_path: Path) -> None:
    with BotApi(token="987654321:another-token-than-the-one-that-we-use").serving() as api:
        log = tmp_path / "log"
        with running(log=log, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=api.address) as address:
            until(lambda: "Telegram does not know TELEGRAM_TOKEN" in log.read_text(), 30)
            assert "advocate" in Chat(address, "a").says("what is an advocate")
    assert "revoked" in log.read_text()
    assert TOKEN not in log.read_text()


def test_with_a_malformed_token_the_log_says_so_and_the_web_side_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(log=log, TELEGRAM_TOKEN="not-a-token") as address:
        assert "advocate" in Chat(address, "a").says("what is an advocate")
    assert "TELEGRAM_TOKEN is not a bot's token" in log.read_text()


def test_telegram_may_be_out_of_reach_at_the_start_and_brings_its_news_by_webhook_later(
    tmp_path: Path,
) -> None:
    api = BotApi(down=True)
    with api.serving():
        bot = running(log=tmp_path / "log")
        bot.environment = {
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.address,
            "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{bot.port}",
        }
        with bot as address:
            assert "advocate" in Chat(address, "a").says("what is an advocate")
            api.down = False
            until(lambda: bool(api.webhook), 60)
            child = api.person(1)
            child.types("what is an advocate")
            child.types("how long does an assessment take")
            api.shuffle = lambda updates: updates * 2
            assert api.bring() == [200] * 4
            child.waits("They are on your side")
            child.waits("45 working days")
            assert child.reads().count("45 working days") == 1
            _refuses_forged_updates(address, api)
        assert not api.mistakes


def _refuses_forged_updates(address: str, api: BotApi) -> None:
    update = {"update_id": 1, "message": api.person(2).message(text="hello")}
    webhook = f"{address}/webhooks/telegram/update"
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
        assert httpx.post(webhook, json=update, headers=headers).status_code == 403
    secret = {"X-Telegram-Bot-Api-Secret-Token": api.webhook["secret_token"]}
    for body in ("", "[]", "null", "{", '{"update_id": "x", "message": 7}'):
        assert httpx.post(webhook, content=body, headers=secret).status_code in (200, 400)
    assert not api.person(2).sees()
