"""Import first: no telemetry, no message text in logs, no warnings of libraries about themselves."""

from __future__ import annotations

import logging
import os
import warnings

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
os.environ["TQDM_DISABLE"] = "1"  # Rasa draws a bar for each rule
warnings.showwarning = lambda *warning, **details: None  # libraries reset every filter


def quiet_rasa() -> None:
    """Only warnings in Rasa's logs: below them it writes what people typed."""
    import structlog

    logging.getLogger("rasa").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
