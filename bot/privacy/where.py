"""Where the bot and the review room keep what they keep, and for how long."""

from __future__ import annotations

import os
from pathlib import Path

from bot.knowledge.load import ROOT

FOLDER = "YOUR_SAY_DATA"  # where the bot and the review room keep their files
DATABASE = "YOUR_SAY_DATABASE"  # postgresql://..., for more than one machine

# After the last message. It is what the bot tells young people (data/guide/conversation.yml).
KEPT_DAYS = 30


def data_folder() -> Path:
    """Where files are kept, made if it is not there: `YOUR_SAY_DATA`, or `var` in the project."""
    folder = Path(os.environ.get(FOLDER) or ROOT / "var")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
