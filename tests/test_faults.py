"""When something breaks, a young person still gets a kind sentence and a number to ring."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from rasa_sdk.executor import CollectingDispatcher

from bot.channels.turn import Turns
from bot.knowledge import Knowledge
from bot.knowledge.load import ROOT
from tests.conftest import BOT, READY_WITHIN, Chat, free_port, running, until
from tests.policies.small_models import train_small

pytestmark = pytest.mark.rasa


@contextmanager
def serving(model: Path) -> Iterator[str]:
    """The address of a server of `model`, whatever its state."""
    port = free_port()
    program = (
        "from pathlib import Path; from bot import quiet; from bot.server import serve; "
        f"serve(Path({str(model)!r}), Path('endpoints.yml'), Path('credentials.yml'), '127.0.0.1', {port}, "
        "review=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: listens(address), READY_WITHIN)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def listens(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code > 0
    except httpx.TransportError:
        return False


async def test_an_error_anywhere_in_a_turn_ends_in_help(
    knowledge: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(message: object) -> None:
        raise RuntimeError("secret words of a child")

    turns = Turns("test", knowledge, broken)
    (reply,) = await turns.take("me", "what is an advocate")
    assert "0800 1111" in reply["text"]
    assert "999" in reply["text"]
    assert "secret words" not in caplog.text


async def test_a_turn_that_says_nothing_ends_in_help(knowledge: Knowledge) -> None:
    async def silent(message: object) -> None:
        return None

    turns = Turns("test", knowledge, silent)
    (reply,) = await turns.take("me", "what is an advocate")
    assert "0800 1111" in reply["text"]


async def test_a_turn_that_takes_too_long_ends_in_help(knowledge: Knowledge) -> None:
    async def stuck(message: object) -> None:
        await asyncio.Event().wait()

    turns = Turns("test", knowledge, stuck, longest=0.05)
    (reply,) = await turns.take("me", "what is an advocate")
    assert "0800 1111" in reply["text"]
    assert "999" in reply["text"]


def test_without_a_model_every_message_is_answered_with_help(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"not a model")
    with serving(broken) as address:
        assert httpx.get(f"{address}/health").status_code == 503
        said = Chat(address, "me").says("my dad hits me")
        assert Chat(address, "me").says("delete my chat") == said
    assert "999" in said
    assert "0800 1111" in said


def test_a_model_without_the_screen_answers_nothing_but_help(tmp_path: Path) -> None:
    with serving(train_small(tmp_path)) as address:
        said = Chat(address, "me").says("hello there")
    assert "Something went wrong" in said
    assert "0800 1111" in said


def test_a_store_that_cannot_be_written_does_not_stop_the_help(tmp_path: Path) -> None:
    with running(YOUR_SAY_DATA=str(tmp_path)) as address:
        assert "advocate" in Chat(address, "me").says("what is an advocate")
        with sqlite3.connect(tmp_path / "journal.db") as store:
            store.execute("CREATE TRIGGER full BEFORE INSERT ON turns BEGIN SELECT RAISE(ABORT, 'full'); END")
        assert "Are you safe right now?" in Chat(address, "me").says("my dad hits me every night")
        assert "999" in Chat(address, "me").says("no")  # it still knows what it has asked


def test_a_store_of_rasas_is_refused_with_what_to_set_instead(tmp_path: Path) -> None:
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("tracker_store: {type: SQL, dialect: sqlite, db: conversations.db}\n")
    command = [str(BOT), "run", "--without-review", "--endpoints", str(endpoints)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=READY_WITHIN)
    assert done.returncode == 1
    assert "tracker_store" in done.stderr
    assert "YOUR_SAY_DATABASE" in done.stderr


@pytest.mark.parametrize("setting", ["YOUR_SAY_DATABASE", "YOUR_SAY_REDIS"])
def test_an_address_that_cannot_be_read_is_named_without_its_password(setting: str) -> None:
    wrong = {setting: "wrong://user:geheim@nowhere"}
    command = [str(BOT), "run", "--without-review"]
    environment = {**os.environ, **wrong}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=READY_WITHIN
    )
    assert done.returncode == 1
    assert setting in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_action_server_that_is_down_ends_in_help(tmp_path: Path) -> None:
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{free_port()}/webhook\n")
    with running("--endpoints", str(endpoints)) as address:
        said = Chat(address, "me").says("what is an advocate")
    assert "Something went wrong" in said
    assert "0800 1111" in said


def test_a_separate_action_server_gives_the_same_answers(bot: str, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoints = tmp_path / "endpoints.yml"
        endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{port}/webhook\n")
        with running("--endpoints", str(endpoints)) as apart:
            for message in (
                "what is an advocate",
                "how long does that take",
                "menu",
                "2",
                "say it simpler",
                "asdf",
            ):
                assert Chat(apart, "me").replies(message) == Chat(bot, "me").replies(message)
    finally:
        server.terminate()
        server.wait(20)


def test_the_log_holds_nothing_that_was_typed(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [str(BOT), "run", "--port", str(port), "--review-port", str(free_port())],
        cwd=ROOT,
        env={**os.environ, "YOUR_SAY_DATA": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        from tests.conftest import answers

        until(lambda: answers(f"http://127.0.0.1:{port}"), READY_WITHIN)
        chat = Chat(f"http://127.0.0.1:{port}", "quxworth")
        for message in (
            "my name is zanzibar",
            "what is an advocate zanzibar",
            "/zanzibar{",
            "zanzibar " * 3000,
        ):
            chat.says(message)
    finally:
        process.terminate()
        logged, _ = process.communicate(timeout=20)
    assert "zanzibar" not in logged
    assert "quxworth" not in logged


def test_an_action_that_fails_does_not_stop_the_next_turn(chat: Chat) -> None:
    assert chat.says("/nonsense")
    assert "advocate" in chat.says("what is an advocate")


def test_the_dispatcher_is_told_everything_in_one_message(knowledge: Knowledge) -> None:
    from actions.menu import whole_menu

    dispatcher = CollectingDispatcher()
    whole_menu().send(dispatcher)
    (message,) = dispatcher.messages
    assert message["text"]
    assert message["buttons"]
