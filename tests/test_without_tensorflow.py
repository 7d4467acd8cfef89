"""A bot that serves does without TensorFlow, and says so when something needs it after all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.knowledge.load import ROOT
from bot.training import ensure_model

SERVES = """
from bot import quiet, without_tensorflow
without_tensorflow.leave_out()
import asyncio, sys
from pathlib import Path
import bot.server
from bot.agent import load_agent
agent = load_agent(Path(sys.argv[1]), Path("endpoints.yml"))
said = asyncio.run(agent.handle_text("what is an advocate"))
print(bool(said), sorted({"tensorflow", "jax", "transformers", "matplotlib"} & set(sys.modules)))
"""
NEEDS_IT = """
from bot import without_tensorflow
without_tensorflow.leave_out()
from rasa.utils.tensorflow.callback import RasaTrainingLogger
RasaTrainingLogger(1, silent=True)
"""


def _python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.rasa
def test_a_bot_that_answers_has_not_imported_tensorflow() -> None:
    """Fails when another version of Rasa reaches it on another way: then add the module to the list."""
    ended = _python(SERVES, str(ensure_model()))
    assert ended.stdout.splitlines()[-1:] == ["True []"], ended.stdout + ended.stderr


def test_what_needs_tensorflow_says_where_it_went() -> None:
    ended = _python(NEEDS_IT)
    assert ended.returncode
    assert "see bot/without_tensorflow.py" in ended.stderr
