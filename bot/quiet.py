"""Import first: no telemetry, no message text in logs, no warnings of libraries about themselves."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import MutableMapping
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
os.environ["TQDM_DISABLE"] = "1"  # Rasa draws a bar for each rule
warnings.showwarning = lambda *warning, **details: None  # libraries reset every filter


def quiet_rasa() -> None:
    """Rasa logs through `logging`, and below a warning, where it writes what people typed, not at all.

    In a server bot.logs sets the level, and writes nobody's words at any.
    """
    import structlog

    from bot import logs

    if not logs.is_set_up():
        logging.getLogger("rasa").setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _only_the_event],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _only_the_event(_: object, __: str, event: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    where = {"stacklevel": 4}  # the caller of structlog, which has three functions of its own between
    return (str(event.get("event", "")),), {"exc_info": event.get("exc_info"), **where}
