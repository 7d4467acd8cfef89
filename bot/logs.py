"""The log of a server: one line for each event, and nobody's words in it.

A line of ours is written as it stands. Of a library's only the place is, since what it says may quote a
message, an address with a password or a token. Of an exception only its kind and place are, ours first.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime
from errno import errorcode
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from bot.knowledge.load import ROOT
from bot.privacy.where import SettingError

STYLE, LEVEL = "YOUR_SAY_LOG", "YOUR_SAY_LOG_LEVEL"
STYLES, LEVELS = ("plain", "json"), ("debug", "info", "warning", "error")
TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]{30,}")
OURS = ("bot", "actions")
_SECRETS = (
    (TELEGRAM_TOKEN, "***"),
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), r"\1:***@"),
    (re.compile(r"[\w.-]*[\w-]\.[\w-]{6}\.[\w-]{20,}"), "***"),  # a signed session
)
_logger = logging.getLogger(__name__)


def set_up() -> None:
    """From now on all logging of this process goes to its standard error in this form.

    Raises SettingError if YOUR_SAY_LOG or YOUR_SAY_LOG_LEVEL is none of ours.
    """
    style, level = _setting(STYLE, STYLES, "plain"), _setting(LEVEL, LEVELS, "warning")
    logging.setLogRecordFactory(CarefulRecord)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=style == "json"))
    handler.setLevel(level.upper())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in (*OURS, "rasa"):  # numpy.distutils sets the level of all others to "warning"
        logging.getLogger(name).setLevel(level.upper())
    sys.excepthook = lambda kind, error, trace: _logger.error("stopped by a fault: %s", what(error))
    threading.excepthook = lambda end: _logger.error("a thread ended: %s", what(end.exc_value))


def _setting(name: str, choices: tuple[str, ...], default: str) -> str:
    given = os.environ.get(name, "").lower() or default
    if given not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}")
    return given


def is_set_up() -> bool:
    return logging.getLogRecordFactory() is CarefulRecord


class CarefulRecord(logging.LogRecord):
    """Holds nothing that may quote anybody, whatever handler a library has of its own."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        *rest: Any,
        **more: Any,
    ) -> None:
        if name.split(".")[0] not in OURS:
            msg, args = f"see {_place(pathname, lineno)}", ()
        super().__init__(name, level, pathname, lineno, msg, args, None, *rest, **more)
        said = _said(self)
        if isinstance(exc_info, tuple) and exc_info[1]:
            said += f": {what(exc_info[1])}"
        self.msg, self.args = masked(said), ()


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a mistake in a line of the log must not end a turn
        return str(record.msg)


class Lines(logging.Formatter):
    """Time (UTC), level, logger and event of a record, in one line."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level, event = record.levelname.lower(), " ".join(record.getMessage().split())
        if self._as_json:
            line = {"time": time, "level": level, "event": event, "logger": record.name}
            return json.dumps(line, ensure_ascii=False)
        return f"{time} {level} {record.name}: {event}"


def what(error: BaseException | None) -> str:
    """The kind of `error` and where it arose: the last line of ours, and whose it was below that."""
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        kind = f"{kind} {errorcode.get(error.errno, error.errno)}"
    places = _places(error.__traceback__ if error else None)
    ours = [place for place in places if place.split("/")[0] in OURS]
    if ours:
        kind = f"{kind} at {ours[-1]}"
    return f"{kind} in {places[-1]}" if places and places[-1] not in ours else kind


def masked(text: str) -> str:
    """`text` without what looks like a token, a password in an address or a signed session."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def _places(trace: TracebackType | None) -> list[str]:
    return [_place(frame.f_code.co_filename, line) for frame, line in walk_tb(trace)]


def _place(file: str, line: int) -> str:
    """Such as bot/server.py:48, or rasa/core/agent.py:12."""
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return f"{path.relative_to(ROOT)}:{line}"
    parts = path.parts
    library = parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts[-2:]
    return f"{'/'.join(library)}:{line}"
