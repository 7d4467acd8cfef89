"""A log says what happened and where, and never whose words, number, token or password it was."""

from __future__ import annotations

import errno
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from bot import logs
from bot.channels.sessions import Sessions
from bot.privacy.where import SettingError
from tests.channels.bot_api import TOKEN
from tests.conftest import Chat, free_port, running

WORDS, SENDER, PASSWORD = "zanzibar", "quxworth", "geheim"  # never to be logged
SECRETS = (WORDS, SENDER, PASSWORD, TOKEN, TOKEN.partition(":")[2])


class _BreaksAndQuotes(BaseHTTPRequestHandler):
    """An action server and a Bot API server that fail, and say everything again that they were told."""

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(500)
        self.end_headers()
        self.wfile.write(json.dumps({"error": told.decode(), "action_name": "x", "path": self.path}).encode())

    def log_message(self, *what: object) -> None:
        """Nothing: it is not this server's log that is looked at."""


@pytest.fixture
def breaks_and_quotes() -> Iterator[str]:
    """The host and port of such a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _BreaksAndQuotes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.rasa
def test_whatever_breaks_the_log_holds_nobodys_words_and_no_secret(
    tmp_path: Path, breaks_and_quotes: str
) -> None:
    """At its lowest level, with actions, store, Redis and Telegram failing."""
    endpoints, log = tmp_path / "endpoints.yml", tmp_path / "log"
    endpoints.write_text(f"action_endpoint:\n  url: http://me:{PASSWORD}@{breaks_and_quotes}/webhook\n")
    with running(
        "--endpoints",
        str(endpoints),
        log=log,
        YOUR_SAY_LOG="json",
        YOUR_SAY_LOG_LEVEL="debug",
        YOUR_SAY_DATABASE=f"postgresql://me:{PASSWORD}@127.0.0.1:{free_port()}/none",
        YOUR_SAY_REDIS=f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_URL=f"http://{breaks_and_quotes}",
    ) as address:
        chat = Chat(address, SENDER)
        assert "0800 1111" in chat.says(f"what is an advocate {WORDS}")
        assert "0800 1111" in chat.says(f"my dad hits me {WORDS}")
        chat.says(f"/{WORDS}{{")
        rest = f"{address}/webhooks/rest/webhook"
        httpx.post(rest, content=f'{{"sender": "{SENDER}", "message": "{WORDS}')
        httpx.post(rest, json={"sender": [SENDER], "message": {WORDS: WORDS}})
        widget = f"{address}/webhooks/widget"
        session = httpx.post(f"{widget}/session", json={}).json()["session"]
        httpx.post(f"{widget}/message", json={"session": session, "id": "1", "message": WORDS}, timeout=30)
        httpx.post(f"{widget}/message", json={"session": f"{WORDS}.{session}", "message": WORDS})
        httpx.get(f"{address}/{WORDS}?sender={SENDER}")
        ready = httpx.get(f"{address}/ready", timeout=30)
        counts = httpx.get(f"{address}/metrics").text
    logged = log.read_text()
    assert not [secret for secret in (*SECRETS, session) if secret in logged]
    assert ready.status_code == 503
    assert ready.json() == {"model": True, "store": False}
    for part in ("database", "redis", "telegram"):
        assert f'your_say_faults_total{{part="{part}"}} 0.0' not in counts

    lines = [json.loads(line) for line in logged.splitlines() if not line.startswith("Ready: ")]
    assert {"debug", "warning", "error"} <= {line["level"] for line in lines}
    assert any(line["logger"] == "rasa.core.processor" and line["level"] == "debug" for line in lines)
    for line in lines:
        assert set(line) == {"time", "level", "event", "logger"}
        assert datetime.fromisoformat(line["time"]).tzinfo
    events = [line["event"] for line in lines if line["level"] == "error"]
    assert any("the store of conversations" in event and "at bot/privacy/" in event for event in events)


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """Puts back how this process logs."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, hooks = root.handlers[:], (sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in ("", *logs.OURS, "rasa")}
    yield
    logging.setLogRecordFactory(factory)
    root.handlers[:], (sys.excepthook, threading.excepthook) = handlers, hooks
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("style", ["plain", "json"])
def test_a_library_of_which_we_know_nothing_is_logged_by_its_place_only(
    style: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUR_SAY_LOG", style)
    monkeypatch.setenv("YOUR_SAY_LOG_LEVEL", "debug")
    logs.set_up()
    library = logging.getLogger("library")
    library.addHandler(own := logging.StreamHandler())  # which is none of ours
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        library.log(level, f"they said {WORDS}")
        library.log(level, "they said %s", WORDS)
    try:
        raise OSError(errno.ENOSPC, WORDS)
    except OSError:
        library.exception(WORDS)
    library.removeHandler(own)
    said = capfd.readouterr().err
    assert WORDS not in said
    assert "OSError ENOSPC" in said
    assert said.count("tests/test_logs.py:") >= 11


@pytest.mark.usefixtures("as_it_was")
def test_a_line_of_ours_says_what_happened_in_one_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUR_SAY_LOG", "json")
    logs.set_up()
    logging.getLogger("bot.somewhere").error("the disk is %s\nreally", "full")
    logging.getLogger("bot.somewhere").info("this is not said")
    line = json.loads(capfd.readouterr().err)
    assert (line["level"], line["logger"], line["event"]) == (
        "error",
        "bot.somewhere",
        "the disk is full really",
    )


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (PASSWORD, f"cannot reach postgresql://me:{PASSWORD}@db.example/yoursay"),
        (PASSWORD, f"cannot reach redis://:{PASSWORD}@cache.example:6379/0"),
        (TOKEN, f"https://api.telegram.org/bot{TOKEN}/getMe was refused"),
        (TOKEN.partition(":")[2], TOKEN),
    ],
)
def test_what_looks_like_a_secret_is_masked(secret: str, text: str) -> None:
    assert secret not in logs.masked(text)
    assert "***" in logs.masked(text)


def test_a_signed_session_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUR_SAY_DATA", str(tmp_path))
    session, _ = Sessions().start("devon")
    assert logs.masked(f"session {session} is over") == "session *** is over"


def test_an_ordinary_line_is_not_masked() -> None:
    line = "the store of conversations could not be read: OperationalError at bot/privacy/conversations.py:89"
    assert logs.masked(line) == line


def test_an_error_is_named_by_its_kind_and_place_and_not_by_what_it_says() -> None:
    with pytest.raises(ValueError, match=WORDS) as caught:
        raise ValueError(WORDS)
    assert logs.what(caught.value).startswith("ValueError in tests/test_logs.py:")


@pytest.mark.parametrize("name", ["YOUR_SAY_LOG", "YOUR_SAY_LOG_LEVEL"])
def test_a_setting_that_is_none_of_ours_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "loud")
    with pytest.raises(SettingError, match=name):
        logs.set_up()
