"""Where the bot and the review room keep what they keep, for how long, and under which secrets."""

from __future__ import annotations

import os
from pathlib import Path

from bot.knowledge.load import ROOT

FOLDER = "YOUR_SAY_DATA"  # where the bot and the review room keep their files
DATABASE = "YOUR_SAY_DATABASE"  # postgresql://..., for more than one machine
REDIS = "YOUR_SAY_REDIS"  # redis://..., for more than one process of the bot
BROKER = "YOUR_SAY_BROKER"  # amqp://..., where the review room has a database of its own

# After the last message. It is what the bot tells young people (data/guide/conversation.yml).
KEPT_DAYS = 30


class SettingError(Exception):
    """A setting of the environment cannot be used; says which and why, but never a secret."""


def data_folder() -> Path:
    """Where files are kept, made if it is not there: `YOUR_SAY_DATA`, or `var` in the project."""
    folder = Path(os.environ.get(FOLDER) or ROOT / "var")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret(name: str) -> str:
    """The setting `name` from the environment, or what stands in the file that `name`_FILE names.

    Empty if neither is set. Raises SettingError if the file cannot be read.
    """
    if given := os.environ.get(name):
        return given
    file = os.environ.get(f"{name}_FILE")
    try:
        return Path(file).read_text(encoding="utf-8").strip() if file else ""
    except OSError as error:
        raise SettingError(f"{name}_FILE: {file} cannot be read: {error.strerror}") from error
